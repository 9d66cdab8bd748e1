package org.hexfuse.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {
    static Stream<Arguments> exceptions() {
        return Stream.of(Arguments.of(new SocketTimeoutException("Read timed out"), Errno.ETIMEDOUT),
                Arguments.of(new TimeoutException(), Errno.ETIMEDOUT),
                Arguments.of(new AtomicMoveNotSupportedException("a", "b", "Invalid cross-device link"), Errno.EXDEV),
                Arguments.of(new FileSystemException("a", null, "No space left on device"), Errno.ENOSPC),
                Arguments.of(new FileSystemException("a", null, "File name too long"), Errno.ENAMETOOLONG),
                Arguments.of(new FileSystemException("a", null, "Read-only file system"), Errno.EROFS),
                Arguments.of(new FileSystemException("a", null, "Too many levels of symbolic links"), Errno.ELOOP),
                Arguments.of(new FileSystemException("a", null, "Disk quota exceeded"), Errno.EDQUOT),
                Arguments.of(new FileSystemException("a", null, "Is a directory"), Errno.EISDIR),
                Arguments.of(new FileSystemException("a", null, "Operation not permitted"), Errno.EPERM),
                Arguments.of(new FileSystemException("a", null, "Too many open files"), Errno.EMFILE),
                Arguments.of(new FileSystemException("a"), Errno.EIO),
                Arguments.of(new IOException("No space left on device"), Errno.ENOSPC),
                Arguments.of(new IOException("an unknown text"), Errno.EIO),
                Arguments.of(new IOException(), Errno.EIO),
                Arguments.of(new FileNotFoundException("/a (Permission denied)"), Errno.EACCES),
                Arguments.of(new FileNotFoundException("/a (No such file or directory)"), Errno.ENOENT),
                Arguments.of(new FileNotFoundException("/a"), Errno.ENOENT),
                Arguments.of(new FileSystemException("a", null, "Error writing 'user.b': No space left on device"),
                        Errno.ENOSPC),
                Arguments.of(new NoSuchFileException("a"), Errno.ENOENT),
                Arguments.of(new AccessDeniedException("a"), Errno.EACCES),
                Arguments.of(new ReadOnlyFileSystemException(), Errno.EROFS),
                Arguments.of(new UnsupportedOperationException(), Errno.EOPNOTSUPP),
                Arguments.of(new SecurityException(), Errno.EACCES),
                Arguments.of(new InvalidPathException("a\0b", "Nul character"), Errno.EILSEQ),
                Arguments.of(new OverlappingFileLockException(), Errno.EAGAIN),
                Arguments.of(new ClosedByInterruptException(), Errno.EINTR),
                Arguments.of(new ClosedChannelException(), Errno.EBADF),
                Arguments.of(new NonReadableChannelException(), Errno.EBADF),
                Arguments.of(new NonWritableChannelException(), Errno.EBADF),
                Arguments.of(new ClosedFileSystemException(), Errno.EIO),
                Arguments.of(new UserPrincipalNotFoundException("nobody"), Errno.EOPNOTSUPP),
                Arguments.of(new DirectoryIteratorException(new AccessDeniedException("a")), Errno.EACCES),
                Arguments.of(new InterruptedException(), Errno.EINTR),
                Arguments.of(new ConnectException("Connection refused"), Errno.ECONNREFUSED),
                Arguments.of(new UnknownHostException("nowhere"), Errno.EHOSTUNREACH),
                Arguments.of(new UncheckedIOException(new SocketTimeoutException()), Errno.ETIMEDOUT),
                Arguments.of(new ExecutionException(FuseException.of(Errno.ESTALE)), Errno.ESTALE),
                Arguments.of(new OutOfMemoryError("Cannot reserve"), Errno.ENOMEM));
    }

    @ParameterizedTest
    @MethodSource("exceptions") void anExceptionHasTheErrnoOfItsCause(Throwable exception,
            Errno errno) {
        assertThat(Failures.errno(exception)).contains(errno);
    }

    @Test void aDefectOfTheFilesystemHasNone() {
        assertThat(Failures.errno(new IllegalStateException())).isEmpty();
        assertThat(Failures.errno(new NullPointerException())).isEmpty();
        assertThat(Failures.errno(new ExecutionException(new IllegalStateException()))).isEmpty();
        assertThat(Failures.errno(new StackOverflowError())).isEmpty();
    }
}

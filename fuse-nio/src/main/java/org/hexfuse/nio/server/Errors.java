package org.hexfuse.nio.server;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** Which errno an exception of {@code java.nio.file} stands for. */
final class Errors {
    /** The default provider puts the text of {@code strerror(3)} into the reason of an exception without a type of its own. */
    private static final Map<String, Errno> BY_TEXT = Arrays.stream(Errno.values()).filter(errno -> errno != Errno.OK)
            .collect(Collectors.toUnmodifiableMap(Errno::message, Function.identity(), (first, _) -> first));

    private Errors() {}

    /** The failure with an errno; one that stands for none is EIO. */
    static FuseException of(IOException failure) {
        return failed(errno(failure), failure);
    }

    /** The failure with an errno; null for one that is an error of the program. */
    static FuseException of(RuntimeException failure) {
        if (failure instanceof DirectoryIteratorException e) {
            return of(e.getCause());
        }
        if (failure instanceof UncheckedIOException e) {
            return of(e.getCause());
        }
        Errno errno = switch (failure) {
            case ReadOnlyFileSystemException _ -> Errno.EROFS;
            case UnsupportedOperationException _ -> Errno.EOPNOTSUPP;
            case InvalidPathException _ -> Errno.EILSEQ;
            case NonReadableChannelException _,NonWritableChannelException _ -> Errno.EBADF;
            case ClosedFileSystemException _ -> Errno.EIO;
            default -> null;
        };
        return errno == null ? null : failed(errno, failure);
    }

    private static FuseException failed(Errno errno, Exception failure) {
        return FuseException.of(errno, String.valueOf(failure));
    }

    private static Errno errno(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _,FileNotFoundException _ -> Errno.ENOENT;
            case FileAlreadyExistsException _ -> Errno.EEXIST;
            case DirectoryNotEmptyException _ -> Errno.ENOTEMPTY;
            case NotDirectoryException _ -> Errno.ENOTDIR;
            case AccessDeniedException _ -> Errno.EACCES;
            case NotLinkException _ -> Errno.EINVAL;
            case FileSystemLoopException _ -> Errno.ELOOP;
            case AtomicMoveNotSupportedException _ -> Errno.EXDEV;
            case UserPrincipalNotFoundException _ -> Errno.EOPNOTSUPP;
            case FileSystemException e -> text(e.getReason());
            case ClosedChannelException _ -> Errno.EBADF;
            case InterruptedIOException _ -> Errno.EINTR;
            default -> text(failure.getMessage());
        };
    }

    /** A reason is the text of an errno, or has it behind others: {@code Error writing extended attribute 'a': No space left on device}. */
    private static Errno text(String reason) {
        if (reason == null) {
            return Errno.EIO;
        }
        Errno whole = BY_TEXT.get(reason);
        return whole != null ? whole
                : BY_TEXT.getOrDefault(reason.substring(reason.lastIndexOf(": ") + 1).strip(), Errno.EIO);
    }
}

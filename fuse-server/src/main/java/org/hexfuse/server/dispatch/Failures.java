package org.hexfuse.server.dispatch;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
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
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** Maps exceptions of filesystems to the errnos that they are answered with. */
public final class Failures {
    /** Errnos by the message of {@code strerror(3)}, which is all that some exceptions of the JDK have. */
    private static final Map<String, Errno> BY_MESSAGE = Arrays.stream(Errno.values()).filter(e -> e != Errno.OK)
            .collect(Collectors.toMap(Errno::message, Function.identity(), (first, _) -> first));

    private Failures() {}

    /** Loads this class and what it needs before there is a failure: with a full table of descriptors no class file can be opened. */
    public static void load() {
        errno(new IOException());
    }

    /** The errno of an exception; empty for a defect of the filesystem, which is logged and answered EIO. */
    public static Optional<Errno> errno(Throwable failure) {
        return Optional.ofNullable(switch (failure) {
            case FuseException e -> e.errno();
            case UncheckedIOException e -> errno(e.getCause()).orElse(Errno.EIO);
            case DirectoryIteratorException e -> errno(e.getCause()).orElse(Errno.EIO);
            case ExecutionException e -> ofCause(e);
            case CompletionException e -> ofCause(e);
            case NoSuchFileException _ -> Errno.ENOENT;
            case FileNotFoundException e -> byMessage(inParentheses(e.getMessage()), Errno.ENOENT);
            case FileAlreadyExistsException _ -> Errno.EEXIST;
            case DirectoryNotEmptyException _ -> Errno.ENOTEMPTY;
            case NotDirectoryException _ -> Errno.ENOTDIR;
            case NotLinkException _ -> Errno.EINVAL;
            case AccessDeniedException _ -> Errno.EACCES;
            case FileSystemLoopException _ -> Errno.ELOOP;
            case AtomicMoveNotSupportedException _ -> Errno.EXDEV;
            case FileSystemException e -> byMessage(e.getReason());
            case UserPrincipalNotFoundException _ -> Errno.EOPNOTSUPP;
            case ClosedFileSystemException _ -> Errno.EIO;
            case ReadOnlyFileSystemException _ -> Errno.EROFS;
            case UnsupportedOperationException _ -> Errno.EOPNOTSUPP;
            case SecurityException _ -> Errno.EACCES;
            case InvalidPathException _ -> Errno.EILSEQ;
            case OverlappingFileLockException _ -> Errno.EAGAIN;
            case InterruptedException _ -> Errno.EINTR;
            case SocketTimeoutException _ -> Errno.ETIMEDOUT;
            case TimeoutException _ -> Errno.ETIMEDOUT;
            case InterruptedIOException _ -> Errno.EINTR;
            case ClosedByInterruptException _ -> Errno.EINTR;
            case ClosedChannelException _,NonReadableChannelException _,NonWritableChannelException _ -> Errno.EBADF;
            case ConnectException _ -> Errno.ECONNREFUSED;
            case NoRouteToHostException _ -> Errno.EHOSTUNREACH;
            case UnknownHostException _ -> Errno.EHOSTUNREACH;
            case IOException e -> byMessage(e.getMessage());
            case OutOfMemoryError _ -> Errno.ENOMEM;
            default -> null;
        });
    }

    private static Errno ofCause(Exception wrapper) {
        return wrapper.getCause() == null ? null : errno(wrapper.getCause()).orElse(null);
    }

    /** The reason that java.io appends to the file's name: {@code /a/b (Permission denied)}. */
    private static String inParentheses(String message) {
        int open = message == null ? -1 : message.lastIndexOf('(');
        return open < 0 || !message.endsWith(")") ? message : message.substring(open + 1, message.length() - 1);
    }

    private static Errno byMessage(String message) {
        return byMessage(message, Errno.EIO);
    }

    /** A message is that of an errno, or has it behind others: {@code Error writing extended attribute 'a': No space left on device}. */
    private static Errno byMessage(String message, Errno otherwise) {
        if (message == null) {
            return otherwise;
        }
        Errno whole = BY_MESSAGE.get(message);
        return whole != null ? whole
                : BY_MESSAGE.getOrDefault(message.substring(message.lastIndexOf(": ") + 1).strip(), otherwise);
    }
}

package org.hexfuse.server;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** What an exception of a filesystem is answered with. */
final class Failures {
    private Failures() {}

    /** The errno that an exception stands for; empty if nobody can have meant it as an answer. */
    static Optional<Errno> errno(Throwable failure) {
        return Optional.ofNullable(switch (failure) {
            case FuseException e -> e.errno();
            case UncheckedIOException e -> errno(e.getCause()).orElse(Errno.EIO);
            case NoSuchFileException _ -> Errno.ENOENT;
            case FileAlreadyExistsException _ -> Errno.EEXIST;
            case DirectoryNotEmptyException _ -> Errno.ENOTEMPTY;
            case NotDirectoryException _ -> Errno.ENOTDIR;
            case NotLinkException _ -> Errno.EINVAL;
            case AccessDeniedException _ -> Errno.EACCES;
            case FileSystemLoopException _ -> Errno.ELOOP;
            case ReadOnlyFileSystemException _ -> Errno.EROFS;
            case InterruptedException _ -> Errno.EINTR;
            case InterruptedIOException _ -> Errno.EINTR;
            case ClosedByInterruptException _ -> Errno.EINTR;
            case IOException _ -> Errno.EIO;
            default -> null;
        });
    }
}

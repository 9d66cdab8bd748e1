package org.hexfuse.nio.error;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * The exception of {@code java.nio.file} for an errno, as the default provider throws it: with the file, the errno in its reason and the
 * {@link FuseException} as its cause. {@link DirectoryNotEmptyException}, {@link NotDirectoryException} and {@link NotLinkException} have
 * no reason; their cause has the errno.
 */
public final class IoErrors {
    private IoErrors() {}

    /** The exception of a call on one file. */
    public static IOException of(FuseException e, String file) {
        return of(e, file, null);
    }

    /** The exception of a call on two files; {@code other} may be null. */
    public static IOException of(FuseException e, String file, String other) {
        String reason = reason(e);
        return because(e, switch (e.errno()) {
            case ENOENT -> new NoSuchFileException(file, other, reason);
            case EEXIST -> new FileAlreadyExistsException(file, other, reason);
            case EACCES -> new AccessDeniedException(file, other, reason);
            default -> new FileSystemException(file, other, reason);
        });
    }

    /** The exception of reading attributes: a path through a file that is no directory leads to none. */
    public static IOException ofStat(FuseException e, String file) {
        return e.errno() == Errno.ENOTDIR ? because(e, new NoSuchFileException(file, null, reason(e))) : of(e, file);
    }

    /** The exception of removing a directory. */
    public static IOException ofRemoval(FuseException e, String directory) {
        boolean notEmpty = e.errno() == Errno.ENOTEMPTY || e.errno() == Errno.EEXIST;
        return notEmpty ? because(e, new DirectoryNotEmptyException(directory)) : of(e, directory);
    }

    /** The exception of opening a directory. */
    public static IOException ofDirectory(FuseException e, String directory) {
        return e.errno() == Errno.ENOTDIR ? because(e, new NotDirectoryException(directory)) : of(e, directory);
    }

    /** The exception of reading a symbolic link. */
    public static IOException ofLink(FuseException e, String link) {
        return e.errno() == Errno.EINVAL ? because(e, new NotLinkException(link)) : of(e, link);
    }

    /** The exception of an atomic move. */
    public static IOException ofAtomicMove(FuseException e, String source, String target) {
        return e.errno() == Errno.EXDEV
                ? because(e, new AtomicMoveNotSupportedException(source, target, reason(e)))
                : of(e, source, target);
    }

    /** The text and the name of the errno, after the message if there is one. */
    public static String reason(FuseException e) {
        String plain = e.errno().message() + " (" + e.errno() + ")";
        return e.getMessage().equals(plain) ? plain : e.getMessage() + ": " + plain;
    }

    /** {@code exception} with its cause. */
    public static <E extends IOException> E because(FuseException cause, E exception) {
        exception.initCause(cause);
        return exception;
    }
}

package org.hexfuse.command.shell;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** The failure of a shell command, with a message for its user. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_PATH = 200;

    private final Errno errno;

    private CommandFailure(String message, Errno errno) {
        super(message, null, false, false);
        this.errno = errno;
    }

    /** Whether what follows would fail as well: the connection is closed, or the thread was interrupted. */
    boolean isFinal() {
        return switch (errno) {
            case ENOTCONN, ECONNABORTED, ENODEV, EINTR -> true;
            default -> false;
        };
    }

    /** An operation on files. */
    @FunctionalInterface interface Action {
        void run() throws IOException;
    }

    /** An operation on a path failed. */
    static CommandFailure of(String path, FuseException e) {
        return new CommandFailure(shortened(path) + ": " + e.getMessage(), e.errno());
    }

    /** An operation on a path failed; the exception may name another one. */
    static CommandFailure of(Path path, IOException e) {
        String file = e instanceof FileSystemException named && named.getFile() != null ? named.getFile()
                : path.toString();
        return e.getCause() instanceof FuseException cause ? of(file, cause)
                : of(shortened(file) + ": " + reason(e));
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException named ? named.getReason() : e.getMessage();
        if (reason != null) {
            return reason;
        }
        return switch (e) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "it exists";
            case DirectoryNotEmptyException _ -> "the directory is not empty";
            default -> e.getClass().getSimpleName();
        };
    }

    /** Runs an operation on a path. */
    static void at(Path path, Action action) {
        try {
            action.run();
        } catch (FuseException e) {
            throw of(path.toString(), e);
        } catch (InvalidPathException e) {
            throw of(shortened(path.toString()) + ": the host has no such names: " + e.getReason());
        } catch (IOException e) {
            throw of(path, e);
        }
    }

    /** Abbreviates a long path for a message. */
    static String shortened(String path) {
        return path.length() <= LONGEST_PATH ? path
                : path.substring(0, LONGEST_PATH / 2) + "..." + path.substring(path.length() - LONGEST_PATH / 2);
    }

    static CommandFailure of(String message) {
        return new CommandFailure(message, Errno.OK);
    }
}

package org.hexfuse.command.shell;

import org.hexfuse.abi.FuseException;

/** The failure of a shell command, with a message for its user. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_PATH = 200;

    private CommandFailure(String message) {
        super(message, null, false, false);
    }

    /** An operation on a path failed. */
    static CommandFailure of(String path, FuseException e) {
        return new CommandFailure(shortened(path) + ": " + e.getMessage());
    }

    /** Abbreviates a long path for a message. */
    static String shortened(String path) {
        return path.length() <= LONGEST_PATH ? path
                : path.substring(0, LONGEST_PATH / 2) + "..." + path.substring(path.length() - LONGEST_PATH / 2);
    }

    static CommandFailure of(String message) {
        return new CommandFailure(message);
    }
}

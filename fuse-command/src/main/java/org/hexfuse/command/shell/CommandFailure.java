package org.hexfuse.command.shell;

import org.hexfuse.abi.FuseException;

/** A command of the shell failed; the message is for its user. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private CommandFailure(String message) {
        super(message, null, false, false);
    }

    /** An operation on a path failed. */
    static CommandFailure of(String path, FuseException e) {
        return new CommandFailure(path + ": " + e.getMessage());
    }

    static CommandFailure of(String message) {
        return new CommandFailure(message);
    }
}

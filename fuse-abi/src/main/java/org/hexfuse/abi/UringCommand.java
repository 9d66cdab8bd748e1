package org.hexfuse.abi;

/** The commands of io_uring submission queue entries on {@code /dev/fuse}, with {@link UringCmdReq}. */
public enum UringCommand {
    INVALID(0),
    /** Registers an entry and waits for its first request. */
    REGISTER(1),
    /** Commits the reply of the entry's request and waits for the next one. */
    COMMIT_AND_FETCH(2);

    private final int code;

    UringCommand(int code) {
        this.code = code;
    }

    /** The number. */
    public int code() {
        return code;
    }
}

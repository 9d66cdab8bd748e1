package org.hexfuse.abi;

import java.util.Optional;

/** The codes of notifications: the {@link OutHeader#ERROR} of a message with unique 0. */
public enum NotifyCode {
    POLL(1, 11, NotifyPollWakeupOut.STRUCT),
    INVAL_INODE(2, 12, NotifyInvalInodeOut.STRUCT),
    INVAL_ENTRY(3, 12, NotifyInvalEntryOut.STRUCT),
    STORE(4, 15, NotifyStoreOut.STRUCT),
    RETRIEVE(5, 15, NotifyRetrieveOut.STRUCT),
    DELETE(6, 18, NotifyDeleteOut.STRUCT),
    RESEND(7, 40, null),
    INC_EPOCH(8, 44, null),
    PRUNE(9, 45, NotifyPruneOut.STRUCT);

    private final int code;
    private final int since;
    private final Struct struct;

    NotifyCode(int code, int since, Struct struct) {
        this.code = code;
        this.since = since;
        this.struct = struct;
    }

    /** The notification with the number {@code code}. */
    public static Optional<NotifyCode> of(int code) {
        return code >= 1 && code <= values().length ? Optional.of(values()[code - 1]) : Optional.empty();
    }

    /** The number. */
    public int code() {
        return code;
    }

    /** The minor version of the protocol that introduced it. */
    public int since() {
        return since;
    }

    /** The struct after the header, if there is one. */
    public Optional<Struct> struct() {
        return Optional.ofNullable(struct);
    }
}

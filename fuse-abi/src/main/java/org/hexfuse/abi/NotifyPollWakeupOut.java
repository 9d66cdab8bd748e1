package org.hexfuse.abi;

/** {@code struct fuse_notify_poll_wakeup_out}: notification POLL. */
public final class NotifyPollWakeupOut {
    private static final Struct.Builder S = Struct.define("fuse_notify_poll_wakeup_out");
    public static final U64 KH = S.u64("kh");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private NotifyPollWakeupOut() {}
}

package org.hexfuse.transport;

import org.hexfuse.abi.Protocol;

/**
 * The outcome of INIT that the sizes of messages and the offsets of their parts depend on.
 *
 * @param minor the lower minor version of the two ends
 * @param flags the masks of the {@link org.hexfuse.abi.InitFlag}s that both ends have
 * @param maxWrite the longest data of a WRITE, in bytes
 * @param maxPages the longest data of any message, in pages of 4096 bytes
 */
public record Limits(int minor, long flags, int maxWrite, int maxPages) {
    /** The most bytes of a message beside its payload: header, arguments and names. */
    public static final int HEAD_ROOM = 4096;
    private static final int PAGE = 4096;
    private static final int SMALLEST_PAYLOAD = 8192;

    /** The limits before INIT, which has no bulk data. */
    public static Limits beforeInit() {
        return new Limits(Protocol.MINOR, 0, 0, 0);
    }

    /** The longest payload of a message in either direction, in bytes. */
    public int maxPayload() {
        return Math.max(SMALLEST_PAYLOAD, Math.max(maxWrite, maxPages * PAGE));
    }

    /** The longest message in either direction, in bytes. */
    public int maxMessage() {
        return maxPayload() + HEAD_ROOM;
    }

    /** The longest payload, in bytes of whole pages, of a link whose longest message is {@code maxMessage} bytes. */
    public static int payloadOf(int maxMessage) {
        return Math.max(0, (maxMessage - HEAD_ROOM) / PAGE * PAGE);
    }
}

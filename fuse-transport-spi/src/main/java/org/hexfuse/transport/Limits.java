package org.hexfuse.transport;

import org.hexfuse.abi.Protocol;

/**
 * What INIT settled, as far as it decides how large messages get and where their parts begin.
 *
 * @param minor the lower of the two ends' minor versions
 * @param flags the masks of the {@link org.hexfuse.abi.InitFlag}s that both ends have
 * @param maxWrite the most data in one WRITE, in bytes
 * @param maxPages the most data in any message, in pages of 4096 bytes
 */
public record Limits(int minor, long flags, int maxWrite, int maxPages) {
    /** Bytes that a message can have beside its payload: header, arguments and names. */
    public static final int HEAD_ROOM = 4096;
    private static final int PAGE = 4096;
    private static final int SMALLEST_PAYLOAD = 8192;

    /** The limits before INIT, which has no bulk data. */
    public static Limits beforeInit() {
        return new Limits(Protocol.MINOR, 0, 0, 0);
    }

    /** The most bytes that the payload of one message can have, in either direction. */
    public int maxPayload() {
        return Math.max(SMALLEST_PAYLOAD, Math.max(maxWrite, maxPages * PAGE));
    }

    /** The most bytes that one message can have, in either direction. */
    public int maxMessage() {
        return maxPayload() + HEAD_ROOM;
    }

    /** The most payload, in bytes and whole pages, of a link that carries messages of {@code maxMessage} bytes. */
    public static int payloadOf(int maxMessage) {
        return Math.max(0, (maxMessage - HEAD_ROOM) / PAGE * PAGE);
    }
}

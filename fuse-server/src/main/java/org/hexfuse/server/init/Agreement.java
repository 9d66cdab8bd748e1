package org.hexfuse.server.init;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Protocol;
import org.hexfuse.transport.Limits;

/**
 * The whole outcome of INIT, as a kernel keeps it until the connection ends.
 *
 * @param limits what sizes and offsets of messages depend on
 * @param maxReadahead in bytes
 * @param maxBackground in requests
 * @param congestionThreshold in requests
 * @param timeGranularity in nanoseconds
 * @param maxStackDepth 0 without PASSTHROUGH
 * @param requestTimeout in seconds, 0 for none
 */
public record Agreement(Limits limits, int maxReadahead, int maxBackground, int congestionThreshold,
        int timeGranularity, int maxStackDepth, int requestTimeout) {
    /** Writes it for a successor. */
    public void save(DataOutput out) throws IOException {
        out.writeInt(limits.minor());
        out.writeLong(limits.flags());
        out.writeInt(limits.maxWrite());
        out.writeInt(limits.maxPages());
        out.writeInt(maxReadahead);
        out.writeInt(maxBackground);
        out.writeInt(congestionThreshold);
        out.writeInt(timeGranularity);
        out.writeInt(maxStackDepth);
        out.writeInt(requestTimeout);
    }

    /**
     * Reads what {@link #save} has written, for a link whose longest message is {@code maxMessage} bytes.
     *
     * @throws IOException if this version, or the link, cannot serve it
     */
    public static Agreement restore(DataInput in, int maxMessage) throws IOException {
        var limits = new Limits(in.readInt(), in.readLong(), in.readInt(), in.readInt());
        var agreed = new Agreement(limits, in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt(),
                in.readInt());
        if (limits.minor() < 0 || limits.minor() > Protocol.MINOR) {
            throw new IOException("the mount speaks FUSE 7." + limits.minor() + ", and this is version 7."
                    + Protocol.MINOR);
        }
        if (limits.maxWrite() < 0 || limits.maxPages() < 0 || limits.maxPages() > 0xFFFF
                || limits.maxMessage() > maxMessage) {
            throw new IOException("the mount has messages of " + limits.maxMessage() + " bytes, and " + maxMessage
                    + " are possible");
        }
        return agreed;
    }

    /** How a successor's choice differs, in a line; empty if it does not. */
    String difference(Agreement choice) {
        List<String> differences = new ArrayList<>();
        long lacking = limits.flags() & ~choice.limits.flags();
        if (lacking != 0) {
            differences.add("it does not enable " + Flag.describe(lacking, InitFlag.values()));
        }
        compare(differences, "max_write", limits.maxWrite(), choice.limits.maxWrite());
        compare(differences, "max_readahead", maxReadahead, choice.maxReadahead);
        compare(differences, "max_background", maxBackground, choice.maxBackground);
        compare(differences, "congestion_threshold", congestionThreshold, choice.congestionThreshold);
        compare(differences, "time_gran", timeGranularity, choice.timeGranularity);
        compare(differences, "max_stack_depth", maxStackDepth, choice.maxStackDepth);
        compare(differences, "request_timeout", requestTimeout, choice.requestTimeout);
        return String.join("; ", differences);
    }

    private static void compare(List<String> differences, String what, int agreed, int chosen) {
        if (agreed != chosen) {
            differences.add("it chooses " + what + " " + chosen + " where " + agreed + " was negotiated");
        }
    }
}

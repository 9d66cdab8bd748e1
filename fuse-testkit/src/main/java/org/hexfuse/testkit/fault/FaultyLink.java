package org.hexfuse.testkit.fault;

import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.KernelLink;

/** A link that gives the transport a device handle with faults. Numbers the requests and finds them by the uniques of their replies. */
final class FaultyLink implements KernelLink {
    /** The most requests without a reply that are remembered: the replies to older ones have no faults. */
    private static final int MOST_OUTSTANDING = 4096;

    /**
     * A request.
     *
     * @param ordinal its number among those of its operation
     */
    record Sent(Opcode opcode, long ordinal) {}

    private final KernelLink link;
    private final FaultyTransport faults;
    private final Map<Opcode, Long> counts = new EnumMap<>(Opcode.class);
    private final Map<Long, Sent> outstanding = new LinkedHashMap<>();

    FaultyLink(KernelLink link, FaultyTransport faults) {
        this.link = link;
        this.faults = faults;
    }

    /** Numbers a request. */
    synchronized Sent sent(Opcode opcode, long unique) {
        long ordinal = counts.merge(opcode, 1L, Long::sum) - 1;
        var sent = new Sent(opcode, ordinal);
        if (opcode.expectsReply()) {
            outstanding.put(unique, sent);
            if (outstanding.size() > MOST_OUTSTANDING) {
                outstanding.remove(outstanding.keySet().iterator().next());
            }
        }
        return sent;
    }

    /** The request of a reply, at its first reply. */
    synchronized Optional<Sent> answered(long unique) {
        return Optional.ofNullable(outstanding.remove(unique));
    }

    /** Draws the fault of a message with {@code size} bytes after its header. */
    Optional<TransportFault> draw(boolean reply, Sent sent, long size) {
        return faults.draw(reply, sent.opcode(), sent.ordinal(), size);
    }

    /** Closes the connection on a thread of its own: a link joins its threads, of which the caller may be one. */
    void die() {
        Thread.ofVirtual().name("hexfuse-die").start(link::close);
    }

    @Override public int maxMessage() {
        return link.maxMessage();
    }

    @Override public void attach(DeviceHandle handle) throws IOException {
        link.attach(new FaultyHandle(handle, this));
    }

    @Override public <T> Optional<T> feature(Class<T> type) {
        return link.feature(type);
    }

    @Override public void close() {
        link.close();
    }
}

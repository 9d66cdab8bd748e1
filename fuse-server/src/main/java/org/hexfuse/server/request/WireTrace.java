package org.hexfuse.server.request;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.MessageFormat;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Every message of one session, a decoded line each: to the logger {@code org.hexfuse.wire} at TRACE, and to a sink that may be set at
 * any time. A message that is not traced costs a volatile read and a check of the level. Any thread may use it.
 */
public final class WireTrace {
    private static final Logger LOG = Loggers.of("org.hexfuse.wire");

    private volatile Consumer<? super String> sink;

    /** Without a sink. */
    public WireTrace() {}

    /** Sends further messages to {@code receiver} as well; null for the logger only. */
    public void setSink(Consumer<? super String> receiver) {
        sink = receiver;
    }

    /** Whether the next message is to be traced. */
    public boolean isOn() {
        return sink != null || LOG.isTraceEnabled();
    }

    /** Traces a request. */
    public void request(Slot slot) {
        Segments rest = slot.rest();
        boolean empty = rest.count() == 0;
        line("-> " + MessageFormat.request(slot.header(), slot.arguments(), slot.argumentsSize(),
                empty ? MemorySegment.NULL : rest.segment(0), empty ? 0 : rest.offset(0), empty ? 0 : rest.length(0)));
    }

    /** Traces the reply that is about to be committed. */
    public void reply(Slot slot, Errno error, int structSize, long dataSize) {
        line("<- " + MessageFormat.reply(slot.opcode(), slot.unique(), error, slot.reply(), structSize, dataSize));
    }

    /** Traces a notification of {@code size} bytes. */
    public void notification(NotifyCode code, long size) {
        line("<- " + code + " of " + size + " bytes");
    }

    private void line(String line) {
        LOG.trace("{}", line);
        Consumer<? super String> receiver = sink;
        if (receiver == null) {
            return;
        }
        try {
            receiver.accept(line);
        } catch (RuntimeException | Error e) {
            if (receiver.equals(sink)) {
                sink = null;
            }
            LOG.warn("the trace of a session has stopped: what receives it has failed", e);
        }
    }
}

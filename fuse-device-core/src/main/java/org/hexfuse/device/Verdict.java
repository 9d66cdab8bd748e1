package org.hexfuse.device;

import java.util.EnumMap;
import java.util.Map;
import org.hexfuse.abi.Errno;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;

/** The delivery of a message without a payload to copy: a rejected message, or the reply to an INTERRUPT. */
record Verdict(Errno verdict) implements Delivery {
    private static final Span NOTHING = new Span();
    private static final Map<Errno, Verdict> ALL = all();

    static Verdict of(Errno errno) {
        return ALL.get(errno);
    }

    @Override public Segments target() {
        return NOTHING;
    }

    @Override public Errno delivered() {
        return verdict;
    }

    @Override public void failed() {}

    private static Map<Errno, Verdict> all() {
        var all = new EnumMap<Errno, Verdict>(Errno.class);
        for (Errno errno : Errno.values()) {
            all.put(errno, new Verdict(errno));
        }
        return all;
    }
}

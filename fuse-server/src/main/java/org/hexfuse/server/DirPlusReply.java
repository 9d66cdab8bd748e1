package org.hexfuse.server;

import java.time.Duration;
import java.util.Arrays;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.transport.Segments;

/**
 * Where {@code readdirplus} puts entries with their attributes. An entry that was added counts as looked up once, unless it
 * is {@code .} or {@code ..} or was added by name alone.
 */
public final class DirPlusReply {
    private static final Entry NONE = Entry.absent(Duration.ZERO);

    private final DirRecords records = new DirRecords();
    private Exchange exchange;
    private boolean full;
    /** What was counted as looked up, in case that the kernel does not hear of it. */
    private long[] counted = new long[64];
    private int count;

    DirPlusReply() {}

    DirPlusReply set(Exchange request, Segments target, long bytes) {
        records.set(target, bytes);
        this.exchange = request;
        this.full = false;
        this.count = 0;
        return this;
    }

    /** The kernel has the reply: what was counted stays. */
    void sent() {
        count = 0;
    }

    /** Takes back what was counted since. */
    void undo() {
        for (int i = 0; i < count; i++) {
            exchange.undoLookup(counted[i]);
        }
        count = 0;
    }

    long written() {
        return records.written();
    }

    /** Whether the next entry, of a name of {@code nameLength} bytes, fits: ask before a lookup is counted. */
    public boolean fits(int nameLength) {
        return !full && records.fits(org.hexfuse.abi.DirentPlus.recordSize(nameLength));
    }

    /**
     * Adds an entry and what it stands for.
     *
     * @param cookie what {@link ReadDir#offset} will be for a caller that has seen this entry and wants the next; not 0
     * @return false if it did not fit, and so no further one will; nothing is counted
     */
    public boolean add(Name name, Entry entry, long cookie) {
        if (entry.node() == 0) {
            throw new IllegalArgumentException("an entry that is absent");
        }
        boolean counts = !name.isDotOrDotDot();
        long ino = entry.attr().ino() == 0 ? entry.node() : entry.attr().ino();
        FileType type = FileType.ofMode(entry.attr().mode()).orElse(FileType.REGULAR);
        full = full || !records.addPlus(name, counts ? entry : NONE, ino, type, cookie, exchange.minor(),
                exchange.timeouts());
        if (!full && counts) {
            exchange.lookedUp(entry.node());
            counted = count < counted.length ? counted : Arrays.copyOf(counted, count * 2);
            counted[count++] = entry.node();
        }
        return !full;
    }

    /** Adds an entry by name alone, as {@code readdir} does. */
    public boolean add(Name name, long ino, FileType type, long cookie) {
        full = full || !records.addPlus(name, NONE, ino, type, cookie, exchange.minor(), exchange.timeouts());
        return !full;
    }
}

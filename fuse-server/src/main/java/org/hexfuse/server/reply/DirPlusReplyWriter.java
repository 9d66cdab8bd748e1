package org.hexfuse.server.reply;

import java.time.Duration;
import java.util.Arrays;
import org.hexfuse.abi.DirentPlus;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.server.DirPlusReply;
import org.hexfuse.server.Entry;
import org.hexfuse.transport.Segments;

/**
 * Writes the entries of one READDIRPLUS at a time into a slot's memory. Their lookups are counted at once, since another request
 * may drop them before this one's reply is sent, and are undone if the kernel does not receive the reply.
 */
public final class DirPlusReplyWriter implements DirPlusReply {
    private static final Entry NONE = Entry.absent(Duration.ZERO);

    private final LookupCounter counter;
    private final DirRecords records = new DirRecords();
    private int minor;
    private Timeouts timeouts = Timeouts.DEFAULT;
    private boolean full;
    private long[] counted = new long[64];
    private int count;

    /** Counts the lookups of nodes. */
    public interface LookupCounter {
        /** Adds one to the lookup count of a node. */
        void lookedUp(long node);

        /** Takes it back: the kernel did not receive it. */
        void undoLookup(long node);
    }

    /** Without a reply. */
    public DirPlusReplyWriter(LookupCounter counter) {
        this.counter = counter;
    }

    /** Begins another reply. */
    public DirPlusReplyWriter set(Segments target, long bytes, int protocolMinor, Timeouts defaults) {
        records.set(target, bytes);
        this.minor = protocolMinor;
        this.timeouts = defaults;
        this.full = false;
        this.count = 0;
        return this;
    }

    /** The kernel has the reply: its lookups stay. */
    public void sent() {
        count = 0;
    }

    /** Takes back the lookups that were counted, unless the reply was sent. */
    public void undo() {
        for (int i = 0; i < count; i++) {
            counter.undoLookup(counted[i]);
        }
        count = 0;
    }

    /** The bytes that are written. */
    public long written() {
        return records.written();
    }

    @Override public boolean fits(int nameLength) {
        return !full && records.fits(DirentPlus.recordSize(nameLength));
    }

    @Override public boolean add(Name name, Entry entry, long cookie) {
        if (entry.node() == 0) {
            throw new IllegalArgumentException("an entry that is absent");
        }
        boolean counts = !name.isDotOrDotDot();
        long ino = entry.attr().ino() == 0 ? entry.node() : entry.attr().ino();
        FileType type = FileType.ofMode(entry.attr().mode()).orElse(FileType.REGULAR);
        full = full || !records.addPlus(name, counts ? entry : NONE, ino, type, cookie, minor, timeouts);
        if (!full && counts) {
            counter.lookedUp(entry.node());
            counted = count < counted.length ? counted : Arrays.copyOf(counted, count * 2);
            counted[count++] = entry.node();
        }
        return !full;
    }

    @Override public boolean add(Name name, long ino, FileType type, long cookie) {
        full = full || !records.addPlus(name, NONE, ino, type, cookie, minor, timeouts);
        return !full;
    }
}

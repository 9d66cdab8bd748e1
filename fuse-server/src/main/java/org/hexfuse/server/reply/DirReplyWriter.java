package org.hexfuse.server.reply;

import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Protocol;
import org.hexfuse.server.DirReply;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.transport.Segments;

/** Writes the entries of one READDIR at a time into a slot's memory. */
public final class DirReplyWriter implements DirReply {
    private final DirRecords records = new DirRecords();
    private long offset;
    private long ordinal;
    private boolean full;
    private long self;
    private long parent;

    /** Without a reply. */
    public DirReplyWriter() {}

    /** Begins the reply to a caller that has the entries of {@code directory} up to cookie {@code from}. */
    public DirReplyWriter set(Segments target, long bytes, long directory, long from) {
        records.set(target, bytes);
        this.self = directory;
        this.parent = directory == FuseFileSystem.ROOT ? directory : Protocol.UNKNOWN_INO;
        this.offset = from;
        this.ordinal = 0;
        this.full = false;
        return this;
    }

    /** Ends the listing: an empty directory has its two names as well. Returns the bytes that are written. */
    public long finish() {
        if (offset == 0 && ordinal == 0 && records.written() == 0 && !full) {
            addDots();
        }
        return records.written();
    }

    /** The bytes that are written so far. */
    public long written() {
        return records.written();
    }

    @Override public void dots(long ownIno, long parentIno) {
        this.self = ownIno;
        this.parent = parentIno;
    }

    private void addDots() {
        next(Dots.SELF, self, FileType.DIRECTORY);
        next(Dots.PARENT, parent, FileType.DIRECTORY);
    }

    @Override public boolean add(Name name, long ino, FileType type) {
        if (ordinal == 0) {
            addDots();
        }
        return next(name, ino, type);
    }

    private boolean next(Name name, long ino, FileType type) {
        ordinal++;
        return ordinal <= offset || add(name, ino, type, ordinal);
    }

    @Override public boolean add(Name name, long ino, FileType type, long cookie) {
        full = full || !records.add(name, ino, type, cookie);
        return !full;
    }

    /** The names that every directory has. */
    private static final class Dots {
        static final Name SELF = Name.of(".");
        static final Name PARENT = Name.of("..");
    }
}

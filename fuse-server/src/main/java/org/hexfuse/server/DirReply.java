package org.hexfuse.server;

import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Protocol;
import org.hexfuse.transport.Segments;

/**
 * Where {@code readdir} puts entries. Either all of a directory's entries are added in the same order each time
 * ({@link #add(Name, long, FileType)}; {@code .} and {@code ..} come by themselves), or each with a cookie of the
 * filesystem's own, from {@link ReadDir#offset} on.
 */
public final class DirReply {
    private final DirRecords records = new DirRecords();
    private long offset;
    private long ordinal;
    private boolean full;
    private long self;
    private long parent;

    DirReply() {}

    DirReply set(Segments target, long bytes, long directory, long from) {
        records.set(target, bytes);
        this.self = directory;
        this.parent = directory == FuseFileSystem.ROOT ? directory : Protocol.UNKNOWN_INO;
        this.offset = from;
        this.ordinal = 0;
        this.full = false;
        return this;
    }

    /** The end of the listing: an empty directory has its two names as well. Returns the bytes that are written. */
    long finish() {
        if (offset == 0 && ordinal == 0 && records.written() == 0 && !full) {
            addDots();
        }
        return records.written();
    }

    /**
     * The inode numbers of {@code .} and {@code ..} where they come by themselves, to be said before the first entry. Otherwise
     * {@code .} has the node's number, and {@code ..} that of the root in the root and FUSE_UNKNOWN_INO elsewhere.
     */
    public void dots(long ownIno, long parentIno) {
        this.self = ownIno;
        this.parent = parentIno;
    }

    private void addDots() {
        next(Dots.SELF, self, FileType.DIRECTORY);
        next(Dots.PARENT, parent, FileType.DIRECTORY);
    }

    /** As {@link #add(Name, long, FileType)}. */
    public boolean add(String name, long ino, FileType type) {
        return add(Name.of(name), ino, type);
    }

    /**
     * Adds the next of all entries; those that the caller has already are passed over.
     *
     * @param ino the inode number, not 0
     * @return false if it did not fit, and so no further one will
     */
    public boolean add(Name name, long ino, FileType type) {
        if (ordinal == 0) {
            addDots();
        }
        return next(name, ino, type);
    }

    private boolean next(Name name, long ino, FileType type) {
        ordinal++;
        return ordinal <= offset || add(name, ino, type, ordinal);
    }

    /**
     * Adds an entry.
     *
     * @param ino the inode number, not 0
     * @param cookie what {@link ReadDir#offset} will be for a caller that has seen this entry and wants the next; not 0
     * @return false if it did not fit, and so no further one will
     */
    public boolean add(Name name, long ino, FileType type, long cookie) {
        full = full || !records.add(name, ino, type, cookie);
        return !full;
    }

    /** The names that every directory has. */
    private static final class Dots {
        static final Name SELF = Name.of(".");
        static final Name PARENT = Name.of("..");
    }
}

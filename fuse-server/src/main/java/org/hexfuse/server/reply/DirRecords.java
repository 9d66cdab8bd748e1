package org.hexfuse.server.reply;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.DirentPlus;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Entry;
import org.hexfuse.transport.Segments;

/** Writes the records of READDIR and READDIRPLUS, whole ones only, until no more fit. */
final class DirRecords {
    private static final int LONGEST_NAME = 4096;

    private Segments memory;
    private long limit;
    private long position;
    /** A record is put together here where the reply's memory is in pieces. */
    private MemorySegment scratch = MemorySegment.NULL;

    void set(Segments target, long bytes) {
        this.memory = target;
        this.limit = Math.min(target.size(), bytes);
        this.position = 0;
    }

    long written() {
        return position;
    }

    boolean fits(int recordSize) {
        return recordSize <= limit - position;
    }

    boolean add(Name name, long ino, FileType type, long cookie) {
        int size = Dirent.recordSize(name.length());
        if (!fits(size)) {
            return false;
        }
        MemorySegment target = target(size);
        long base = base();
        writeDirent(target, base, name, ino, type, cookie, base + size);
        finish(target, size);
        return true;
    }

    boolean addPlus(Name name, Entry entry, long ino, FileType type, long cookie, int minor, Timeouts timeouts) {
        int size = DirentPlus.recordSize(name.length());
        if (!fits(size)) {
            return false;
        }
        MemorySegment target = target(size);
        long base = base();
        ReplyStructs.entry(target, base + DirentPlus.ENTRY_OUT.offset(), entry, minor, timeouts);
        writeDirent(target, base + DirentPlus.DIRENT.offset(), name, ino, type, cookie, base + size);
        finish(target, size);
        return true;
    }

    private static void writeDirent(MemorySegment target, long base, Name name, long ino, FileType type, long cookie,
            long end) {
        if (name.length() == 0 || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("a name of " + name.length() + " bytes in a directory");
        }
        Dirent.INO.set(target, base, ino);
        Dirent.OFF.set(target, base, cookie);
        Dirent.NAMELEN.set(target, base, name.length());
        Dirent.TYPE.set(target, base, type.dtype());
        long nameStart = base + Dirent.SIZE;
        name.copyTo(target, nameStart);
        for (long i = nameStart + name.length(); i < end; i++) {
            target.set(java.lang.foreign.ValueLayout.JAVA_BYTE, i, (byte) 0);
        }
    }

    private MemorySegment target(int size) {
        if (memory.count() == 1) {
            return memory.segment(0);
        }
        if (scratch.byteSize() < size) {
            scratch = MemorySegment.ofArray(new byte[Math.max(size, 512)]);
        }
        return scratch;
    }

    private long base() {
        return memory.count() == 1 ? memory.offset(0) + position : 0;
    }

    private void finish(MemorySegment target, int size) {
        if (memory.count() != 1) {
            memory.copyFrom(position, target, 0, size);
        }
        position += size;
    }
}

package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;

/**
 * A member of an archive that is open, or was written to and is not in the archive yet. It is read by streams until it is written to,
 * and from then on is a {@link Spool}. Its monitor guards it; the archive's section is held around each call.
 */
final class Member extends OpenNode {
    /** A deflated member is unpacked when more bytes than this, and than its size, were inflated in vain. */
    private static final long PATIENCE = 16L << 20;

    private final ZipArchive archive;
    private MemberReader reader;
    private Spool spool;
    /** Whether the spool has what the archive has not. Written under the monitor. */
    private volatile boolean dirty;
    private Timespec modified = Timespec.EPOCH;

    Member(String path, ZipArchive archive) {
        super(path);
        this.archive = archive;
    }

    /** Until the archive has what was written. */
    @Override boolean stays() { return isDirty(); }

    boolean isDirty() { return dirty; }

    /** How many bytes are in the spool; 0 if there is none. */
    synchronized long spooled() throws IOException {
        return spool == null ? 0 : spool.size();
    }

    private Path file() {
        return archive.path(path);
    }

    synchronized int read(ByteBuffer target, long offset) throws IOException {
        if (spool == null) {
            reader = reader == null ? new MemberReader(file()) : reader;
            int got = reader.read(target, offset);
            if (reader.skipped() > PATIENCE && reader.skipped() > Files.size(file())) {
                unpack();
            }
            return got;
        }
        return spool.read(target, offset);
    }

    synchronized long size() throws IOException {
        Attr last = last();
        return spool != null ? spool.size() : last == null ? Files.size(file()) : last.size();
    }

    /** Takes the content out of the archive. */
    synchronized void unpack() throws IOException {
        if (spool != null) {
            return;
        }
        var filled = new Spool(archive.spools());
        boolean done = false;
        try {
            filled.fill(Files.newInputStream(file()));
            done = true;
        } finally {
            if (!done) {
                filled.close();
            }
        }
        spool = filled;
        closeReader();
    }

    /** Prepares to write: what is there is kept as far as {@code size} bytes. */
    private void change(long size) throws IOException {
        if (spool == null && size == 0) {
            spool = new Spool(archive.spools());
            closeReader();
        }
        unpack();
        dirty |= last() == null;
        modified = ZipView.now();
        written();
    }

    synchronized void write(ByteBuffer source, long offset) throws IOException {
        if (offset > Long.MAX_VALUE - source.remaining()) {
            throw FuseException.of(Errno.EFBIG);
        }
        change(Long.MAX_VALUE);
        spool.write(source, offset);
    }

    synchronized void resize(long size) throws IOException {
        change(size);
        spool.resize(size);
    }

    /** The file has no name any more: nothing of it reaches the archive. */
    synchronized void forsake() {
        dirty = false;
    }

    /** A time of modification was set, which the archive has. */
    synchronized void timed(Optional<Timespec> mtime) {
        mtime.ifPresent(time -> modified = time);
    }

    /** The attributes with what is not in the archive yet. */
    synchronized Attr seen(Attr attr) throws IOException {
        return dirty ? attr.toBuilder().resize(spool.size()).mtime(modified).ctime(modified).build() : attr;
    }

    /** Puts the content into the archive. The spool stays while the file is open. */
    synchronized void push() throws IOException {
        if (!dirty) {
            return;
        }
        archive.put(path, spool, modified);
        dirty = false;
    }

    /** The archive is about to be closed: it is opened again by what is read next. */
    synchronized void closeReader() throws IOException {
        MemberReader before = reader;
        reader = null;
        if (before != null) {
            before.close();
        }
    }

    /** No handle is open any more, and the archive has everything. */
    synchronized void closed() throws IOException {
        closeReader();
        if (!dirty && spool != null) {
            spool.close();
            spool = null;
        }
    }
}

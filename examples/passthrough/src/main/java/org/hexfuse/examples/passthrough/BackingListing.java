package org.hexfuse.examples.passthrough;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Protocol;
import org.hexfuse.libc.DirectoryCalls;
import org.hexfuse.libc.DirectoryRecord;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.FileAttributes;
import org.hexfuse.libc.InodeCalls;
import org.hexfuse.server.tree.Listed;

/** The names in a directory, read from it some hundred at a time. The descriptor is closed after the last one. Not for several threads. */
final class BackingListing implements Iterator<Listed> {
    private static final int ROOM = 1 << 15;

    private final Mirror mirror;
    private final long dev;
    private final Fd directory;
    private Iterator<DirectoryRecord> batch = List.<DirectoryRecord>of().iterator();
    private boolean ended;
    private Listed next;

    private BackingListing(Mirror mirror, Fd directory) {
        this.mirror = mirror;
        this.directory = directory;
        this.dev = Mirror.attributes(directory).dev();
    }

    /** The names in an open directory, which is taken over. */
    static Stream<Listed> of(Mirror mirror, Fd directory) {
        BackingListing listing;
        try {
            listing = new BackingListing(mirror, directory);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(listing, Spliterator.ORDERED), false)
                .onClose(directory::close);
    }

    @Override public boolean hasNext() {
        while (next == null && !ended) {
            if (batch.hasNext()) {
                next = listed(batch.next());
            } else {
                batch = SystemCall.get(() -> DirectoryCalls.getdents(directory, ROOM)).iterator();
                ended = !batch.hasNext();
            }
        }
        if (ended) {
            directory.close();
        }
        return next != null;
    }

    @Override public Listed next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Listed listed = next;
        next = null;
        return listed;
    }

    /** Null for what is not listed. */
    private Listed listed(DirectoryRecord found) {
        if (found.name().isDotOrDotDot()) {
            return null;
        }
        long ino = found.ino() == 0 ? Protocol.UNKNOWN_INO : mirror.shownIno(dev, found.ino());
        FileType type = FileType.ofDtype(found.type()).orElse(null);
        if (type == null) {
            // The filesystem does not list types.
            var attributes = new FileAttributes();
            type = InodeCalls.statx(directory, found.name(), attributes) < 0 ? null
                    : FileType.ofMode(attributes.mode()).orElse(null);
        }
        return type == null ? null : new Listed(found.name(), type, ino);
    }
}

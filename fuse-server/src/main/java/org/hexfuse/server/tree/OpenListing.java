package org.hexfuse.server.tree;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.handover.SavedName;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.ReadDir;

/**
 * An open directory: the names that were taken of the author's stream so far, in the order of their cookies, which count from 1.
 * A caller may go back to any of them. A listing that is read from its start again begins anew.
 *
 * <p>Its lock is held while names are taken of the stream: by one request of one open directory at a time.
 */
final class OpenListing {
    private static final Name SELF = Name.of(".");
    private static final Name PARENT = Name.of("..");
    private static final int DOTS = 2;

    private final ReentrantLock lock = new ReentrantLock();
    private final Node directory;
    private final int flags;
    private final List<Listed> names = new ArrayList<>();
    private Stream<Listed> stream = Stream.empty();
    private Iterator<Listed> rest = stream.iterator();
    private boolean begun;
    /** Whether {@link #names} are what a predecessor has taken, and the stream is to begin behind them. */
    private boolean resumes;
    private volatile boolean closed;
    private Sink sink;
    private boolean deferred;

    /** Takes the names of one request. */
    interface Sink {
        /** Returns whether it fit, and so another one may. */
        boolean add(Listed name, long cookie) throws InterruptedException;
    }

    /** An open directory, and the flags that it was opened with. */
    OpenListing(Node directory, int flags) {
        this.directory = directory;
        this.flags = flags;
    }

    int flags() {
        return flags;
    }

    Node directory() {
        return directory;
    }

    /** Lists from {@code op.offset()} on. */
    void list(ReadDir op, Sink target) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            resumes &= op.offset() != 0;
            if (op.offset() == 0 || !begun) {
                sink = target;
                deferred = false;
                Stream<Listed> listing = directory.readdir(op);
                if (deferred) {
                    return;
                }
                begin(listing);
            }
            emit(op.offset(), target);
        } finally {
            unlock();
        }
    }

    /** The author gives the stream later. Called by the author's method, under the lock. */
    LateReply<Stream<Listed>> late(ReadDir op) {
        long from = op.offset();
        Sink target = sink;
        LateReply<Void> reply = op.deferred();
        deferred = true;
        return new MappedReply<>(reply, (listing, origin) -> {
            lock.lockInterruptibly();
            try {
                begin(listing);
                emit(from, target);
            } finally {
                unlock();
            }
            return origin.reply(null);
        });
    }

    private void begin(Stream<Listed> listing) {
        boolean done = false;
        try {
            stream.close();
            if (closed) {
                throw FuseException.of(Errno.EBADF);
            }
            rest = resumes ? behind(listing) : listing.iterator();
            stream = listing;
            if (!resumes) {
                names.clear();
            }
            resumes = false;
            begun = true;
            done = true;
        } finally {
            if (!done && listing != null) {
                listing.close();
            }
        }
    }

    /** What was not taken by the predecessor. */
    private Iterator<Listed> behind(Stream<Listed> listing) {
        Set<Name> taken = names.stream().map(Listed::name).collect(Collectors.toSet());
        return listing.filter(listed -> !taken.contains(listed.name())).iterator();
    }

    /** Writes the names that were taken so far. */
    void save(DataOutput out) throws IOException {
        if (!lock.tryLock()) {
            throw new IOException(directory + " is being listed");
        }
        try {
            for (Listed listed : names) {
                out.writeBoolean(true);
                SavedName.write(listed.name(), out);
                out.writeByte(listed.type().dtype());
                out.writeLong(listed.ino());
            }
            out.writeBoolean(false);
        } finally {
            unlock();
        }
    }

    /** Goes on where a predecessor was, with the names that it has saved. */
    void restore(DataInput in) throws IOException {
        lock.lock();
        try {
            while (in.readBoolean()) {
                Name name = SavedName.read(in);
                names.add(new Listed(name, SavedName.type(in), in.readLong()));
            }
            resumes = true;
        } finally {
            unlock();
        }
    }

    private void emit(long from, Sink target) throws InterruptedException {
        if (from < 0) {
            throw FuseException.of(Errno.EINVAL);
        }
        boolean fits = (from >= 1 || target.add(new Listed(SELF, FileType.DIRECTORY, directory.ino()), 1))
                && (from >= DOTS
                        || target.add(new Listed(PARENT, FileType.DIRECTORY, directory.parent().ino()), DOTS));
        for (long at = Math.max(0, from - DOTS); fits && has(at); at++) {
            fits = target.add(names.get((int) at), at + DOTS + 1);
        }
    }

    /** Takes names of the stream up to a place, which may be far ahead of what this listing has read since it began anew. */
    private boolean has(long place) {
        while (names.size() <= place && rest.hasNext()) {
            names.add(rest.next());
        }
        return place < names.size();
    }

    /** Closes the stream: now, or when the request that takes names of it is done, which may be stuck there. */
    void close() {
        closed = true;
        closeStream();
    }

    private void unlock() {
        lock.unlock();
        if (closed) {
            closeStream();
        }
    }

    private void closeStream() {
        if (lock.tryLock()) {
            try {
                stream.close();
            } finally {
                lock.unlock();
            }
        }
    }
}

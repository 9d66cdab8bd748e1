package org.hexfuse.server.tree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
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
    private final List<Listed> names = new ArrayList<>();
    private Stream<Listed> stream = Stream.empty();
    private Iterator<Listed> rest = stream.iterator();
    private boolean begun;
    private boolean closed;
    private Sink sink;
    private boolean deferred;

    /** Takes the names of one request. */
    interface Sink {
        /** Returns whether it fit, and so another one may. */
        boolean add(Listed name, long cookie) throws InterruptedException;
    }

    OpenListing(Node directory) {
        this.directory = directory;
    }

    Node directory() {
        return directory;
    }

    /** Lists from {@code op.offset()} on. */
    void list(ReadDir op, Sink target) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
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
            lock.unlock();
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
                lock.unlock();
            }
            return origin.reply(null);
        });
    }

    private void begin(Stream<Listed> listing) {
        stream.close();
        names.clear();
        stream = listing;
        rest = listing.iterator();
        begun = true;
        if (closed) {
            listing.close();
            throw FuseException.of(Errno.EBADF);
        }
    }

    private void emit(long from, Sink target) throws InterruptedException {
        if (from < 0) {
            throw FuseException.of(Errno.EINVAL);
        }
        boolean fits = (from >= 1 || target.add(new Listed(SELF, FileType.DIRECTORY, directory.ino()), 1))
                && (from >= DOTS
                        || target.add(new Listed(PARENT, FileType.DIRECTORY, directory.parent().ino()), DOTS));
        for (long at = Math.max(0, from - DOTS); fits && at <= names.size(); at++) {
            if (at == names.size()) {
                if (!rest.hasNext()) {
                    return;
                }
                names.add(rest.next());
            }
            fits = target.add(names.get((int) at), at + DOTS + 1);
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            stream.close();
        } finally {
            lock.unlock();
        }
    }
}

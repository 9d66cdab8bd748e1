package org.hexfuse.server.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.transport.HandoverListener;
import org.hexfuse.transport.HandoverStream;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Predecessor;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.Transferable;

/** A link within the process whose connection is passed on: predecessor and successor each wrap the same one. */
final class PassedLink implements ServerLink, Transferable {
    private final ServerLink link;
    private final Optional<Predecessor> predecessor;
    private final List<Channel> channels = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Optional<HandoverStream>> successors = new LinkedBlockingQueue<>();
    private boolean paused;
    private boolean ended;
    private int waiting;
    private volatile boolean owned;

    private PassedLink(ServerLink link, Optional<HandoverStream> stream) {
        this.link = link;
        this.owned = stream.isEmpty();
        this.predecessor = stream.map(from -> new Predecessor() {
            @Override public HandoverStream stream() {
                return from;
            }

            @Override public void succeed() {
                owned = true;
            }
        });
    }

    static PassedLink of(ServerLink link) {
        return new PassedLink(link, Optional.empty());
    }

    /** A peer that has connected to this link's listener. */
    HandoverStream connect() {
        ByteStream[] ends = ByteStream.pair();
        successors.add(Optional.of(ends[0]));
        return ends[1];
    }

    /** The link of a successor. */
    PassedLink successor() {
        return new PassedLink(link, Optional.of(connect()));
    }

    boolean isReleased() { return !owned; }

    /** A channel whose worker is interrupted in a read, and never elsewhere. */
    private final class Channel implements SlotChannel {
        private final SlotChannel channel;
        private Thread reader;

        Channel(SlotChannel channel) {
            this.channel = channel;
        }

        @Override public Slot next() throws IOException, InterruptedException {
            while (mayRead(this)) {
                try {
                    return channel.next();
                } catch (InterruptedException e) {
                    if (!isPaused()) {
                        throw e;
                    }
                } finally {
                    leave();
                }
            }
            return null;
        }

        private void leave() {
            synchronized (PassedLink.this) {
                reader = null;
                Thread.interrupted();
            }
        }

        @Override public void close() {
            channel.close();
        }
    }

    private synchronized boolean isPaused() { return paused; }

    private synchronized boolean mayRead(Channel channel) throws InterruptedException {
        waiting++;
        while (paused && !ended) {
            wait();
        }
        waiting--;
        channel.reader = ended ? null : Thread.currentThread();
        return !ended;
    }

    private synchronized boolean wakeReaders() {
        boolean any = false;
        for (Channel channel : channels) {
            if (channel.reader != null) {
                channel.reader.interrupt();
                any = true;
            }
        }
        return any;
    }

    @Override public HandoverListener listen(Path socket) {
        return new HandoverListener() {
            @Override public Optional<HandoverStream> accept() throws IOException {
                try {
                    return successors.take();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }

            @Override public void close() {
                successors.add(Optional.empty());
            }
        };
    }

    @Override public boolean pause(Duration timeout) {
        synchronized (this) {
            paused = true;
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        while (wakeReaders() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(100_000);
        }
        return !wakeReaders();
    }

    @Override public synchronized int paused() {
        return waiting;
    }

    @Override public synchronized void resume() {
        paused = false;
        notifyAll();
    }

    @Override public synchronized void release() {
        owned = false;
        ended = true;
        notifyAll();
    }

    @Override public int maxMessage() {
        return link.maxMessage();
    }

    @Override public void negotiated(Limits limits) {
        link.negotiated(limits);
    }

    @Override public SlotChannel openChannel() throws IOException {
        var channel = new Channel(link.openChannel());
        channels.add(channel);
        return channel;
    }

    @Override public boolean blocksInSystemCalls() {
        return link.blocksInSystemCalls();
    }

    @Override public Errno send(MemorySegment message, long size) {
        return link.send(message, size);
    }

    @Override public boolean isConnected() { return link.isConnected(); }

    @Override public <T> Optional<T> feature(Class<T> type) {
        if (type == Transferable.class) {
            return Optional.of(type.cast(this));
        }
        return type == Predecessor.class ? predecessor.map(type::cast) : Optional.empty();
    }

    @Override public void shutdown() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        if (owned) {
            link.shutdown();
        }
    }

    @Override public void close() {
        shutdown();
        if (owned) {
            link.close();
        }
    }
}

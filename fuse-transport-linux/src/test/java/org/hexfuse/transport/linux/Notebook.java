package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Forget;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Handover;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.Session;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.Write;

/**
 * A filesystem that can be handed over: the file {@code notes} takes what is written; reads of {@code slow} and {@code late} wait, in
 * their handler and for a deferred reply, until {@link #answer}.
 */
class Notebook implements FuseFileSystem, Handover {
    static final String SLOW = "the slow answer of ";
    private static final long NOTES = 2;
    private static final long SLOW_NODE = 3;
    private static final long LATE_NODE = 4;
    private static final int SIZE = 64;

    final String name;
    final AtomicInteger forgotten = new AtomicInteger();
    final AtomicInteger released = new AtomicInteger();
    final CountDownLatch destroyed = new CountDownLatch(1);
    final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch answered = new CountDownLatch(1);
    volatile LateReply<Void> late;
    private volatile DataReply lateOut;
    private volatile String notes = "";

    Notebook(String name) {
        this.name = name;
    }

    /** Replies to what waits, or is to come. */
    void answer() {
        answered.countDown();
        LateReply<Void> reply = late;
        if (reply != null) {
            lateOut.write((SLOW + name).getBytes(UTF_8));
            reply.reply(null);
        }
    }

    String notes() {
        return notes;
    }

    @Override public Blocking blocking() {
        return Blocking.IN_JAVA;
    }

    @Override public Optional<Handover> handover() {
        return Optional.of(this);
    }

    @Override public String format() {
        return "notebook 1";
    }

    @Override public void save(Session session, DataOutput out) throws IOException {
        out.writeUTF(notes);
    }

    @Override public void restore(Session session, DataInput in) throws IOException {
        notes = in.readUTF();
    }

    @Override public void init(InitNegotiation negotiation) throws IOException, InterruptedException {
        negotiation.maxWrite(1 << 16);
    }

    @Override public void destroy(Session session) {
        destroyed.countDown();
    }

    @Override public void forget(Forget op) {
        forgotten.incrementAndGet();
    }

    @Override public void release(Release op) {
        released.incrementAndGet();
    }

    @Override public Entry lookup(Lookup op) {
        long node = switch (op.name().toString()) {
            case "notes" -> NOTES;
            case "slow" -> SLOW_NODE;
            case "late" -> LATE_NODE;
            default -> 0;
        };
        return node == 0 ? Entry.absent(Duration.ZERO) : Entry.of(node, attr(node), Duration.ZERO);
    }

    @Override public Attr getattr(GetAttr op) {
        return attr(op.node());
    }

    @Override public Attr setattr(SetAttr op) {
        return attr(op.node());
    }

    private Attr attr(long node) {
        return node == ROOT ? Attr.directory(0755) : Attr.file(0644, node == NOTES ? notes.length() : SIZE);
    }

    @Override public Opened open(Open op) {
        return Opened.of(op.node()).directIo();
    }

    @Override public synchronized int write(Write op) {
        byte[] bytes = new byte[op.size()];
        op.data().copyTo(0, bytes, 0, bytes.length);
        notes = notes.substring(0, (int) op.offset()) + new String(bytes, UTF_8);
        return bytes.length;
    }

    @Override public void read(Read op, DataReply out) throws InterruptedException {
        if (op.node() == NOTES) {
            out.writeSlice(notes.getBytes(UTF_8), op.offset());
        } else if (op.offset() > 0) {
            // The end.
            out.writeZeros(0);
        } else if (op.node() == SLOW_NODE || answered.getCount() == 0) {
            reading.countDown();
            answered.await();
            out.write((SLOW + name).getBytes(UTF_8));
        } else {
            op.later(reply -> {
                lateOut = out;
                late = reply;
            });
            reading.countDown();
        }
    }
}

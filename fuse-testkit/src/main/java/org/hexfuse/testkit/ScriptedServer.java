package org.hexfuse.testkit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOut;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.RequestQueues;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;

/**
 * The server end of a transport under test. It answers what a kernel needs to look a name up, read and write; the script of a
 * test may answer first.
 */
final class ScriptedServer {
    static final long FILE = 2;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int FILE_SIZE = 1 << 22;

    /** The replies of a test. */
    @FunctionalInterface interface Script {
        /** Answers a request, or leaves it to the server by returning false. */
        boolean answer(Slot slot) throws Exception;
    }

    final ServerLink link;
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> workers = new ArrayList<>();
    private final int channels;
    private final Script script;

    ScriptedServer(ServerLink link, int channels, Script script) {
        this.link = link;
        this.channels = channels;
        this.script = script;
    }

    void start() {
        startWorker();
    }

    private synchronized void startWorker() {
        Thread.Builder builder = link.blocksInSystemCalls() ? Thread.ofPlatform().daemon(true) : Thread.ofVirtual();
        workers.add(builder.start(this::work));
    }

    private void work() {
        try (SlotChannel channel = link.openChannel()) {
            for (Slot slot = channel.next(); slot != null; slot = channel.next()) {
                if (slot.opcode() == Opcode.INIT.code()) {
                    answerInit(slot);
                } else if (!script.answer(slot)) {
                    answer(slot);
                }
            }
        } catch (Exception | AssertionError e) {
            failures.add(e);
        }
    }

    /** Waits, no longer than {@link #TIMEOUT}, for all workers to end; returns whether they have. */
    boolean hasEnded() throws InterruptedException {
        List<Thread> all;
        synchronized (this) {
            all = List.copyOf(workers);
        }
        boolean ended = true;
        for (Thread worker : all) {
            ended &= worker.join(TIMEOUT);
        }
        return ended;
    }

    void close() throws InterruptedException, IOException {
        link.shutdown();
        if (!hasEnded()) {
            throw new IOException("a worker has not ended within " + TIMEOUT + " of the shutdown of its link");
        }
        link.close();
    }

    private void answerInit(Slot slot) {
        int maxWrite = Limits.payloadOf(link.maxMessage());
        long offered = InitIn.FLAGS.getUnsigned(slot.arguments(), 0);
        offered |= InitIn.FLAGS2.getUnsigned(slot.arguments(), 0) << 32;
        long flags = offered & Flag.of(InitFlag.BIG_WRITES, InitFlag.MAX_PAGES, InitFlag.PARALLEL_DIROPS,
                InitFlag.INIT_EXT);
        int workers = channels;
        Optional<RequestQueues> queues = link.feature(RequestQueues.class);
        if (queues.isPresent() && queues.get().open(new Limits(Protocol.MINOR, flags, maxWrite, maxWrite / 4096),
                InitFlag.OVER_IO_URING.in(offered))) {
            flags |= InitFlag.OVER_IO_URING.mask();
            workers = 1 + queues.get().count();
        }
        link.negotiated(new Limits(Protocol.MINOR, flags, maxWrite, maxWrite / 4096));
        MemorySegment out = slot.reply();
        out.asSlice(0, InitOut.SIZE).fill((byte) 0);
        InitOut.MAJOR.set(out, Protocol.MAJOR);
        InitOut.MINOR.set(out, Protocol.MINOR);
        InitOut.FLAGS.set(out, (int) flags);
        InitOut.FLAGS2.set(out, (int) (flags >>> 32));
        InitOut.MAX_WRITE.set(out, maxWrite);
        InitOut.MAX_PAGES.set(out, (short) (maxWrite / 4096));
        InitOut.MAX_BACKGROUND.set(out, (short) 64);
        slot.commit(Errno.OK, InitOut.SIZE, 0);
        for (int i = 1; i < workers; i++) {
            startWorker();
        }
    }

    /** The name of a LOOKUP. */
    static String name(Slot slot) {
        int length = (int) slot.rest().size() - 1;
        return Name.of(slot.rest().segment(0), slot.rest().offset(0), length).toString();
    }

    static void answer(Slot slot) {
        Opcode opcode = Opcode.of(slot.opcode()).orElseThrow();
        switch (opcode) {
            case LOOKUP -> entry(slot);
            case GETATTR, SETATTR -> attributes(slot);
            case OPEN, OPENDIR -> opened(slot);
            case WRITE -> {
                int size = WriteIn.SIZE_FIELD.get(slot.arguments());
                WriteOut.SIZE_FIELD.set(slot.reply(), size);
                slot.reply().asSlice(4, 4).fill((byte) 0);
                slot.commit(Errno.OK, WriteOut.SIZE, 0);
            }
            case FLUSH, RELEASE, RELEASEDIR, ACCESS -> slot.commit(Errno.OK, 0, 0);
            case FORGET, BATCH_FORGET, INTERRUPT -> slot.release();
            default -> slot.commit(Errno.ENOSYS, 0, 0);
        }
    }

    static void entry(Slot slot) {
        MemorySegment out = slot.reply();
        out.asSlice(0, EntryOut.SIZE).fill((byte) 0);
        EntryOut.NODEID.set(out, FILE);
        attributes(out, EntryOut.ATTR.offset(), FILE);
        slot.commit(Errno.OK, EntryOut.SIZE, 0);
    }

    private static void attributes(Slot slot) {
        long node = InHeader.NODEID.get(slot.header());
        MemorySegment out = slot.reply();
        out.asSlice(0, AttrOut.SIZE).fill((byte) 0);
        attributes(out, AttrOut.ATTR.offset(), node);
        slot.commit(Errno.OK, AttrOut.SIZE, 0);
    }

    private static void attributes(MemorySegment out, long base, long node) {
        AttrData.INO.set(out, base, node);
        AttrData.MODE.set(out, base, node == FILE ? 0100666 : 040777);
        AttrData.NLINK.set(out, base, 1);
        AttrData.SIZE_FIELD.set(out, base, node == FILE ? FILE_SIZE : 0);
    }

    private static void opened(Slot slot) {
        MemorySegment out = slot.reply();
        out.asSlice(0, OpenOut.SIZE).fill((byte) 0);
        OpenOut.OPEN_FLAGS.set(out, (int) OpenOutFlag.DIRECT_IO.mask());
        slot.commit(Errno.OK, OpenOut.SIZE, 0);
    }
}

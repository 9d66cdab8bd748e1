package org.hexfuse.transport.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.KStatfs;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOut;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;

/**
 * As little of a FUSE server as a mount needs: a root with the files {@code hello}, whose bytes count up, and {@code stuck},
 * whose first read blocks until {@link #unstick}, as do lookups of {@code forever} and, where that is wanted, STATFS.
 */
final class TinyServer {
    static final long FILE_SIZE = 3L << 20;

    private static final long HELLO = 2;
    private static final long STUCK = 3;
    private static final int MAX_PAGES = 256;

    final ServerLink link;
    private final boolean statfsBlocks;
    final CountDownLatch initialized = new CountDownLatch(1);
    final CountDownLatch reachedStuck = new CountDownLatch(1);
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    /** The errnos of commits that were not OK. */
    final Queue<Errno> refused = new ConcurrentLinkedQueue<>();
    /** The workers that answered a request. */
    final Queue<Integer> answeredBy = new ConcurrentLinkedQueue<>();
    private final CountDownLatch unstuck = new CountDownLatch(1);
    private final List<Thread> workers = new ArrayList<>();

    TinyServer(ServerLink link) {
        this(link, false);
    }

    /** @param statfsBlocks whether STATFS blocks until {@link #unstick} */
    TinyServer(ServerLink link, boolean statfsBlocks) {
        this.link = link;
        this.statfsBlocks = statfsBlocks;
    }

    TinyServer start(int count) throws IOException, InterruptedException {
        startWorker(0);
        initialized.await();
        for (int i = 1; i < count; i++) {
            startWorker(i);
        }
        return this;
    }

    private void startWorker(int index) throws IOException {
        SlotChannel channel = link.openChannel();
        workers.add(Thread.ofPlatform().name("tiny-" + index).start(() -> {
            try (channel) {
                for (Slot slot = channel.next(); slot != null; slot = channel.next()) {
                    Errno result = answer(slot);
                    answeredBy.add(index);
                    if (result != Errno.OK) {
                        refused.add(result);
                    }
                }
            } catch (IOException | InterruptedException | RuntimeException e) {
                failures.add(e);
            }
        }));
    }

    void unstick() {
        unstuck.countDown();
    }

    void join() throws InterruptedException {
        for (Thread worker : workers) {
            worker.join();
        }
    }

    private Errno answer(Slot slot) {
        long node = InHeader.NODEID.get(slot.header());
        Opcode opcode = Opcode.byCode(slot.opcode());
        return switch (opcode) {
            case INIT -> init(slot);
            case GETATTR -> {
                AttrOut.ATTR_VALID.set(slot.reply(), 0);
                AttrOut.ATTR_VALID_NSEC.set(slot.reply(), 0);
                attr(slot.reply(), AttrOut.ATTR.offset(), node);
                yield slot.commit(Errno.OK, AttrOut.SIZE, 0);
            }
            case LOOKUP -> lookup(slot);
            case OPEN, OPENDIR -> {
                slot.reply().asSlice(0, OpenOut.SIZE).fill((byte) 0);
                yield slot.commit(Errno.OK, OpenOut.SIZE, 0);
            }
            case STATFS -> {
                if (statfsBlocks) {
                    block();
                }
                slot.reply().asSlice(0, KStatfs.SIZE).fill((byte) 0);
                KStatfs.BLOCKS.set(slot.reply(), 12345);
                KStatfs.BSIZE.set(slot.reply(), 4096);
                KStatfs.FRSIZE.set(slot.reply(), 4096);
                yield slot.commit(Errno.OK, KStatfs.SIZE, 0);
            }
            case READ -> read(slot, node);
            case FLUSH, RELEASE, RELEASEDIR -> slot.commit(Errno.OK, 0, 0);
            case FORGET, BATCH_FORGET, INTERRUPT -> {
                slot.release();
                yield Errno.OK;
            }
            default -> slot.commit(Errno.ENOSYS, 0, 0);
        };
    }

    private Errno init(Slot slot) {
        int minor = InitIn.MINOR.get(slot.arguments());
        int flags = (int) (InitFlag.MAX_PAGES.mask() | InitFlag.BIG_WRITES.mask() | InitFlag.ASYNC_READ.mask());
        int agreed = flags & InitIn.FLAGS.get(slot.arguments());
        MemorySegment out = slot.reply();
        out.asSlice(0, InitOut.SIZE).fill((byte) 0);
        InitOut.MAJOR.set(out, 7);
        InitOut.MINOR.set(out, 45);
        InitOut.FLAGS.set(out, agreed);
        InitOut.MAX_READAHEAD.set(out, 1 << 20);
        InitOut.MAX_WRITE.set(out, 1 << 20);
        InitOut.MAX_PAGES.set(out, (short) MAX_PAGES);
        link.negotiated(new Limits(Math.min(minor, 45), agreed, 1 << 20, MAX_PAGES));
        Errno result = slot.commit(Errno.OK, InitOut.SIZE, 0);
        initialized.countDown();
        return result;
    }

    private Errno lookup(Slot slot) {
        byte[] name = new byte[(int) slot.rest().size() - 1];
        slot.rest().copyTo(0, name, 0, name.length);
        if (new String(name, UTF_8).equals("forever")) {
            block();
        }
        long node = switch (new String(name, UTF_8)) {
            case "hello" -> HELLO;
            case "stuck" -> STUCK;
            default -> 0;
        };
        if (node == 0) {
            return slot.commit(Errno.ENOENT, 0, 0);
        }
        MemorySegment out = slot.reply();
        out.asSlice(0, EntryOut.SIZE).fill((byte) 0);
        EntryOut.NODEID.set(out, node);
        attr(out, EntryOut.ATTR.offset(), node);
        return slot.commit(Errno.OK, EntryOut.SIZE, 0);
    }

    private Errno read(Slot slot, long node) {
        long offset = ReadIn.OFFSET.get(slot.arguments());
        long size = Math.max(0, Math.min(ReadIn.SIZE_FIELD.get(slot.arguments()), FILE_SIZE - offset));
        if (node == STUCK && reachedStuck.getCount() > 0) {
            block();
        }
        for (long i = 0; i < size; i++) {
            slot.reply().set(JAVA_BYTE, i, byteAt(offset + i));
        }
        return slot.commit(Errno.OK, 0, size);
    }

    private void block() {
        reachedStuck.countDown();
        try {
            unstuck.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static byte byteAt(long position) {
        return (byte) (position * 31 + (position >> 12));
    }

    private static void attr(MemorySegment out, long at, long node) {
        out.asSlice(at, AttrData.SIZE).fill((byte) 0);
        AttrData.INO.set(out, at, node);
        AttrData.MODE.set(out, at, node == 1 ? 0040755 : 0100644);
        AttrData.NLINK.set(out, at, 1);
        AttrData.SIZE_FIELD.set(out, at, node == 1 ? 0 : FILE_SIZE);
        AttrData.BLKSIZE.set(out, at, 4096);
    }
}

package org.hexfuse.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.device.ConnectionInfo;
import org.hexfuse.device.Request;
import org.hexfuse.device.RequestPort;
import org.hexfuse.vfs.CacheLimits;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/** Looks a quarter of a million files up, and writes how many bytes of heap the kernel end takes for each, and what is left of it once it is evicted. */
public final class InodeMemoryProgram {
    private static final int DIRECTORIES = 250;
    private static final int FILES = 1000;
    private static final long DAY = 86_400;

    private InodeMemoryProgram() {}

    /** Answers LOOKUPs of any name, and keeps nothing: what is measured is the kernel end's. */
    private static final class Port implements RequestPort {
        private static final long FLAGS = Flag.of(InitFlag.PARALLEL_DIROPS, InitFlag.MAX_PAGES);
        private final Request only = new Request(_ -> {});
        private long nodes = Protocol.ROOT_ID;
        private long forgotten;

        @Override public Request newRequest(Opcode opcode, long node, Caller caller) {
            return only.start(opcode, node, caller, Protocol.MINOR, FLAGS);
        }

        @Override public void call(Request request) {
            if (request.opcode() != Opcode.LOOKUP) {
                throw FuseException.of(Errno.ENOSYS);
            }
            boolean isDirectory = request.head().get(JAVA_BYTE, InHeader.SIZE) == 'd';
            MemorySegment out = request.reply();
            out.asSlice(0, EntryOut.SIZE).fill((byte) 0);
            long node = ++nodes;
            EntryOut.NODEID.set(out, node);
            EntryOut.GENERATION.set(out, node * 7 & 0xFFFF_FFFFL);
            EntryOut.ENTRY_VALID.set(out, DAY);
            EntryOut.ATTR_VALID.set(out, DAY);
            long base = EntryOut.ATTR.offset();
            AttrData.INO.set(out, base, node << 20);
            AttrData.SIZE_FIELD.set(out, base, node * 1234);
            AttrData.BLOCKS.set(out, base, node * 3);
            AttrData.ATIME.set(out, base, 1_700_000_000 + node);
            AttrData.MTIME.set(out, base, 1_600_000_000 + node);
            AttrData.CTIME.set(out, base, 1_650_000_000 + node);
            AttrData.MTIMENSEC.set(out, base, (int) node);
            AttrData.MODE.set(out, base, (isDirectory ? FileType.DIRECTORY : FileType.REGULAR).mode() | 0755);
            AttrData.NLINK.set(out, base, 1);
            AttrData.UID.set(out, base, 1000);
            request.replied(EntryOut.SIZE);
        }

        @Override public void submit(Request request, Consumer<Errno> done) {
            done.accept(Errno.ENOSYS);
        }

        @Override public void post(Request request) {
            request.close();
        }

        @Override public void forget(long node, long lookups) {
            forgotten += lookups;
        }

        @Override public ConnectionInfo negotiated() {
            return new ConnectionInfo(Protocol.MINOR, FLAGS, 0, 8192, 2, 12, 9, 1);
        }
    }

    /** Exact with the serial collector, which leaves nothing behind. */
    private static long used() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Names of eight bytes. */
    private static void statAll(Vfs vfs, int directories) {
        for (int d = 0; d < directories; d++) {
            String directory = "/d" + (1_000_000 + d) + "/f";
            for (int f = 0; f < FILES; f++) {
                vfs.stat(directory + (1_000_000 + f));
            }
        }
    }

    /** Takes no arguments. */
    public static void main(String[] args) {
        var port = new Port();
        Vfs vfs = Vfs.mount(port, VfsOptions.DEFAULT.withCaches(CacheLimits.ofNames(2 * DIRECTORIES * FILES)));
        statAll(vfs, 10);
        vfs.dropCaches();
        long before = used();
        statAll(vfs, DIRECTORIES);
        int cached = vfs.knownNodes();
        long with = used();
        vfs.dropCaches();
        System.err.printf("%d %d %d %d%n", cached, (with - before) / cached, (used() - before) / cached,
                port.nodes - 1 - port.forgotten);
    }
}

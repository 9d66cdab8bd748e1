package org.hexfuse.server;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.Protocol;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.ServerLink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's half of INIT.
 *
 * <p>Source: libfuse {@code lib/fuse_lowlevel.c}, {@code do_init}.
 */
final class Initialization {
    private static final Logger LOG = LoggerFactory.getLogger(Initialization.class);
    private static final int PAGE = 4096;
    private static final int PAGES_WITHOUT_MAX_PAGES = 32;
    private static final int PAGES_LIMIT = 256;
    private static final long BY_DEFAULT = Flag.of(InitFlag.ASYNC_READ, InitFlag.BIG_WRITES, InitFlag.AUTO_INVAL_DATA,
            InitFlag.ASYNC_DIO, InitFlag.PARALLEL_DIROPS, InitFlag.MAX_PAGES, InitFlag.INIT_EXT,
            InitFlag.HAS_EXPIRE_ONLY,
            InitFlag.NO_OPEN_SUPPORT, InitFlag.NO_OPENDIR_SUPPORT);
    private static final long READDIRPLUS = Flag.of(InitFlag.DO_READDIRPLUS, InitFlag.READDIRPLUS_AUTO);

    private final FuseFileSystem fileSystem;
    private final SessionState state;
    private final ServerLink link;

    Initialization(FuseFileSystem fileSystem, SessionState state, ServerLink link) {
        this.fileSystem = fileSystem;
        this.state = state;
        this.link = link;
    }

    /** Answers INIT. Returns whether the session goes on from here. */
    boolean answer(Exchange exchange) throws IOException, InterruptedException {
        MemorySegment in = exchange.slot().arguments();
        int size = exchange.slot().argumentsSize();
        if (size < InitIn.STRUCT.size(0)) {
            throw FuseException.of(Errno.EINVAL, "INIT of " + size + " bytes");
        }
        int major = InitIn.MAJOR.get(in);
        if (major < Protocol.MAJOR) {
            throw FuseException.of(Errno.EPROTO, "the kernel speaks FUSE " + major + ", which is too old");
        }
        if (major > Protocol.MAJOR) {
            return proposeOurs(exchange);
        }
        int minor = Math.min(InitIn.MINOR.get(in), Protocol.MINOR);
        long offered = minor < 6 ? 0 : InitIn.FLAGS.getUnsigned(in, 0);
        if (InitFlag.INIT_EXT.in(offered) && size >= InitIn.FLAGS2.offset() + InitIn.FLAGS2.size()) {
            offered |= InitIn.FLAGS2.getUnsigned(in, 0) << 32;
        }
        int readahead = (int) Math.min(InitIn.MAX_READAHEAD.getUnsigned(in, 0), Integer.MAX_VALUE);
        var negotiation = new Negotiation(state.session(), minor, offered, wanted(), largestPayload(offered),
                readahead);
        fileSystem.init(negotiation);
        settle(exchange, negotiation);
        return true;
    }

    /** The kernel is newer: it asks again, with the version that it finds in this answer. */
    private static boolean proposeOurs(Exchange exchange) {
        MemorySegment out = exchange.slot().reply();
        out.asSlice(0, InitOut.SIZE).fill((byte) 0);
        InitOut.MAJOR.set(out, Protocol.MAJOR);
        InitOut.MINOR.set(out, Protocol.MINOR);
        exchange.structs(InitOut.STRUCT.size(0));
        return false;
    }

    private long wanted() {
        return BY_DEFAULT | (state.overrides().recordLocks() ? InitFlag.POSIX_LOCKS.mask() : 0)
                | (state.overrides().flocks() ? InitFlag.FLOCK_LOCKS.mask() : 0)
                | (state.overrides().readdirplus() ? READDIRPLUS : 0);
    }

    private int largestPayload(long offered) {
        int pages = InitFlag.MAX_PAGES.in(offered) ? PAGES_LIMIT : PAGES_WITHOUT_MAX_PAGES;
        return Math.max(PAGE, Math.min(pages * PAGE, Limits.payloadOf(link.maxMessage())));
    }

    private void settle(Exchange exchange, Negotiation settled) {
        int pages = (Math.max(settled.maxWrite(), settled.maxReadahead()) + PAGE - 1) / PAGE;
        int maxPages = Math.clamp(pages, 1, Math.max(1, largestPayload(settled.enabled()) / PAGE));
        var limits = new Limits(settled.minor(), settled.enabled(), settled.maxWrite(), maxPages);
        link.negotiated(limits);
        state.initialized(limits);
        MemorySegment out = exchange.slot().reply();
        int size = InitOut.STRUCT.size(settled.minor());
        out.asSlice(0, InitOut.SIZE).fill((byte) 0);
        InitOut.MAJOR.set(out, Protocol.MAJOR);
        InitOut.MINOR.set(out, Protocol.MINOR);
        InitOut.MAX_READAHEAD.set(out, settled.maxReadahead());
        InitOut.FLAGS.set(out, (int) settled.enabled());
        InitOut.MAX_BACKGROUND.set(out, (short) settled.maxBackground());
        InitOut.CONGESTION_THRESHOLD.set(out, (short) (settled.maxBackground() * 3 / 4));
        InitOut.MAX_WRITE.set(out, settled.maxWrite());
        InitOut.TIME_GRAN.set(out, settled.timeGranularity());
        InitOut.MAX_PAGES.set(out, (short) maxPages);
        InitOut.FLAGS2.set(out, (int) (settled.enabled() >>> 32));
        LOG.debug("INIT settled: protocol 7.{}, {}, {} bytes a write", settled.minor(),
                Flag.describe(settled.enabled(), InitFlag.values()), settled.maxWrite());
        exchange.structs(size);
    }
}

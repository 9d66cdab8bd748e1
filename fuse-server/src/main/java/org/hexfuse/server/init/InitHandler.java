package org.hexfuse.server.init;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.Protocol;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Capability;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Session;
import org.hexfuse.transport.BackingRegistry;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.RequestQueues;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Negotiates the flags and limits of a session: the server's half of INIT.
 *
 * <p>Source: libfuse {@code lib/fuse_lowlevel.c}, {@code do_init}.
 */
public final class InitHandler {
    private static final Logger LOG = Loggers.of(InitHandler.class);
    private static final int PAGE = 4096;
    private static final int PAGES_WITHOUT_MAX_PAGES = 32;
    private static final int PAGES_LIMIT = 0xFFFF;
    /** The most of one WRITE unless the filesystem chooses more: 256 pages, since each worker has memory for one. */
    private static final int MAX_WRITE_BY_DEFAULT = 1 << 20;
    private static final long BY_DEFAULT = Flag.of(InitFlag.ASYNC_READ, InitFlag.BIG_WRITES, InitFlag.AUTO_INVAL_DATA,
            InitFlag.ASYNC_DIO, InitFlag.PARALLEL_DIROPS, InitFlag.MAX_PAGES, InitFlag.INIT_EXT,
            InitFlag.HAS_EXPIRE_ONLY,
            InitFlag.NO_OPEN_SUPPORT, InitFlag.NO_OPENDIR_SUPPORT);
    private static final long READDIRPLUS = Flag.of(InitFlag.DO_READDIRPLUS, InitFlag.READDIRPLUS_AUTO);

    private final FuseFileSystem fileSystem;
    private final Session session;
    private final SessionInfo info;
    private final ServerLink link;
    private final LongPredicate reservation;

    /**
     * For the INIT of one session.
     *
     * @param reservation reserves bytes in the session's budget, or returns false
     */
    public InitHandler(FuseFileSystem fileSystem, Session session, SessionInfo info, ServerLink link,
            LongPredicate reservation) {
        this.fileSystem = fileSystem;
        this.session = session;
        this.info = info;
        this.link = link;
        this.reservation = reservation;
    }

    /**
     * Negotiates, and writes the reply to INIT into the slot. The session has begun if {@link SessionInfo#isInitialized}, else
     * the kernel is newer and sends INIT again.
     *
     * @return the size of the reply, which is to be committed
     */
    public int negotiate(Slot slot) throws IOException, InterruptedException {
        MemorySegment in = slot.arguments();
        int size = slot.argumentsSize();
        if (size < InitIn.STRUCT.size(0)) {
            throw FuseException.of(Errno.EINVAL, "INIT of " + size + " bytes");
        }
        int major = InitIn.MAJOR.get(in);
        if (major < Protocol.MAJOR) {
            throw FuseException.of(Errno.EPROTO, "the kernel speaks FUSE " + major + ", which is too old");
        }
        if (major > Protocol.MAJOR) {
            return proposeOurs(slot.reply());
        }
        int minor = Math.min(InitIn.MINOR.get(in), Protocol.MINOR);
        long offered = minor < 6 ? 0 : InitIn.FLAGS.getUnsigned(in, 0);
        if (InitFlag.INIT_EXT.in(offered) && size >= InitIn.FLAGS2.offset() + InitIn.FLAGS2.size()) {
            offered |= InitIn.FLAGS2.getUnsigned(in, 0) << 32;
        }
        int readahead = (int) Math.min(InitIn.MAX_READAHEAD.getUnsigned(in, 0), Integer.MAX_VALUE);
        var negotiation = new InitOffer(session, minor, offered, wanted(), largestPayload(offered),
                readahead, refusals());
        negotiation.maxWrite(MAX_WRITE_BY_DEFAULT);
        Undeclared.warn(fileSystem);
        fileSystem.init(negotiation);
        return reply(slot.reply(), negotiation);
    }

    /**
     * Begins the session with what a predecessor has negotiated. The filesystem sees it as the kernel's offer, and must take all of it.
     *
     * @throws IOException if it does not, with the difference in a line
     */
    public void resume(Agreement agreed) throws IOException, InterruptedException {
        var negotiation = new InitOffer(session, agreed, wanted(), refusals());
        Undeclared.warn(fileSystem);
        fileSystem.init(negotiation);
        Agreement choice = negotiation.agreement(agreed.limits().maxPages());
        link.negotiated(agreed.limits());
        info.initialized(agreed);
        if (!choice.equals(agreed)) {
            throw new IOException(agreed.difference(choice));
        }
    }

    /** The kernel's major version is newer: it sends INIT again with the version of this reply. */
    private static int proposeOurs(MemorySegment out) {
        out.asSlice(0, InitOut.SIZE).fill((byte) 0);
        InitOut.MAJOR.set(out, Protocol.MAJOR);
        InitOut.MINOR.set(out, Protocol.MINOR);
        return InitOut.STRUCT.size(0);
    }

    private long wanted() {
        Set<Capability> capabilities = fileSystem.capabilities();
        return BY_DEFAULT | (fileSystem.handover().isPresent() ? InitFlag.HAS_RESEND.mask() : 0)
                | (capabilities.contains(Capability.RECORD_LOCKS) ? InitFlag.POSIX_LOCKS.mask() : 0)
                | (capabilities.contains(Capability.FLOCK) ? InitFlag.FLOCK_LOCKS.mask() : 0)
                | (capabilities.contains(Capability.READDIRPLUS) ? READDIRPLUS : 0);
    }

    /** The flags that this server cannot serve, with the reason: requests would hang or fail. */
    private Map<InitFlag, String> refusals() {
        Map<InitFlag, String> refused = new EnumMap<>(InitFlag.class);
        refused.put(InitFlag.OVER_IO_URING, "the mount option io_uring enables it");
        link.feature(BackingRegistry.class)
                .map(BackingRegistry::refusal)
                .orElse(Optional.of("this transport has no backing files; that of linux: has"))
                .ifPresent(reason -> refused.put(InitFlag.PASSTHROUGH, reason));
        refused.put(InitFlag.REQUEST_TIMEOUT, "it needs a number of seconds, which requestTimeout() enables it with");
        refused.put(InitFlag.MAP_ALIGNMENT, "there is no DAX window");
        refused.put(InitFlag.HAS_INODE_DAX, "there is no DAX window");
        refused.put(InitFlag.SUBMOUNTS, "attributes cannot mark a submount");
        for (InitFlag splice : List.of(InitFlag.SPLICE_READ, InitFlag.SPLICE_WRITE, InitFlag.SPLICE_MOVE)) {
            refused.put(splice, "messages are read into memory and not spliced");
        }
        Set<Capability> capabilities = fileSystem.capabilities();
        if (!capabilities.contains(Capability.READDIRPLUS)) {
            refused.put(InitFlag.DO_READDIRPLUS, "the filesystem's capabilities() lack READDIRPLUS");
            refused.put(InitFlag.READDIRPLUS_AUTO, "the filesystem's capabilities() lack READDIRPLUS");
        }
        if (!capabilities.contains(Capability.RECORD_LOCKS)) {
            refused.put(InitFlag.POSIX_LOCKS, "the filesystem's capabilities() lack RECORD_LOCKS");
        }
        if (!capabilities.contains(Capability.FLOCK)) {
            refused.put(InitFlag.FLOCK_LOCKS, "the filesystem's capabilities() lack FLOCK");
        }
        if (!fileSystem.kernelChecksPermissions()) {
            refused.put(InitFlag.ALLOW_IDMAP, "it needs default_permissions, which kernelChecksPermissions() enables");
        }
        return refused;
    }

    private int largestPayload(long offered) {
        int pages = InitFlag.MAX_PAGES.in(offered) ? PAGES_LIMIT : PAGES_WITHOUT_MAX_PAGES;
        return Math.max(PAGE, Math.min(pages * PAGE, Limits.payloadOf(link.maxMessage())));
    }

    /** Whether requests come by the queues of the link, if it has any. */
    private boolean opensQueues(InitOffer agreed, int maxPages) {
        Optional<RequestQueues> queues = link.feature(RequestQueues.class);
        if (queues.isEmpty()) {
            return false;
        }
        Limits limits = agreed.agreement(maxPages).limits();
        if (fileSystem.blocking() != Blocking.NEVER) {
            queues.get().decline("the filesystem may block, which would hold up all requests of a processor");
            return false;
        }
        if (!queues.get().open(limits, agreed.offers(InitFlag.OVER_IO_URING))) {
            return false;
        }
        long memory = queues.get().memory(limits);
        if (!reservation.test(memory)) {
            queues.get()
                    .decline("max_inflight has no room for " + memory + " bytes; a smaller io_uring_depth needs less");
            return false;
        }
        return true;
    }

    private int reply(MemorySegment out, InitOffer agreed) {
        int pages = (Math.max(agreed.maxWrite(), Math.min(agreed.maxReadahead(), MAX_WRITE_BY_DEFAULT)) + PAGE - 1)
                / PAGE;
        int maxPages = Math.clamp(pages, 1, Math.max(1, largestPayload(agreed.enabled()) / PAGE));
        if (opensQueues(agreed, maxPages)) {
            agreed.enableQueues();
        }
        Agreement agreement = agreed.agreement(maxPages);
        link.negotiated(agreement.limits());
        info.initialized(agreement);
        int size = InitOut.STRUCT.size(agreed.minor());
        out.asSlice(0, InitOut.SIZE).fill((byte) 0);
        InitOut.MAJOR.set(out, Protocol.MAJOR);
        InitOut.MINOR.set(out, Protocol.MINOR);
        InitOut.MAX_READAHEAD.set(out, agreed.maxReadahead());
        InitOut.FLAGS.set(out, (int) agreed.enabled());
        InitOut.MAX_BACKGROUND.set(out, (short) agreed.maxBackground());
        InitOut.CONGESTION_THRESHOLD.set(out, (short) agreed.congestionThreshold());
        InitOut.MAX_WRITE.set(out, agreed.maxWrite());
        InitOut.TIME_GRAN.set(out, agreed.timeGranularity());
        InitOut.MAX_PAGES.set(out, (short) maxPages);
        InitOut.MAX_STACK_DEPTH.set(out, agreed.maxStackDepth());
        InitOut.REQUEST_TIMEOUT.set(out, (short) agreed.requestTimeout());
        InitOut.FLAGS2.set(out, (int) (agreed.enabled() >>> 32));
        LOG.debug("INIT negotiated: protocol 7.{}, {}, {} bytes a write", agreed.minor(),
                Flag.describe(agreed.enabled(), InitFlag.values()), agreed.maxWrite());
        return size;
    }
}

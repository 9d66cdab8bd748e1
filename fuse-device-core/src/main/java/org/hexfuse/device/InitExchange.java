package org.hexfuse.device;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.transport.CarriedFlags;
import org.hexfuse.transport.Limits;

/**
 * Encodes the kernel's INIT request and decodes the server's reply.
 *
 * <p>Source: Linux {@code fs/fuse/inode.c}, {@code fuse_send_init}, {@code process_init_limits} and
 * {@code process_init_reply}.
 */
final class InitExchange {
    private static final int MAX_PAGES_LIMIT = 256;
    private static final int MAX_PAGES_DEFAULT = 32;
    private static final int LEAST_MAX_WRITE = 4096;
    private static final int MAX_BACKGROUND = 12;
    private static final int CONGESTION_THRESHOLD = 9;
    private static final int MAX_STACK_DEPTH = 2;
    /** The binary logarithm of 2 MiB, the size of a DAX mapping. */
    private static final int MAX_ALIGNMENT = 21;
    /** The first minor versions with: flags in the reply; LOOKUP without a name; background limits; FLOCK_LOCKS. */
    private static final int FLAGS_MINOR = 6;
    private static final int EXPORT_MINOR = 9;
    private static final int LIMITS_MINOR = 13;
    private static final int FLOCK_MINOR = 17;

    private InitExchange() {}

    /** The masks of the flags to offer to a server over {@code link}. */
    static long flags(ConnectionOptions options, CarriedFlags link) {
        KernelProfile profile = options.profile();
        long own = options.backingFiles().equals(BackingFiles.NONE) ? 0 : InitFlag.PASSTHROUGH.mask();
        return profile.flags() | (profile.conditional() & (own | (link.masks() & ~InitFlag.PASSTHROUGH.mask())));
    }

    /** Fills in the INIT request. */
    static Request offer(Request request, KernelProfile profile, long flags) {
        request.start(Opcode.INIT, 0, Caller.KERNEL, profile.minor(), 0);
        MemorySegment in = request.arguments();
        InitIn.MAJOR.set(in, Protocol.MAJOR);
        InitIn.MINOR.set(in, profile.minor());
        InitIn.MAX_READAHEAD.set(in, profile.maxReadahead());
        InitIn.FLAGS.set(in, (int) flags);
        if (InitFlag.INIT_EXT.in(flags)) {
            InitIn.FLAGS2.set(in, (int) (flags >>> 32));
        }
        return request.replyBetween(profile.leastInitReply(), InitOut.SIZE);
    }

    /**
     * Decodes the reply, zero-filled to its full size; empty if the connection must be refused.
     *
     * @param maxRead the link's limit of the data of one READ
     * @param offered the masks of the flags that INIT offered
     */
    static Optional<ConnectionInfo> negotiate(MemorySegment out, ConnectionOptions options, int maxMessage,
            int maxRead, long offered) {
        if (InitOut.MAJOR.get(out) != Protocol.MAJOR) {
            return Optional.empty();
        }
        KernelProfile profile = options.profile();
        // A server may reply with its own version, and not with the lower one of the two.
        long highest = profile.minor() < Protocol.MINOR ? profile.minor() : Integer.MAX_VALUE;
        int minor = (int) Math.min(InitOut.MINOR.getUnsigned(out, 0), highest);
        long flags = flags(out, minor, profile.accepted() | offered);
        if (isUnacceptable(out, flags, options)) {
            return Optional.empty();
        }
        int payload = Limits.payloadOf(maxMessage);
        return Optional.of(new ConnectionInfo(minor, flags, readahead(out, minor, profile),
                maxWrite(out, minor, payload), Math.max(1, Math.min(pages(out, flags), payload / 4096)),
                limit(InitOut.MAX_BACKGROUND.getUnsigned(out, 0), minor, MAX_BACKGROUND, profile.userBackground(),
                        options),
                limit(InitOut.CONGESTION_THRESHOLD.getUnsigned(out, 0), minor, CONGESTION_THRESHOLD,
                        profile.userCongestion(), options),
                granularity(out, minor), InitFlag.PASSTHROUGH.in(flags) ? InitOut.MAX_STACK_DEPTH.get(out) : 0,
                InitFlag.REQUEST_TIMEOUT.in(flags) ? InitOut.REQUEST_TIMEOUT.getUnsigned(out, 0) : 0, maxRead));
    }

    private static long flags(MemorySegment out, int minor, long accepted) {
        if (before(minor, FLAGS_MINOR)) {
            return 0;
        }
        long flags = InitOut.FLAGS.getUnsigned(out, 0) & accepted;
        if (InitFlag.INIT_EXT.in(flags)) {
            flags |= InitOut.FLAGS2.getUnsigned(out, 0) << 32;
        }
        if (before(minor, FLOCK_MINOR)) {
            flags = with(flags, InitFlag.FLOCK_LOCKS, InitFlag.POSIX_LOCKS.in(flags));
        }
        if (before(minor, EXPORT_MINOR)) {
            flags = with(flags, InitFlag.EXPORT_SUPPORT, false);
        }
        if (InitFlag.AUTO_INVAL_DATA.in(flags)) {
            flags = with(flags, InitFlag.EXPLICIT_INVAL_DATA, false);
        }
        long depth = InitOut.MAX_STACK_DEPTH.getUnsigned(out, 0);
        if (depth < 1 || depth > MAX_STACK_DEPTH || InitFlag.WRITEBACK_CACHE.in(flags)) {
            flags = with(flags, InitFlag.PASSTHROUGH, false);
        }
        return flags & accepted;
    }

    private static long with(long flags, InitFlag flag, boolean set) {
        return set ? flags | flag.mask() : flags & ~flag.mask();
    }

    private static boolean isUnacceptable(MemorySegment out, long flags, ConnectionOptions options) {
        boolean unchecked = !options.defaultPermissions() && !InitFlag.POSIX_ACL.in(flags);
        boolean idmapUnchecked = InitFlag.ALLOW_IDMAP.in(flags) && unchecked;
        boolean misaligned = InitFlag.MAP_ALIGNMENT.in(flags)
                && InitOut.MAP_ALIGNMENT.getUnsigned(out, 0) > MAX_ALIGNMENT;
        return idmapUnchecked || misaligned;
    }

    private static int maxWrite(MemorySegment out, int minor, int payload) {
        long wanted = before(minor, 5) ? LEAST_MAX_WRITE : InitOut.MAX_WRITE.getUnsigned(out, 0);
        return (int) Math.max(Math.min(wanted, payload), LEAST_MAX_WRITE);
    }

    private static int pages(MemorySegment out, long flags) {
        return InitFlag.MAX_PAGES.in(flags)
                ? Math.clamp(InitOut.MAX_PAGES.getUnsigned(out, 0), 1, MAX_PAGES_LIMIT)
                : MAX_PAGES_DEFAULT;
    }

    private static int limit(int wanted, int minor, int defaultLimit, int userMaximum, ConnectionOptions options) {
        if (before(minor, LIMITS_MINOR) || wanted == 0) {
            return defaultLimit;
        }
        return options.privileged() ? wanted : Math.min(wanted, userMaximum);
    }

    private static int readahead(MemorySegment out, int minor, KernelProfile profile) {
        return before(minor, FLAGS_MINOR) ? profile.maxReadahead()
                : (int) Math.min(InitOut.MAX_READAHEAD.getUnsigned(out, 0), profile.maxReadahead());
    }

    private static int granularity(MemorySegment out, int minor) {
        long nanos = InitOut.TIME_GRAN.getUnsigned(out, 0);
        return before(minor, FLAGS_MINOR) || nanos == 0 || nanos > 1_000_000_000 ? 1 : (int) nanos;
    }

    private static boolean before(int minor, int since) {
        return minor < since;
    }
}

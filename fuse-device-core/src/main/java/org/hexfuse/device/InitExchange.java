package org.hexfuse.device;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.transport.Limits;

/**
 * Both halves of INIT: what the kernel offers, and what it makes of the answer.
 *
 * <p>Source: Linux {@code fs/fuse/inode.c}, {@code fuse_send_init} and {@code process_init_reply}.
 */
final class InitExchange {
    private static final int MAX_PAGES_LIMIT = 256;
    private static final int MAX_PAGES_DEFAULT = 32;
    private static final int LEAST_MAX_WRITE = 4096;
    private static final int MAX_BACKGROUND = 12;
    private static final int CONGESTION_THRESHOLD = 9;

    private InitExchange() {}

    /** Fills in the offer. */
    static Request offer(Request request, KernelProfile profile) {
        request.start(Opcode.INIT, 0, Caller.KERNEL, profile.minor(), 0);
        MemorySegment in = request.arguments();
        InitIn.MAJOR.set(in, Protocol.MAJOR);
        InitIn.MINOR.set(in, profile.minor());
        InitIn.MAX_READAHEAD.set(in, profile.maxReadahead());
        InitIn.FLAGS.set(in, (int) profile.flags());
        if (InitFlag.INIT_EXT.in(profile.flags())) {
            InitIn.FLAGS2.set(in, (int) (profile.flags() >>> 32));
        }
        return request.replyUpTo(InitOut.SIZE);
    }

    /** Whether the two ends understand each other at all. */
    static boolean speaksOurVersion(MemorySegment out) {
        return InitOut.MAJOR.get(out) == Protocol.MAJOR;
    }

    /** What the answer, zero-filled to its full size, settles. */
    static Negotiated settle(MemorySegment out, KernelProfile profile, int maxMessage) {
        int minor = InitOut.MINOR.get(out);
        long flags = minor < 6 ? 0 : InitOut.FLAGS.getUnsigned(out, 0);
        if (InitFlag.INIT_EXT.in(flags & profile.flags())) {
            flags |= InitOut.FLAGS2.getUnsigned(out, 0) << 32;
        }
        if (minor < 17 && InitFlag.POSIX_LOCKS.in(flags)) {
            flags |= InitFlag.FLOCK_LOCKS.mask() & profile.flags();
        }
        flags &= profile.flags();
        int payload = Limits.payloadOf(maxMessage);
        int pages = InitFlag.MAX_PAGES.in(flags)
                ? Math.clamp(InitOut.MAX_PAGES.getUnsigned(out, 0), 1, MAX_PAGES_LIMIT)
                : MAX_PAGES_DEFAULT;
        int maxWrite = minor < 5 ? LEAST_MAX_WRITE : (int) Math.min(InitOut.MAX_WRITE.getUnsigned(out, 0), payload);
        int background = minor < 13 ? 0 : InitOut.MAX_BACKGROUND.getUnsigned(out, 0);
        int threshold = minor < 13 ? 0 : InitOut.CONGESTION_THRESHOLD.getUnsigned(out, 0);
        return new Negotiated(minor, flags, readahead(out, minor, profile), Math.max(maxWrite, LEAST_MAX_WRITE),
                Math.max(1, Math.min(pages, payload / 4096)), background == 0 ? MAX_BACKGROUND : background,
                threshold == 0 ? CONGESTION_THRESHOLD : threshold, granularity(out));
    }

    private static int readahead(MemorySegment out, int minor, KernelProfile profile) {
        return minor < 6 ? profile.maxReadahead()
                : (int) Math.min(InitOut.MAX_READAHEAD.getUnsigned(out, 0), profile.maxReadahead());
    }

    private static int granularity(MemorySegment out) {
        long nanos = InitOut.TIME_GRAN.getUnsigned(out, 0);
        return nanos == 0 || nanos > 1_000_000_000 ? 1 : (int) nanos;
    }
}

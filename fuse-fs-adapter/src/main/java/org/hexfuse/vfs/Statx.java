package org.hexfuse.vfs;

import java.util.Optional;
import org.hexfuse.posix.Timespec;

/**
 * What {@code statx(2)} shows of a file.
 *
 * @param mask which fields are filled in: bits of {@link #BASIC_STATS}, and {@link #BTIME}
 * @param stat the fields that {@code stat(2)} has
 * @param btime the time of creation, if the filesystem has it
 * @param attributes the STATX_ATTR bits that the server sent with this call; 0 for cached attributes
 * @param attributesMask which bits of {@code attributes} the server supports
 */
public record Statx(int mask, Stat stat, Optional<Timespec> btime, long attributes, long attributesMask) {
    /** STATX_BASIC_STATS. */
    public static final int BASIC_STATS = 0x7FF;
    /** STATX_BTIME. */
    public static final int BTIME = 0x800;

    /** Whether the attributes must be those of the server (AT_STATX_SYNC_TYPE). FUSE does not send it. */
    public enum Sync {
        /** As {@code stat(2)}: the cached attributes until their timeout has passed. */
        AS_STAT,
        /** The server's, whatever is cached. */
        FORCE_SYNC,
        /** The cached attributes, even if their timeout has passed. */
        DONT_SYNC
    }

    /** The same with the ids that a mount shows. */
    Statx onMount(IdMapping ids) {
        return new Statx(mask, ids.onMount(stat), btime, attributes, attributesMask);
    }
}

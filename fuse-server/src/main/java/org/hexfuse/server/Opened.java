package org.hexfuse.server;

import org.hexfuse.abi.OpenOutFlag;

/**
 * An open file or directory: its handle, and how the kernel treats it. Immutable.
 *
 * @param handle the file handle, which comes with each operation on the open file
 * @param flags the masks of {@link OpenOutFlag}s
 */
public record Opened(long handle, int flags) {
    private static final Opened STATELESS = new Opened(0, 0);

    /** Handle 0 and no flags, for filesystems that need no handles. */
    public static Opened stateless() {
        return STATELESS;
    }

    /** A handle without flags. */
    public static Opened of(long handle) {
        return new Opened(handle, 0);
    }

    /** The same with a flag added. */
    public Opened with(OpenOutFlag flag) {
        return new Opened(handle, flags | (int) flag.mask());
    }

    /** The same, with reads and writes that bypass the page cache. */
    public Opened directIo() {
        return with(OpenOutFlag.DIRECT_IO);
    }

    /** The same, keeping the file's data in the page cache from the last open. */
    public Opened keepCache() {
        return with(OpenOutFlag.KEEP_CACHE);
    }
}

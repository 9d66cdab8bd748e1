package org.hexfuse.server;

import java.util.OptionalInt;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.OpenOutFlag;

/**
 * An open file or directory: its handle, and how the kernel treats it. Immutable.
 *
 * @param handle the file handle, which comes with each operation on the open file
 * @param flags the masks of {@link OpenOutFlag}s
 * @param descriptor the open file of this process that the kernel reads and writes in place of this one
 * @param backingId the same by the id that the filesystem has registered it with; 0 without one
 */
public record Opened(long handle, int flags, OptionalInt descriptor, int backingId) {
    /** What goes with passthrough. Source: Linux {@code fs/fuse/iomode.c}, {@code FOPEN_PASSTHROUGH_MASK}. */
    private static final long WITH_PASSTHROUGH = Flag.of(OpenOutFlag.PASSTHROUGH, OpenOutFlag.DIRECT_IO,
            OpenOutFlag.PARALLEL_DIRECT_WRITES, OpenOutFlag.NOFLUSH);
    private static final Opened STATELESS = of(0);

    public Opened {
        if ((descriptor.isPresent() || backingId != 0) && (flags & ~WITH_PASSTHROUGH) != 0) {
            throw new IllegalArgumentException("passthrough excludes "
                    + Flag.describe(flags & ~WITH_PASSTHROUGH, OpenOutFlag.values()));
        }
    }

    /** Handle 0 and no flags, for filesystems that need no handles. */
    public static Opened stateless() {
        return STATELESS;
    }

    /** A handle without flags. */
    public static Opened of(long handle) {
        return new Opened(handle, 0, OptionalInt.empty(), 0);
    }

    /** The same with a flag added. */
    public Opened with(OpenOutFlag flag) {
        return new Opened(handle, flags | (int) flag.mask(), descriptor, backingId);
    }

    /** The same, with reads and writes that bypass the page cache. */
    public Opened directIo() {
        return with(OpenOutFlag.DIRECT_IO);
    }

    /** The same, keeping the file's data in the page cache from the last open. */
    public Opened keepCache() {
        return with(OpenOutFlag.KEEP_CACHE);
    }

    /**
     * The same, with reads, writes and mappings that pass the filesystem by and go to a regular file that this process has open. The
     * session registers it, once for all opens of a node at the same time, and closes its backing id with the last of them; the
     * descriptor itself is the filesystem's, and may be closed in {@code release}. If registering fails, so does the open, and the
     * filesystem releases the handle. Where {@link org.hexfuse.abi.InitFlag#PASSTHROUGH} was not offered by the kernel or not enabled,
     * the file is read and written by {@link FuseFileSystem#read} and {@link FuseFileSystem#write}.
     *
     * @throws IllegalArgumentException if a flag excludes it
     */
    public Opened passthrough(int fileDescriptor) {
        return new Opened(handle, flags, OptionalInt.of(fileDescriptor), 0);
    }

    /**
     * The same with a backing id of {@link Session#backingFiles}, which the filesystem closes. All opens of a node at the same time
     * must have the same.
     *
     * @throws IllegalArgumentException if a flag excludes it
     */
    public Opened passthroughTo(int id) {
        return new Opened(handle, flags, OptionalInt.empty(), id);
    }
}

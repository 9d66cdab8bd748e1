package org.hexfuse.vfs;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.hexfuse.device.ConnectionOptions;

/**
 * How a filesystem is mounted.
 *
 * @param connection how the device behaves
 * @param credentials who makes the calls, and owns the mount
 * @param defaultPermissions whether owner, group and mode are checked here, as the mount option {@code default_permissions}
 *        has it; otherwise the filesystem decides
 * @param allowOther whether others than the owner of the mount may use it, as the mount option {@code allow_other} has it
 * @param cachedNames how many names are remembered at most, those included that are known not to be there
 * @param blockDevice the block size, in bytes, of a filesystem that is on a block device, as the mount type {@code fuseblk} has
 *        it; 0 for any other
 * @param readOnly whether nothing may be changed, as the mount option {@code ro} has it: EROFS
 * @param clock the nanoseconds by which entry timeouts and attribute timeouts pass; a test may have its own
 */
public record VfsOptions(ConnectionOptions connection, Credentials credentials, boolean defaultPermissions,
        boolean allowOther, int cachedNames, int blockDevice, boolean readOnly, LongSupplier clock) {
    /** After which a request counts as lost: longer than a slow store takes, shorter than for ever. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(10);

    /** Root's calls; the filesystem checks permissions, for everybody; a request that takes ten minutes ends the connection. */
    public static final VfsOptions DEFAULT = new VfsOptions(
            ConnectionOptions.DEFAULT.withRequestTimeout(REQUEST_TIMEOUT), Credentials.ROOT, false, true,
            1 << 16, 0, false, System::nanoTime);

    /** Checks the numbers. */
    public VfsOptions {
        if (cachedNames < 0 || blockDevice < 0) {
            throw new IllegalArgumentException(cachedNames + " names, blocks of " + blockDevice + " bytes");
        }
    }

    /** The same with another device. */
    public VfsOptions withConnection(ConnectionOptions device) {
        return new VfsOptions(device, credentials, defaultPermissions, allowOther, cachedNames, blockDevice, readOnly,
                clock);
    }

    /**
     * The same with a time for each request, after which the connection is aborted: a server that loses a reply hangs nobody for
     * ever. Zero for none. A SETLKW may wait longer. Ten minutes in {@link #DEFAULT}.
     */
    public VfsOptions withRequestTimeout(Duration timeout) {
        return withConnection(connection.withRequestTimeout(timeout));
    }

    /** The same for another owner. */
    public VfsOptions withCredentials(Credentials owner) {
        return new VfsOptions(connection, owner, defaultPermissions, allowOther, cachedNames, blockDevice, readOnly,
                clock);
    }

    /** The same with permissions checked here or by the filesystem. */
    public VfsOptions withDefaultPermissions(boolean on) {
        return new VfsOptions(connection, credentials, on, allowOther, cachedNames, blockDevice, readOnly, clock);
    }

    /** The same for everybody, or for the owner alone. */
    public VfsOptions withAllowOther(boolean on) {
        return new VfsOptions(connection, credentials, defaultPermissions, on, cachedNames, blockDevice, readOnly,
                clock);
    }

    /** The same with room for more or fewer names. */
    public VfsOptions withCachedNames(int most) {
        return new VfsOptions(connection, credentials, defaultPermissions, allowOther, most, blockDevice, readOnly,
                clock);
    }

    /**
     * The same for a filesystem on a block device with blocks of so many bytes, 0 for none. Its server can be trusted: RELEASE
     * is waited for, an unmount ends with DESTROY, and files know the blocks that they are in.
     */
    public VfsOptions withBlockDevice(int blockSize) {
        return new VfsOptions(connection, credentials, defaultPermissions, allowOther, cachedNames, blockSize, readOnly,
                clock);
    }

    /** The same, to be changed or, with EROFS, not. */
    public VfsOptions withReadOnly(boolean on) {
        return new VfsOptions(connection, credentials, defaultPermissions, allowOther, cachedNames, blockDevice, on,
                clock);
    }

    /** The same with another clock for the timeouts of caches, in nanoseconds that only grow. */
    public VfsOptions withClock(LongSupplier nanos) {
        return new VfsOptions(connection, credentials, defaultPermissions, allowOther, cachedNames, blockDevice,
                readOnly, nanos);
    }
}

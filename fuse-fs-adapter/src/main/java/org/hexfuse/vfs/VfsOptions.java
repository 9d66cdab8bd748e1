package org.hexfuse.vfs;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.hexfuse.device.ConnectionOptions;

/**
 * How a filesystem is mounted.
 *
 * @param connection the options of the device
 * @param credentials the user of the calls, and owner of the mount
 * @param defaultPermissions whether owner, group and mode are checked here (mount option {@code default_permissions}); otherwise the
 *        filesystem checks permissions
 * @param allowOther whether users other than the owner of the mount may use it (mount option {@code allow_other})
 * @param caches how many names, inodes and so on are cached
 * @param blockDevice the block size, in bytes, of a filesystem on a block device (mount type {@code fuseblk}); 0 for any other
 * @param restrictions what the mount forbids: mount options {@code ro}, {@code noexec} and so on
 * @param clock the nanoseconds by which entry timeouts and attribute timeouts pass; a test may have its own
 * @param pageCache how the data of files is cached
 */
public record VfsOptions(ConnectionOptions connection, Credentials credentials, boolean defaultPermissions,
        boolean allowOther, CacheLimits caches, int blockDevice, MountRestrictions restrictions, LongSupplier clock,
        PageCacheOptions pageCache) {
    /** After it a request counts as lost: it is longer than a slow store takes. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(10);

    /** Calls of root, for all users; the filesystem checks permissions; a request that takes ten minutes aborts the connection. */
    public static final VfsOptions DEFAULT = new VfsOptions(
            ConnectionOptions.DEFAULT.withRequestTimeout(REQUEST_TIMEOUT), Credentials.ROOT, false, true,
            CacheLimits.DEFAULT, 0, MountRestrictions.NONE, System::nanoTime, PageCacheOptions.NONE);

    /** Checks the numbers. */
    public VfsOptions {
        if (blockDevice < 0) {
            throw new IllegalArgumentException("blocks of " + blockDevice + " bytes");
        }
    }

    /** The same with another device. */
    public VfsOptions withConnection(ConnectionOptions device) {
        return new VfsOptions(device, credentials, defaultPermissions, allowOther, caches, blockDevice,
                restrictions,
                clock, pageCache);
    }

    /**
     * The same with a timeout for each request, after which the connection is aborted, so that a lost reply blocks no caller for
     * ever. Zero for none. A SETLKW may take longer. Ten minutes in {@link #DEFAULT}.
     */
    public VfsOptions withRequestTimeout(Duration timeout) {
        return withConnection(connection.withRequestTimeout(timeout));
    }

    /** The same for another owner. */
    public VfsOptions withCredentials(Credentials owner) {
        return new VfsOptions(connection, owner, defaultPermissions, allowOther, caches, blockDevice, restrictions,
                clock, pageCache);
    }

    /** The same with permissions checked here or by the filesystem. */
    public VfsOptions withDefaultPermissions(boolean on) {
        return new VfsOptions(connection, credentials, on, allowOther, caches, blockDevice, restrictions, clock,
                pageCache);
    }

    /** The same for all users, or for the owner only. */
    public VfsOptions withAllowOther(boolean on) {
        return new VfsOptions(connection, credentials, defaultPermissions, on, caches, blockDevice, restrictions,
                clock, pageCache);
    }

    /** The same with caches for so many names, see {@link CacheLimits#ofNames}. */
    public VfsOptions withCachedNames(int names) {
        return withCaches(CacheLimits.ofNames(names));
    }

    /** The same with other bounds of the caches. */
    public VfsOptions withCaches(CacheLimits limits) {
        return new VfsOptions(connection, credentials, defaultPermissions, allowOther, limits, blockDevice,
                restrictions,
                clock, pageCache);
    }

    /**
     * The same for a filesystem on a block device with blocks of so many bytes, 0 for none. Its server is trusted: a close blocks
     * until RELEASE is answered, an unmount sends DESTROY, and {@link OpenFile#bmap} works.
     */
    public VfsOptions withBlockDevice(int blockSize) {
        return new VfsOptions(connection, credentials, defaultPermissions, allowOther, caches, blockSize,
                restrictions,
                clock, pageCache);
    }

    /** The same, read-only or not. */
    public VfsOptions withReadOnly(boolean on) {
        return withRestrictions(restrictions.withReadOnly(on));
    }

    /** The same with other restrictions of the mount. */
    public VfsOptions withRestrictions(MountRestrictions forbidden) {
        return new VfsOptions(connection, credentials, defaultPermissions, allowOther, caches, blockDevice,
                forbidden, clock, pageCache);
    }

    /** The same with another clock for the timeouts of caches, in nanoseconds that only grow. */
    public VfsOptions withClock(LongSupplier nanos) {
        return new VfsOptions(connection, credentials, defaultPermissions, allowOther, caches, blockDevice,
                restrictions, nanos, pageCache);
    }

    /** The same with another page cache. */
    public VfsOptions withPageCache(PageCacheOptions cache) {
        return new VfsOptions(connection, credentials, defaultPermissions, allowOther, caches, blockDevice,
                restrictions, clock, cache);
    }
}

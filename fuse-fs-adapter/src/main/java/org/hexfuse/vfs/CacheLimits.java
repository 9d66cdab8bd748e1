package org.hexfuse.vfs;

/**
 * How much a mount caches of names and attributes. Each kind has a bound of its own, so that a flood of one does not evict another. What is
 * evicted is looked up again when it is used; FORGET is sent for each inode that is cached no more.
 *
 * @param dentries names that lead to a file. One takes up to 200 bytes of heap with its inode and its attributes, if it has no more than
 *        8 bytes; a longer one takes as many more, and one of 256 bytes or more counts as several
 * @param negativeDentries names that lead nowhere, which the server gave an entry timeout
 * @param inodes files. One that is open or in use is never evicted, however many there are: then an eighth of the dentries stays
 * @param symlinkBytes targets of symbolic links, in bytes, with {@link org.hexfuse.abi.InitFlag#CACHE_SYMLINKS}
 * @param listingBytes listings of directories that the server opened with {@link org.hexfuse.abi.OpenOutFlag#CACHE_DIR}, in bytes: about
 *        100 for an entry and its name
 */
public record CacheLimits(int dentries, int negativeDentries, int inodes, int symlinkBytes, int listingBytes) {
    private static final int BYTES_OF_A_DENTRY = 256;
    /** Of how many bytes of the heap the dentries may have one. */
    private static final int SHARE = 32;
    private static final int FEWEST = 1 << 12;
    private static final int MOST = 1 << 20;
    private static final int FEWER_NEGATIVE = 4;
    private static final int SYMLINK_BYTES = 1 << 22;
    private static final int SYMLINK_BYTES_A_NAME = 64;
    private static final int LISTING_BYTES = 1 << 25;
    private static final int LISTING_BYTES_A_NAME = 128;

    /** Nothing is cached longer than it is in use. */
    public static final CacheLimits NONE = new CacheLimits(0, 0, 0, 0, 0);
    /** A thirty-second of the heap for names, up to a million of them. */
    public static final CacheLimits DEFAULT = ofNames(
            Math.clamp(Runtime.getRuntime().maxMemory() / SHARE / BYTES_OF_A_DENTRY, FEWEST, MOST));

    /** Checks the numbers. */
    public CacheLimits {
        if (dentries < 0 || negativeDentries < 0 || inodes < 0 || symlinkBytes < 0 || listingBytes < 0) {
            throw new IllegalArgumentException("a negative limit of a cache");
        }
    }

    /** So many dentries and as many inodes, a quarter as many negative dentries, and of the rest in proportion. */
    public static CacheLimits ofNames(int names) {
        return new CacheLimits(names, (int) ((names + FEWER_NEGATIVE - 1L) / FEWER_NEGATIVE), names,
                (int) Math.min(SYMLINK_BYTES, (long) names * SYMLINK_BYTES_A_NAME),
                (int) Math.min(LISTING_BYTES, (long) names * LISTING_BYTES_A_NAME));
    }
}

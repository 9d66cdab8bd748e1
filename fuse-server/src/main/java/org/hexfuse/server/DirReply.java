package org.hexfuse.server;

import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;

/**
 * The entries of a READDIR. Either all entries of the directory are added in the same order each time
 * ({@link #add(Name, long, FileType)}), those that the caller has are skipped, and {@code .} and {@code ..} are added by the
 * reply; or each is added with a cookie of the filesystem's own, from {@link ReadDir#offset} on.
 *
 * <p>A {@link Listing} is one in memory. Used by one thread at a time.
 */
public interface DirReply {
    /**
     * Sets the inode numbers of {@code .} and {@code ..} where the reply adds them; before the first entry. By default {@code .}
     * has the node's number, and {@code ..} that of the root in the root and FUSE_UNKNOWN_INO elsewhere.
     */
    void dots(long ownIno, long parentIno);

    /** As {@link #add(Name, long, FileType)}. */
    default boolean add(String name, long ino, FileType type) {
        return add(Name.of(name), ino, type);
    }

    /**
     * Adds the next of all entries; those that the caller has are skipped.
     *
     * @param ino the inode number, not 0
     * @return false if it did not fit, and so no further one will
     */
    boolean add(Name name, long ino, FileType type);

    /**
     * Adds an entry.
     *
     * @param ino the inode number, not 0
     * @param cookie the {@link ReadDir#offset} of a caller that has this entry and wants the next; not 0
     * @return false if it did not fit, and so no further one will
     */
    boolean add(Name name, long ino, FileType type, long cookie);
}

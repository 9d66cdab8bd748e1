package org.hexfuse.device;

/**
 * The credentials of the caller of a request, as in {@code fuse_in_header}. Ids are unsigned 32-bit numbers.
 *
 * @param uid the filesystem user id (fsuid)
 * @param gid the filesystem group id (fsgid)
 * @param pid the process id, 0 for none
 */
public record Caller(int uid, int gid, int pid) {
    /** The kernel itself. */
    public static final Caller KERNEL = new Caller(0, 0, 0);
}

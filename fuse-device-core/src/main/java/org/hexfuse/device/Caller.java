package org.hexfuse.device;

/**
 * On whose behalf a request is made. Ids are unsigned 32-bit numbers.
 *
 * @param uid the user id that counts for filesystem access
 * @param gid the group id that counts for filesystem access
 * @param pid the process id, 0 for none
 */
public record Caller(int uid, int gid, int pid) {
    /** What the kernel does by itself. */
    public static final Caller KERNEL = new Caller(0, 0, 0);
}

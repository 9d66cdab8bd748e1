package org.hexfuse.abi;

/**
 * The user and process that make a request, as its header carries them. Ids are unsigned 32-bit numbers.
 *
 * @param uid the user id that counts for filesystem access
 * @param gid the group id that counts for filesystem access; supplementary groups are not in the header
 * @param pid the process id, 0 for none: unknown in the server's namespace, or a request of the kernel's own
 */
public record Caller(int uid, int gid, int pid) {
    /** The kernel itself. */
    public static final Caller KERNEL = new Caller(0, 0, 0);
}

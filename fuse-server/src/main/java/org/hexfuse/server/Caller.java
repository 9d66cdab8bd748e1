package org.hexfuse.server;

/**
 * The process that makes a request. Ids are unsigned 32-bit numbers.
 *
 * @param uid the user id that counts for filesystem access
 * @param gid the group id that counts for filesystem access; supplementary groups are not in the protocol
 * @param pid the process id, 0 if it is not known in the server's namespace or the kernel makes the request itself
 */
public record Caller(int uid, int gid, int pid) {}

package org.hexfuse.libc;

/**
 * Who is at the other end of a socket, as it was when the two were connected.
 *
 * @param pid the process
 * @param uid the effective user, unsigned
 * @param gid the effective group, unsigned
 */
public record PeerCredentials(int pid, int uid, int gid) {}

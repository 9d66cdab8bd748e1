package org.hexfuse.libc;

/**
 * The credentials of the peer of a socket when it connected, SO_PEERCRED.
 *
 * @param pid the process
 * @param uid the effective user, unsigned
 * @param gid the effective group, unsigned
 */
public record PeerCredentials(int pid, int uid, int gid) {}

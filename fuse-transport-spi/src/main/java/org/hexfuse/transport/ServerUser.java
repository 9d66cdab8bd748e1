package org.hexfuse.transport;

/**
 * A feature of a kernel link: the user that the server runs as, where the transport has started it. A server of an ordinary user can act
 * for no other: calls that name no caller come from this user, as they do in a mount of that user's.
 *
 * @param uid the user id
 * @param gid the group id
 */
public record ServerUser(int uid, int gid) {}

package org.hexfuse.examples.memory;

/**
 * Who makes a node.
 *
 * @param umask the permissions that the node is not given, unless its directory says what it is given
 */
record Maker(int uid, int gid, int umask) {}

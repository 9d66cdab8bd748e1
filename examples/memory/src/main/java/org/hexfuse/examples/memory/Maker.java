package org.hexfuse.examples.memory;

/**
 * The creator of a node.
 *
 * @param umask the umask, unless a default list of the directory replaces it
 */
record Maker(int uid, int gid, int umask) {}

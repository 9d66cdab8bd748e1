package org.hexfuse.examples.memory;

/** Who owns a node, or makes one: the numbers of a user and a group. */
record Owner(int uid, int gid) {}

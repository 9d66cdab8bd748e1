package org.hexfuse.examples.memory;

/** The user and the group that own a node or create one. */
record Owner(int uid, int gid) {}

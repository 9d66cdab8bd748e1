package org.hexfuse.server;

/** STATFS: asks how full the filesystem is. */
public final class StatFs extends Operation {
    StatFs() {}
}

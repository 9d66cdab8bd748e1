package org.hexfuse.examples.memory;

import org.hexfuse.posix.Timespec;

/**
 * The attributes of a node, {@code stat(2)}.
 *
 * @param mode file type and permissions
 * @param device the number of a device file, else 0
 * @param size the size in bytes
 * @param allocated the memory of the content in bytes
 */
record Stat(long number, int mode, int links, int uid, int gid, int device, long size, long allocated, Timespec atime,
        Timespec mtime, Timespec ctime) {}

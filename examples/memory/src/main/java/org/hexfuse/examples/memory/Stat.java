package org.hexfuse.examples.memory;

import org.hexfuse.posix.Timespec;

/**
 * What {@code stat(2)} tells of a node.
 *
 * @param mode file type and permissions
 * @param device the number that a device file stands for, else 0
 * @param size in bytes
 * @param allocated the bytes of memory that the content takes
 */
record Stat(long number, int mode, int links, int uid, int gid, int device, long size, long allocated, Timespec atime,
        Timespec mtime, Timespec ctime) {}

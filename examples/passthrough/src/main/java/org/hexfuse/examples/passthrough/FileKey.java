package org.hexfuse.examples.passthrough;

import org.hexfuse.libc.InodeHandle;

/**
 * What identifies a file of the directory: hard links have equal keys.
 *
 * @param dev the device of its filesystem
 * @param mount the mount by which it is reached
 * @param handle the file handle; null for a file that is kept by a descriptor, so that its inode number is not used again
 */
record FileKey(long dev, long ino, long mount, InodeHandle handle) {}

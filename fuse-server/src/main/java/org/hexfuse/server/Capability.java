package org.hexfuse.server;

/**
 * What a kernel has no fallback for, so that it is offered at INIT only if the filesystem says that it has it, see
 * {@link FuseFileSystem#capabilities}.
 */
public enum Capability {
    /** {@link FuseFileSystem#readdirplus}. Without it kernels use {@code readdir} and {@code lookup}. */
    READDIRPLUS,
    /** {@link FuseFileSystem#getlk} and {@link FuseFileSystem#setlk} for record locks. Without it they are the kernel's own. */
    RECORD_LOCKS,
    /** {@link FuseFileSystem#setlk} for locks of {@code flock(2)}. Without it they are the kernel's own. */
    FLOCK
}

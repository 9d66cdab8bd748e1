package org.hexfuse.server;

/**
 * Methods that a kernel has no fallback for: enabled at INIT only if {@link FuseFileSystem#capabilities} declares them.
 */
public enum Capability {
    /** {@link FuseFileSystem#readdirplus}. Without it kernels use {@code readdir} and {@code lookup}. */
    READDIRPLUS,
    /** {@link FuseFileSystem#getlk} and {@link FuseFileSystem#setlk} for record locks. Without it the kernel keeps them itself. */
    RECORD_LOCKS,
    /** {@link FuseFileSystem#setlk} for locks of {@code flock(2)}. Without it the kernel keeps them itself. */
    FLOCK
}

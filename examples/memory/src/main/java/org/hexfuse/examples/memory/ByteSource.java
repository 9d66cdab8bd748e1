package org.hexfuse.examples.memory;

/** The data of a write. */
@FunctionalInterface interface ByteSource {
    /** Copies {@code length} bytes from {@code position} to {@code target}. */
    void copyTo(long position, byte[] target, int offset, int length);
}

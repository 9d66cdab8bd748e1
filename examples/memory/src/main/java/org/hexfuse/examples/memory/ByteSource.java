package org.hexfuse.examples.memory;

/** Has what is written to a file. */
@FunctionalInterface interface ByteSource {
    /** Copies {@code length} bytes from {@code position} on into {@code target}. */
    void copyTo(long position, byte[] target, int offset, int length);
}

package org.hexfuse.examples.memory;

/** Takes what is read from a file, in order: bytes where there are chunks, zeros where there are holes. */
interface ByteSink {
    void bytes(byte[] source, int offset, int length);

    void zeros(int length);
}

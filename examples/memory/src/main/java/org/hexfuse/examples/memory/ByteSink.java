package org.hexfuse.examples.memory;

/** Receives the data of a read, in order: bytes of chunks, zeros for holes. */
interface ByteSink {
    void bytes(byte[] source, int offset, int length);

    void zeros(int length);
}

package org.hexfuse.examples.archive;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/** The data of a member that is open. Any thread may read it. */
interface Content extends Closeable {
    /**
     * Reads at an offset until {@code target} is full or the member ends.
     *
     * @param interrupted asked now and then while much has to be skipped
     * @throws java.io.InterruptedIOException if that is true
     * @throws java.io.EOFException if the archive ends within the member
     */
    void read(long offset, ByteBuffer target, BooleanSupplier interrupted) throws IOException;

    @Override default void close() throws IOException {}
}

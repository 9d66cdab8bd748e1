package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Read;
import org.hexfuse.transport.Segments;

/** Reads of files straight into the memory of a reply. */
final class ReplyMemory {
    private ReplyMemory() {}

    /** Reads at an offset. */
    @FunctionalInterface interface Source {
        /** Fills the target unless the file ends before; returns how many bytes were read. */
        int read(ByteBuffer target, long offset) throws IOException;
    }

    /** Reads what a READ requests. */
    static void read(Read op, DataReply out, Source source) throws IOException {
        long offset = op.offset();
        long size = Math.min(op.size(), out.room());
        Segments memory = out.memory();
        long done = 0;
        long start = -out.written();
        for (int i = 0; i < memory.count() && done < size; i++) {
            long from = Math.max(0, done - start);
            long length = Math.min(memory.length(i) - from, size - done);
            start += memory.length(i);
            if (length <= 0) {
                continue;
            }
            int got = source.read(memory.segment(i).asSlice(memory.offset(i) + from, length).asByteBuffer(),
                    offset + done);
            done += got;
            if (got < length) {
                break;
            }
        }
        out.advance(done);
    }
}

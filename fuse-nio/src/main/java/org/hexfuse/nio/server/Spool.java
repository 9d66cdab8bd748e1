package org.hexfuse.nio.server;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** The content of a member that is written to, in a file without a name on the disk of the archive. Any thread may use it. */
final class Spool implements Closeable {
    private static final AtomicLong LAST = new AtomicLong();

    private final FileChannel channel;

    /** An empty one in a directory. */
    Spool(Path directory) throws IOException {
        Path file = directory.resolve("spool-" + ProcessHandle.current().pid() + "-" + System.nanoTime() + "-"
                + LAST.incrementAndGet());
        // A Unix removes the name at once.
        this.channel = FileChannel.open(file, Set.of(CREATE_NEW, READ, WRITE, DELETE_ON_CLOSE));
    }

    /** Fills it with a stream, which is closed. */
    void fill(InputStream in) throws IOException {
        try (in) {
            in.transferTo(Channels.newOutputStream(channel));
        }
    }

    int read(ByteBuffer target, long offset) throws IOException {
        int total = 0;
        while (target.hasRemaining()) {
            int got = channel.read(target, offset + total);
            if (got <= 0) {
                break;
            }
            total += got;
        }
        return total;
    }

    void write(ByteBuffer source, long offset) throws IOException {
        for (long at = offset; source.hasRemaining();) {
            at += channel.write(source, at);
        }
    }

    long size() throws IOException {
        return channel.size();
    }

    void resize(long size) throws IOException {
        long before = channel.size();
        if (size < before) {
            channel.truncate(size);
        } else if (size > before) {
            channel.write(ByteBuffer.allocate(1), size - 1);
        }
    }

    /** Writes all of it to a stream. */
    void copyTo(OutputStream out) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(1 << 16);
        for (long at = 0; read(piece.clear(), at) > 0;) {
            at += piece.position();
            out.write(piece.array(), 0, piece.position());
        }
    }

    @Override public void close() throws IOException {
        channel.close();
    }
}

package org.hexfuse.examples.remote.cache;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.examples.remote.store.Content;

/**
 * The content of a file that is being written: in an unnamed temporary file, since it may be larger than memory.
 *
 * <p>It is not a {@link java.nio.channels.FileChannel}, which the interrupt of one caller would close for all. Any thread may use it.
 */
public final class Draft implements Content, Closeable {
    private final RandomAccessFile file;
    private final AtomicLong space;
    private long size;
    private boolean dirty;
    private Instant modified = Instant.now();

    /** An empty draft that takes its space from {@code space}, in bytes. */
    public Draft(AtomicLong space) throws IOException {
        this.space = space;
        Path path = Files.createTempFile("hexfuse-draft-", "");
        try {
            file = new RandomAccessFile(path.toFile(), "rw");
        } finally {
            Files.delete(path);
        }
    }

    @Override public synchronized long size() {
        return size;
    }

    /** When it was last written to. */
    public synchronized Instant modified() {
        return modified;
    }

    /** Whether it was changed since {@link #uploaded}. */
    public synchronized boolean isDirty() { return dirty; }

    /** The store has this content. */
    public synchronized void uploaded() {
        dirty = false;
    }

    /** Reads as much of a range as there is. */
    public synchronized byte[] read(long offset, int length) throws IOException {
        byte[] data = new byte[Math.clamp(size - offset, 0, length)];
        file.seek(offset);
        file.readFully(data);
        return data;
    }

    /** Writes the first {@code length} bytes of {@code data}. */
    public synchronized void write(long offset, byte[] data, int length) throws IOException {
        long end = Math.max(size, offset + length);
        reserve(end - size);
        file.seek(offset);
        file.write(data, 0, length);
        changed(end);
    }

    /** Cuts the content, or extends it by zeros. */
    public synchronized void truncate(long length) throws IOException {
        reserve(length - size);
        file.setLength(length);
        changed(length);
    }

    private void reserve(long more) {
        if (space.getAndUpdate(left -> left < more ? left : left - more) < more) {
            throw FuseException.of(Errno.ENOSPC);
        }
    }

    private void changed(long length) {
        size = length;
        dirty = true;
        modified = Instant.now();
    }

    @Override public InputStream open() {
        return new InputStream() {
            private long at;

            @Override public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
            }

            @Override public int read(byte[] target, int offset, int length) throws IOException {
                Objects.checkFromIndexSize(offset, length, target.length);
                byte[] data = Draft.this.read(at, length);
                System.arraycopy(data, 0, target, offset, data.length);
                at += data.length;
                return data.length == 0 && length > 0 ? -1 : data.length;
            }
        };
    }

    @Override public synchronized void close() throws IOException {
        space.addAndGet(size);
        size = 0;
        file.close();
    }
}

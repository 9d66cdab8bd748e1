package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.hexfuse.posix.FallocateFlags;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;

/** An open file of a VFS and its twin of {@code java.nio}, with the same content. Used by one thread at a time. */
final class TwinFile implements AutoCloseable {
    private final Vfs vfs;
    private final String path;
    private final FileChannel twin;
    private OpenFile file;

    /** Makes both, if they are not there. */
    TwinFile(Vfs vfs, String path, Path twin) throws IOException {
        this.vfs = vfs;
        this.path = path;
        this.file = vfs.open(path, 0644, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE);
        this.twin = FileChannel.open(twin, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.CREATE);
    }

    /** Closes the file and opens it again. */
    void reopen(boolean direct) {
        file.close();
        file = direct ? vfs.open(path, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.DIRECT)
                : vfs.open(path, OpenFlag.READ, OpenFlag.WRITE);
    }

    /** The size of the twin. */
    long size() throws IOException {
        return twin.size();
    }

    void compareSize() throws IOException {
        assertThat(file.stat().size()).as("the size of %s", path).isEqualTo(size());
    }

    void write(long at, byte[] data) throws IOException {
        assertThat(file.write(data, at)).isEqualTo(data.length);
        writeTwin(at, data);
    }

    private void writeTwin(long at, byte[] data) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(data);
        while (bytes.hasRemaining()) {
            twin.write(bytes, at + bytes.position());
        }
    }

    private byte[] readTwin(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && twin.read(bytes, at + bytes.position()) >= 0) {
            // Until the end of the file.
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** Reads a range of both, which is inside of the file. */
    void compare(long at, int length) throws IOException {
        byte[] data = new byte[length];
        assertThat(file.read(data, at)).as("the bytes of %s from %s on", path, at).isEqualTo(length);
        assertThat(Arrays.mismatch(data, readTwin(at, length))).as("the first wrong byte of %s, of %s from %s on", path,
                length, at).isEqualTo(-1);
    }

    void compareAll() throws IOException {
        compareSize();
        compare(0, (int) size());
    }

    void truncate(long size) throws IOException {
        file.truncate(size);
        if (size > size()) {
            writeTwin(size - 1, new byte[1]);
        } else {
            twin.truncate(size);
        }
    }

    void sync() {
        file.sync(false);
    }

    /** Makes a hole, which keeps the size. */
    void punch(long at, long length) throws IOException {
        file.fallocate(FallocateFlags.PUNCH_HOLE | FallocateFlags.KEEP_SIZE, at, length);
        long end = Math.min(at + length, size());
        if (at < end) {
            writeTwin(at, new byte[(int) (end - at)]);
        }
    }

    /** Copies a range of the file to another one of it. */
    void copy(long from, long to, int length) throws IOException {
        assertThat(file.copyFileRange(file, from, to, length)).isEqualTo(length);
        writeTwin(to, readTwin(from, length));
    }

    @Override public void close() throws IOException {
        try {
            file.close();
        } finally {
            twin.close();
        }
    }
}

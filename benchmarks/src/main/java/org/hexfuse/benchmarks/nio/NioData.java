package org.hexfuse.benchmarks.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** Reading and writing a file of 64 MiB by channels: from its start to its end, and at random offsets. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx4g"}) public class NioData {
    private static final int SIZE = 64 << 20;
    private static final int PIECE = 128 << 10;
    private static final int PAGE = 4096;

    /** Whose files. */
    @Param({"hexfuse-local", "hexfuse-inline", "hexfuse-mem", "jimfs", "tmpfs"}) public String fs = "hexfuse-local";

    private TestedFiles files;
    private Path file;
    private FileChannel shared;
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);

    /** Called by JMH. */
    public NioData() {}

    /** A thread's buffer. */
    @State(Scope.Thread) public static class Reader {
        private final ByteBuffer page = ByteBuffer.allocateDirect(PAGE);

        /** Called by JMH. */
        public Reader() {}
    }

    /** Writes the file. */
    @Setup public void open() throws IOException {
        files = TestedFiles.open(fs);
        file = files.root().resolve("file");
        write();
        shared = FileChannel.open(file, StandardOpenOption.READ);
    }

    /** Removes it. */
    @TearDown public void close() throws IOException {
        shared.close();
        files.close();
    }

    /** Reads the file by 128 KiB. */
    @Benchmark public long read() throws IOException {
        long total = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int got = 0;
            while (got >= 0) {
                total += got;
                piece.clear();
                got = channel.read(piece);
            }
        }
        if (total != SIZE) {
            throw new IllegalStateException(total + " bytes were read");
        }
        return total;
    }

    /** Truncates the file and writes it by 128 KiB. */
    @Benchmark public void write() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            for (long done = 0; done < SIZE;) {
                piece.clear();
                done += channel.write(piece);
            }
        }
    }

    /** Reads 4 KiB somewhere in the file, by one channel. */
    @Benchmark
    @Threads(8) public int readAtRandom(Reader reader) throws IOException {
        int offset = ThreadLocalRandom.current().nextInt(SIZE / PAGE) * PAGE;
        reader.page.clear();
        return shared.read(reader.page, offset);
    }
}

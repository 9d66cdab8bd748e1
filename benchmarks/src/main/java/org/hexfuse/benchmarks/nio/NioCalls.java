package org.hexfuse.benchmarks.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
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
import org.openjdk.jmh.annotations.Warmup;

/** Calls on one small file in a directory below a directory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED") public class NioCalls {
    private static final int SIZE = 4096;

    /** Whose files. */
    @Param({"hexfuse-local", "hexfuse-inline", "hexfuse-mem", "jimfs", "tmpfs"}) public String fs = "hexfuse-local";

    private TestedFiles files;
    private Path file;
    private Path other;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE);

    /** Called by JMH. */
    public NioCalls() {}

    /** Makes the file. */
    @Setup public void open() throws IOException {
        files = TestedFiles.open(fs);
        Path directory = Files.createDirectories(files.root().resolve("some/directory"));
        file = Files.write(directory.resolve("file"), new byte[SIZE]);
        other = directory.resolve("other");
    }

    /** Removes all files. */
    @TearDown public void close() throws IOException {
        files.close();
    }

    /** Opens a file, reads its 4 KiB and closes it. */
    @Benchmark public int openReadClose() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            buffer.clear();
            return channel.read(buffer);
        }
    }

    /** Reads the attributes of a file. */
    @Benchmark public long attributes() throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).size();
    }

    /** Makes a file and removes it. */
    @Benchmark public void createDelete() throws IOException {
        Files.createFile(other);
        Files.delete(other);
    }
}

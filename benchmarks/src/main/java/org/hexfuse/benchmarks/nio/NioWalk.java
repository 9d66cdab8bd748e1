package org.hexfuse.benchmarks.nio;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
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

/** Walks over files with their attributes, a hundred in a directory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx4g"}) public class NioWalk {
    private static final int FILES_OF_A_DIRECTORY = 100;

    /** Whose files. */
    @Param({"hexfuse-local", "hexfuse-inline", "hexfuse-mem", "jimfs", "tmpfs"}) public String fs = "hexfuse-local";
    /** How many files. */
    @Param("10000") public int count = 10000;

    private TestedFiles files;

    /** Called by JMH. */
    public NioWalk() {}

    /** Makes the files, each with a few bytes. */
    @Setup public void open() throws IOException {
        files = TestedFiles.open(fs);
        for (int i = 0; i < count; i++) {
            Path directory = files.root().resolve("directory" + i / FILES_OF_A_DIRECTORY);
            if (i % FILES_OF_A_DIRECTORY == 0) {
                Files.createDirectory(directory);
            }
            Files.write(directory.resolve("file" + i), new byte[8]);
        }
    }

    /** Removes them. */
    @TearDown public void close() throws IOException {
        files.close();
    }

    private static final class Sizes extends SimpleFileVisitor<Path> {
        private long total;

        @Override public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            total += attributes.size();
            return FileVisitResult.CONTINUE;
        }
    }

    /** Adds up the sizes of all files. */
    @Benchmark public long walk() throws IOException {
        var sizes = new Sizes();
        Files.walkFileTree(files.root(), sizes);
        if (sizes.total != count * 8L) {
            throw new IllegalStateException(sizes.total + " bytes were found");
        }
        return sizes.total;
    }
}

package org.hexfuse.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ServiceLoader;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
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

/** Reads of a file of {@code memory:} with and without the page cache, beside copies of the same size. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(value = 1, jvmArgsAppend = {"-Xmx2g", "--enable-native-access=ALL-UNNAMED"}) public class PageReads {
    private static final int FILE = 64 << 20;
    private static final int SMALL_CACHE = 16 << 20;

    /** What is cached: nothing, all of the file, or a part, so that a sequential reader never finds what it reads. */
    @Param({"none", "all", "part"}) public String cached = "all";
    /** The bytes of one read. */
    @Param({"4096", "131072"}) public int bytes = 4096;

    private FuseServer server;
    private Vfs vfs;
    private MemorySegment source;

    /** Called by JMH. */
    public PageReads() {}

    /** A reader with a file that it has opened. */
    @State(Scope.Thread) public static class Reader {
        private static final AtomicInteger READERS = new AtomicInteger();
        private OpenFile file;
        private MemorySegment target;
        private long offset;

        /** Called by JMH. */
        public Reader() {}

        /** Opens the file. */
        @Setup public void open(PageReads benchmark) {
            file = benchmark.vfs.open("/file");
            target = MemorySegment.ofArray(new byte[benchmark.bytes]);
            offset = READERS.getAndIncrement() * (FILE / 8L) % FILE;
        }

        /** Closes it. */
        @TearDown public void close() {
            file.close();
        }

        private long next() {
            long at = offset;
            offset = at + 2 * target.byteSize() > FILE ? 0 : at + target.byteSize();
            return at;
        }

        private long anywhere() {
            return ThreadLocalRandom.current().nextLong(FILE / target.byteSize()) * target.byteSize();
        }
    }

    /** Mounts, and reads the file once. */
    @Setup public void mount() throws IOException {
        FuseFileSystem memory = ServiceLoader.load(FuseFileSystemProvider.class).stream()
                .map(ServiceLoader.Provider::get).filter(provider -> provider.scheme().equals("memory"))
                .findFirst().orElseThrow().create(Address.parse("memory:"));
        server = FuseServer.serve(memory).at(Address.parse("mem:")).start();
        PageCacheOptions cache = switch (cached) {
            case "none" -> PageCacheOptions.NONE;
            case "all" -> PageCacheOptions.AUTO;
            default -> PageCacheOptions.AUTO.withBytes(SMALL_CACHE);
        };
        vfs = Vfs.connect(server.address(), VfsOptions.DEFAULT.withPageCache(cache));
        vfs.writeAllBytes("/file", new byte[FILE]);
        try (OpenFile file = vfs.open("/file", OpenFlag.READ)) {
            file.readAll();
        }
        source = Arena.ofAuto().allocate(FILE);
        source.fill((byte) 1);
    }

    /** Unmounts. */
    @TearDown public void unmount() {
        vfs.close();
        server.close();
    }

    /** One read after the other. */
    @Benchmark public long sequential(Reader reader) {
        return reader.file.read(reader.target, reader.next());
    }

    /** Reads anywhere. */
    @Benchmark public long random(Reader reader) {
        return reader.file.read(reader.target, reader.anywhere());
    }

    /** A copy of the same bytes, one after the other. */
    @Benchmark public MemorySegment copy(Reader reader) {
        return reader.target.copyFrom(source.asSlice(reader.next(), reader.target.byteSize()));
    }
}

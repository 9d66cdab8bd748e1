package org.hexfuse.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.CacheLimits;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A stat of a path of four components: with all dentries and attributes cached, and with none, where each component is a LOOKUP.
 * {@code -t 2} for two callers.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(1) public class CachedStat {
    private FuseServer server;
    private Vfs vfs;
    private Vfs uncached;

    public CachedStat() {}

    /** Directories below directories, with entry and attribute timeouts of an hour. */
    private static final class Deep implements FuseFileSystem {
        private static final java.time.Duration HOUR = java.time.Duration.ofHours(1);

        @Override public Entry lookup(Lookup op) {
            return Entry.of(op.node() + 1, attr(), HOUR);
        }

        @Override public Attr getattr(GetAttr op) {
            return attr();
        }

        private static Attr attr() {
            return Attr.of(FileType.DIRECTORY, 0755).timeout(HOUR).build();
        }
    }

    @Setup public void mount() throws IOException {
        server = FuseServer.serve(new Deep()).at(Address.parse("mem:?inline")).start();
        vfs = Vfs.connect(server.address());
        vfs.stat("/a/b/c/d");
        uncached = Vfs.connect(server.address(), VfsOptions.DEFAULT.withCaches(CacheLimits.NONE));
    }

    @TearDown public void unmount() {
        uncached.close();
        vfs.close();
        server.close();
    }

    @Benchmark public Stat stat() {
        return vfs.stat("/a/b/c/d");
    }

    @Benchmark public Stat cold() {
        return uncached.stat("/a/b/c/d");
    }
}

package org.hexfuse.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Protocol;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Vfs;
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

/** A GETATTR from the VFS through the device and the server to the filesystem, and back. Nothing is cached. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {"-Djmh.executor=VIRTUAL",
    "--enable-native-access=ALL-UNNAMED"}) public class Attributes {
    /** The transport: with worker threads, or on the thread of the caller. */
    @Param({"mem:", "mem:?inline"}) public String transport = "mem:";

    private FuseServer server;
    private Vfs vfs;

    /** Called by JMH. */
    public Attributes() {}

    /** Files of all names, whose attributes may not be believed and whose names may. */
    private static final class Files implements FuseFileSystem {
        private static final Duration EVER = Duration.ofDays(1);
        private static final Attr ROOT = Attr.ofMode(FileType.DIRECTORY.mode() | 0755).timeout(EVER).build();
        private static final Attr FILE = Attr.ofMode(FileType.REGULAR.mode() | 0644).timeout(Duration.ZERO).build();

        @Override public Entry lookup(Lookup op) {
            return Entry.of(2 + Long.parseLong(op.name().toString()), FILE).timeout(EVER);
        }

        @Override public Attr getattr(GetAttr op) {
            return op.node() == Protocol.ROOT_ID ? ROOT : FILE;
        }
    }

    /** A caller, and the file that is its own: callers of one file would contend for its inode. */
    @State(Scope.Thread) public static class Caller {
        private static final AtomicInteger CALLERS = new AtomicInteger();
        private final String path = "/" + CALLERS.incrementAndGet();

        /** Called by JMH. */
        public Caller() {}
    }

    /** Mounts. */
    @Setup public void mount() throws IOException {
        server = FuseServer.serve(new Files()).at(Address.parse(transport)).start();
        vfs = Vfs.connect(server.address());
    }

    /** Unmounts. */
    @TearDown public void unmount() {
        vfs.close();
        server.close();
    }

    /** One request and its reply. */
    @Benchmark public Stat getattr(Caller caller) {
        return vfs.stat(caller.path);
    }
}

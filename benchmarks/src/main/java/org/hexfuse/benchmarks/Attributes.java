package org.hexfuse.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.Attr;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.GetAttr;
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

    /** A root with an attribute timeout of 0. */
    private static final class Root implements FuseFileSystem {
        private static final Attr ATTRIBUTES = Attr.ofMode(FileType.DIRECTORY.mode() | 0755).timeout(Duration.ZERO)
                .build();

        @Override public Attr getattr(GetAttr op) {
            return ATTRIBUTES;
        }
    }

    /** Mounts. */
    @Setup public void mount() throws IOException {
        server = FuseServer.serve(new Root()).at(Address.parse(transport)).start();
        vfs = Vfs.connect(server.address());
    }

    /** Unmounts. */
    @TearDown public void unmount() {
        vfs.close();
        server.close();
    }

    /** One request and its reply. */
    @Benchmark public Stat getattr() {
        return vfs.stat("/");
    }
}

package org.hexfuse.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.path.PathFileSystem;
import org.hexfuse.server.path.PathOperations;
import org.hexfuse.server.tree.Child;
import org.hexfuse.server.tree.Listed;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
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

/**
 * What the three APIs for authors cost: one LOOKUP, one GETATTR, one READ of 4 KiB of the same file, from the VFS to the filesystem and
 * back on the thread of the caller. Each of the filesystems has this one file, which it finds by its name.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 7, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED") public class AuthorApis {
    private static final Attr ROOT = Attr.directory(0755).toBuilder().timeout(Duration.ofDays(1)).build();
    private static final Name NAME = Name.of("file");
    private static final byte[] CONTENT = "content.".repeat(512).getBytes(UTF_8);
    private static final Attr FILE = Attr.of(FileType.REGULAR, 0644).size(CONTENT.length).timeout(Duration.ZERO)
            .build();

    /** The API. */
    @Param({"numbers", "tree", "path"}) public String api = "numbers";

    private FuseServer server;
    private Vfs vfs;
    private OpenFile file;
    private final byte[] target = new byte[CONTENT.length];

    /** Called by JMH. */
    public AuthorApis() {}

    private static final class Numbers implements FuseFileSystem {
        @Override public Entry lookup(Lookup op) {
            if (!op.name().equals(NAME)) {
                throw FuseException.of(Errno.ENOENT);
            }
            return Entry.of(2, FILE, Duration.ZERO);
        }

        @Override public Attr getattr(GetAttr op) {
            return op.node() == ROOT ? AuthorApis.ROOT : FILE;
        }

        @Override public void read(Read op, DataReply out) {
            out.writeSlice(CONTENT, op.offset());
        }
    }

    private static final class Directory extends Node {
        private final Node file = new Node(FileType.REGULAR) {
            @Override public Attr getattr(GetAttr op) {
                return FILE;
            }

            @Override public void read(Read op, DataReply out) {
                out.writeSlice(CONTENT, op.offset());
            }
        };

        Directory() {
            super(FileType.DIRECTORY);
        }

        @Override public Attr getattr(GetAttr op) {
            return ROOT;
        }

        @Override public Child lookup(Lookup op) {
            if (!op.name().equals(NAME)) {
                throw FuseException.of(Errno.ENOENT);
            }
            return file.with(FILE, Duration.ZERO);
        }
    }

    private static final class ByPath implements PathOperations {
        @Override public Attr getattr(String path, GetAttr op) {
            return switch (path) {
                case "/" -> ROOT;
                case "/file" -> FILE;
                default -> throw FuseException.of(Errno.ENOENT);
            };
        }

        @Override public Stream<Listed> readdir(String path, ReadDir op) {
            return Stream.empty();
        }

        @Override public void read(String path, Read op, DataReply out) {
            out.writeSlice(CONTENT, op.offset());
        }
    }

    private FuseFileSystem fileSystem() {
        return switch (api) {
            case "numbers" -> new Numbers();
            case "tree" -> TreeFileSystem.of(new Directory());
            default -> PathFileSystem.of(new ByPath());
        };
    }

    /** Mounts. */
    @Setup public void mount() throws IOException {
        server = FuseServer.serve(fileSystem()).at(Address.parse("mem:?inline")).entryTimeout(Duration.ZERO).start();
        vfs = Vfs.connect(server.address());
        file = vfs.open("/file", OpenFlag.READ, OpenFlag.DIRECT);
    }

    /** Unmounts. */
    @TearDown public void unmount() {
        file.close();
        vfs.close();
        server.close();
    }

    /** A path whose dentry has expired, with its attributes. */
    @Benchmark public Stat lookup() {
        return vfs.lstat("/file");
    }

    /** The attributes of an open file. */
    @Benchmark public Stat getattr() {
        return file.stat();
    }

    /** Data without the page cache. */
    @Benchmark public int read() {
        return file.read(target, 0);
    }
}

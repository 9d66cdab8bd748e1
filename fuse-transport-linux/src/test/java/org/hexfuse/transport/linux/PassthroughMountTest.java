package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.libc.Fd;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Create;
import org.hexfuse.server.Created;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.Session;
import org.hexfuse.server.Write;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.transport.BackingRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that the running kernel reads and writes itself, in backing files of the server. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class PassthroughMountTest {
    @TempDir private Path scratch;
    private Path backing;
    private RunningKernel kernel;

    /** One file, {@code f}, over a file of the host. */
    private static class Backed implements FuseFileSystem {
        final Path backing;
        final boolean enabled;
        final Queue<String> events = new ConcurrentLinkedQueue<>();
        final Map<Long, Fd> open = new ConcurrentHashMap<>();
        final AtomicLong last = new AtomicLong();
        volatile Session session;
        volatile boolean offered;

        Backed(Path backing, boolean enabled) {
            this.backing = backing;
            this.enabled = enabled;
        }

        @Override public void init(InitNegotiation negotiation) {
            session = negotiation.session();
            offered = negotiation.offers(InitFlag.PASSTHROUGH);
            if (enabled && offered) {
                negotiation.enable(InitFlag.PASSTHROUGH);
            }
        }

        @Override public Entry lookup(Lookup op) {
            return op.name().is("f") ? Entry.of(2, attr()) : Entry.absent(Duration.ZERO);
        }

        @Override public Attr getattr(GetAttr op) {
            return op.node() == ROOT ? Attr.directory(0777) : attr();
        }

        private Attr attr() {
            return Attr.file(0666, backing.toFile().length());
        }

        private Opened openBacking() {
            try {
                long handle = last.incrementAndGet();
                Fd fd = Fd.open(backing.toString(), OpenFlags.RDWR);
                open.put(handle, fd);
                return Opened.of(handle).passthrough(fd.value());
            } catch (IOException e) {
                throw FuseException.of(Errno.EIO);
            }
        }

        @Override public Opened open(Open op) {
            return openBacking();
        }

        @Override public Created create(Create op) {
            return new Created(Entry.of(3, attr()), openBacking());
        }

        @Override public void read(Read op, DataReply out) {
            events.add("read");
            out.write(new byte[]{'s', 'e', 'r', 'v', 'e', 'r'});
        }

        @Override public int write(Write op) {
            events.add("write");
            return op.size();
        }

        @Override public void release(Release op) {
            events.add("release " + op.handle());
            Fd fd = open.remove(op.handle());
            if (fd != null) {
                fd.close();
            }
        }
    }

    @BeforeEach void make() throws IOException {
        backing = Files.writeString(scratch.resolve("backing"), "0123456789");
    }

    @AfterEach void unmount() throws IOException {
        if (kernel != null) {
            kernel.close();
        }
    }

    private <T extends Backed> T mount(T fileSystem) throws Exception {
        kernel = RunningKernel.mount(fileSystem);
        assumeTrue(fileSystem.offered || !fileSystem.enabled, "a kernel without passthrough");
        return fileSystem;
    }

    private static Errno closes(BackingRegistry registry, int id) {
        try {
            registry.close(id);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    @Test void readsWritesAndMappingsPassTheServerBy() throws Exception {
        Backed fileSystem = mount(new Backed(backing, true));
        try (FileChannel file = FileChannel.open(kernel.path().resolve("f"), StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocate(4);
            assertThat(file.read(buffer, 2)).isEqualTo(4);
            assertThat(buffer.array()).containsExactly("2345".getBytes(UTF_8));
            assertThat(file.write(ByteBuffer.wrap("ab".getBytes(UTF_8)), 0)).isEqualTo(2);
            assertThat(Files.readString(backing)).isEqualTo("ab23456789");
            var mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, 10);
            assertThat(mapped.get(1)).isEqualTo((byte) 'b');
            mapped.put(9, (byte) 'z');
            mapped.force();
            assertThat(Files.readString(backing)).isEqualTo("ab2345678z");
        }
        assertThat(fileSystem.events).doesNotContain("read", "write");
    }

    @Test void theBackingIdOfANodeIsClosedWithItsLastHandle() throws Exception {
        Backed fileSystem = mount(new Backed(backing, true));
        BackingRegistry registry = fileSystem.session.backingFiles().orElseThrow();
        try (FileChannel first = FileChannel.open(kernel.path().resolve("f"), StandardOpenOption.READ)) {
            try (FileChannel second = FileChannel.open(kernel.path().resolve("f"), StandardOpenOption.READ)) {
                assertThat(second.read(ByteBuffer.allocate(4), 0)).isEqualTo(4);
            }
            await().until(() -> fileSystem.events.contains("release 2"));
            assertThat(first.read(ByteBuffer.allocate(4), 0)).isEqualTo(4);
            // A third open has the id of the first, whose number is still taken.
            Fd fd = Fd.open(backing.toString(), OpenFlags.RDONLY);
            int other = registry.open(fd.value());
            assertThat(other).isEqualTo(2);
            assertThat(closes(registry, other)).isEqualTo(Errno.OK);
            fd.close();
        }
        await().until(() -> fileSystem.events.contains("release 1"));
        assertThat(closes(registry, 1)).isEqualTo(Errno.ENOENT);
        assertThat(fileSystem.open).isEmpty();
        assertThat(fileSystem.events).doesNotContain("read");
    }

    @Test void aCreatedFilePassesThrough() throws Exception {
        Backed fileSystem = mount(new Backed(backing, true));
        Files.writeString(kernel.path().resolve("new"), "created", StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE);
        assertThat(Files.readString(backing)).isEqualTo("created789");
        await().until(() -> fileSystem.events.contains("release 1"));
        assertThat(closes(fileSystem.session.backingFiles().orElseThrow(), 1)).isEqualTo(Errno.ENOENT);
        assertThat(fileSystem.events).doesNotContain("write");
    }

    @Test void anIdOfTheFilesystemIsClosedByIt() throws Exception {
        var fileSystem = mount(new Backed(backing, true) {
            volatile int id;

            @Override public Opened open(Open op) {
                if (id == 0) {
                    try (Fd fd = Fd.open(backing.toString(), OpenFlags.RDONLY)) {
                        id = session.backingFiles().orElseThrow().open(fd.value());
                    } catch (IOException e) {
                        throw FuseException.of(Errno.EIO);
                    }
                }
                return Opened.of(last.incrementAndGet()).passthroughTo(id);
            }
        });
        for (int i = 1; i <= 2; i++) {
            assertThat(Files.readString(kernel.path().resolve("f"))).isEqualTo("0123456789");
            String released = "release " + i;
            await().until(() -> fileSystem.events.contains(released));
        }
        assertThat(fileSystem.events).doesNotContain("read");
        assertThat(closes(fileSystem.session.backingFiles().orElseThrow(), fileSystem.id)).isEqualTo(Errno.OK);
    }

    @Test void anOpenWhoseBackingFileIsRefusedFailsAndIsReleased() throws Exception {
        Backed fileSystem = mount(new Backed(backing, true) {
            @Override public Opened open(Open op) {
                return Opened.of(77).passthrough(9999);
            }
        });
        assertThatThrownBy(() -> Files.readString(kernel.path().resolve("f"))).isInstanceOf(FileSystemException.class)
                .hasMessageContaining("Bad file descriptor");
        assertThat(fileSystem.events).containsExactly("release 77");
    }

    @Test void withoutPassthroughTheServerReads() throws Exception {
        Backed fileSystem = mount(new Backed(backing, false));
        assertThat(fileSystem.session.backingFiles()).isEmpty();
        assertThat(Files.readString(kernel.path().resolve("f"))).isEqualTo("server");
        assertThat(fileSystem.events).contains("read");
    }

    @Test void whatExcludesPassthroughIsRefusedWithTheReason() throws Exception {
        Queue<String> refusals = new ConcurrentLinkedQueue<>();
        var fileSystem = mount(new Backed(backing, false) {
            @Override public void init(InitNegotiation negotiation) {
                super.init(negotiation);
                if (!offered) {
                    return;
                }
                for (List<InitFlag> order : List.of(
                        List.of(InitFlag.PASSTHROUGH, InitFlag.WRITEBACK_CACHE),
                        List.of(InitFlag.WRITEBACK_CACHE, InitFlag.PASSTHROUGH))) {
                    order.forEach(negotiation::disable);
                    negotiation.enable(order.getFirst());
                    try {
                        negotiation.enable(order.getLast());
                    } catch (IllegalArgumentException e) {
                        refusals.add(e.getMessage());
                    }
                }
            }
        });
        assumeTrue(fileSystem.offered, "a kernel without passthrough");
        assertThat(refusals).containsExactly(
                "WRITEBACK_CACHE cannot be enabled: it excludes PASSTHROUGH, which is enabled",
                "PASSTHROUGH cannot be enabled: it excludes WRITEBACK_CACHE, which is enabled");
        assertThatThrownBy(() -> Opened.of(1).keepCache().passthrough(3)).hasMessageContaining("KEEP_CACHE");
    }
}

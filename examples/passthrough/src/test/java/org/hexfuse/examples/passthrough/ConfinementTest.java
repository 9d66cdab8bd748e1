package org.hexfuse.examples.passthrough;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.NameCalls;
import org.hexfuse.libc.NativePath;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Create;
import org.hexfuse.server.Created;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.Link;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.MkDir;
import org.hexfuse.server.MkNod;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.server.OpenDir;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.Rename;
import org.hexfuse.server.RmDir;
import org.hexfuse.server.SymLink;
import org.hexfuse.server.Unlink;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every known way out of the mirrored directory is closed. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class ConfinementTest {
    private static final long ROOT = PassthroughFileSystem.ROOT;
    private static final String[] GARBAGE = {"..", ".", "", "/", "/etc/passwd", "../secret", "d/..", "d/../../secret",
        "d/file", "file/"};

    @TempDir private Path scratch;
    private Path inside;
    private Path outside;
    private PassthroughFileSystem fileSystem;

    /** A call that is to fail. */
    private interface Call {
        void make() throws Exception;
    }

    @BeforeEach void make() throws IOException {
        inside = Files.createDirectory(scratch.resolve("root"));
        outside = Files.createDirectory(scratch.resolve("outside"));
        Files.writeString(scratch.resolve("secret"), "outside");
        Files.writeString(outside.resolve("file"), "outside");
        Files.createDirectory(inside.resolve("d"));
        Files.writeString(inside.resolve("d/file"), "inside");
        Files.writeString(inside.resolve("file"), "inside");
        fileSystem = mirror();
    }

    @AfterEach void close() throws IOException {
        fileSystem.close();
        assertThat(OpenFilesOf.directory(scratch)).isEmpty();
        // What is outside is as it was.
        assertThat(Files.readString(scratch.resolve("secret"))).isEqualTo("outside");
        try (Stream<Path> names = Files.list(scratch)) {
            assertThat(names.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("root", "outside",
                    "secret");
        }
    }

    PassthroughFileSystem mirror(String... options) throws IOException {
        return PassthroughFileSystem.of(inside, PassthroughOptions.of(options));
    }

    private static Errno errno(Call call) {
        Throwable thrown = catchThrowable(call::make);
        assertThat(thrown).isInstanceOf(FuseException.class);
        return ((FuseException) thrown).errno();
    }

    private Entry lookup(long directory, String name) throws Exception {
        return fileSystem.lookup(Lookup.of(directory, Name.of(name)));
    }

    private static FileType type(Entry entry) {
        return FileType.ofMode(entry.attr().mode()).orElseThrow();
    }

    private String read(long node) throws Exception {
        Opened opened = fileSystem.open(Open.of(node, OpenFlags.RDONLY));
        byte[] data = new byte[100];
        DataReply reply = DataReply.into(data);
        fileSystem.read(Read.of(node, opened.handle(), 0, data.length), reply);
        fileSystem.release(Release.of(node, opened.handle()));
        return new String(data, 0, (int) reply.written(), UTF_8);
    }

    @Test void namesThatNoKernelSendsAreRefused() throws Exception {
        long d = lookup(ROOT, "d").node();
        long file = lookup(ROOT, "file").node();
        for (String text : GARBAGE) {
            Name name = Name.of(text);
            if (!name.isDotOrDotDot()) {
                assertThat(errno(() -> lookup(ROOT, text))).isEqualTo(Errno.EINVAL);
            }
            assertThat(errno(() -> fileSystem.mkdir(MkDir.of(ROOT, name, 0777)))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> fileSystem.mknod(MkNod.of(ROOT, name, 0100666, 0)))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> fileSystem.symlink(SymLink.of(ROOT, name, Name.of("x"))))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> fileSystem.create(Create.of(ROOT, name, OpenFlags.RDWR, 0100666))))
                    .isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> fileSystem.link(Link.of(d, name, file)))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> fileSystem.unlink(Unlink.of(ROOT, name)))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> fileSystem.rmdir(RmDir.of(ROOT, name)))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> fileSystem.rename(Rename.of(ROOT, name, d, Name.of("x"))))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> fileSystem.rename(Rename.of(ROOT, Name.of("file"), d, name))))
                    .isEqualTo(Errno.EINVAL);
        }
        assertThat(errno(() -> lookup(ROOT, "x".repeat(256)))).isEqualTo(Errno.ENAMETOOLONG);
        try (Stream<Path> all = Files.walk(inside)) {
            assertThat(all).hasSize(4);
        }
    }

    @Test void dotDotOnTheWireEndsAtTheRoot() throws Exception {
        long ino = (long) Files.getAttribute(inside, "unix:ino");
        try (FuseServer server = FuseServer.serve(fileSystem).at(Address.parse("mem:")).start();
                FuseConnection kernel = FuseConnection.mount(Transports.connect(server.address()),
                        NotificationSink.NONE, ConnectionOptions.DEFAULT)) {
            for (String name : new String[]{"..", "."}) {
                try (Request request = kernel.newRequest(Opcode.LOOKUP, Protocol.ROOT_ID, Caller.KERNEL)
                        .name(Name.of(name))) {
                    kernel.call(request);
                    assertThat(EntryOut.NODEID.get(request.reply())).isEqualTo(Protocol.ROOT_ID);
                }
            }
            for (String name : new String[]{"../secret", "d/../../secret", "/etc/passwd"}) {
                assertThat(errno(() -> {
                    try (Request request = kernel.newRequest(Opcode.LOOKUP, Protocol.ROOT_ID, Caller.KERNEL)
                            .name(Name.of(name))) {
                        kernel.call(request);
                    }
                })).isEqualTo(Errno.EINVAL);
            }
        }
        assertThat(lookup(ROOT, "..").attr().ino()).isEqualTo(ino);
    }

    @Test void symbolicLinksAreNeverFollowed() throws Exception {
        String[] targets = {scratch.resolve("secret").toString(), "../secret", outside.toString(), "../outside", "/",
            "/proc/self/root/etc", "/proc/self/cwd", "d/../../secret"};
        for (int i = 0; i < targets.length; i++) {
            Files.createSymbolicLink(inside.resolve("l" + i), Path.of(targets[i]));
            Entry link = lookup(ROOT, "l" + i);
            assertThat(type(link)).isEqualTo(FileType.SYMLINK);
            assertThat(errno(() -> read(link.node()))).isEqualTo(Errno.ELOOP);
            assertThat(errno(() -> lookup(link.node(), "file"))).isEqualTo(Errno.ENOTDIR);
            assertThat(errno(() -> fileSystem.mkdir(MkDir.of(link.node(), Name.of("x"), 0777))))
                    .isEqualTo(Errno.ENOTDIR);
            assertThat(errno(() -> fileSystem.opendir(OpenDir.of(link.node())))).isEqualTo(Errno.ENOTDIR);
            Name name = Name.of("l" + i);
            assertThat(errno(() -> fileSystem.create(Create.of(ROOT, name, OpenFlags.RDWR | OpenFlags.TRUNC, 0100666))))
                    .isEqualTo(Errno.EEXIST);
            assertThat(errno(() -> fileSystem.mkdir(MkDir.of(ROOT, name, 0777)))).isEqualTo(Errno.EEXIST);
        }
    }

    @Test void aDirectoryThatBecomesALinkIsStillTheDirectory() throws Exception {
        long d = lookup(ROOT, "d").node();
        Files.move(inside.resolve("d"), inside.resolve("was"));
        Files.createSymbolicLink(inside.resolve("d"), outside);
        assertThat(read(lookup(d, "file").node())).isEqualTo("inside");
        fileSystem.mkdir(MkDir.of(d, Name.of("made"), 0777));
        assertThat(inside.resolve("was/made")).isDirectory();
        assertThat(outside.resolve("made")).doesNotExist();
        assertThat(type(lookup(ROOT, "d"))).isEqualTo(FileType.SYMLINK);
    }

    @Test void aFileThatBecomesALinkOrAPipeIsNotOpened() throws Exception {
        long file = lookup(ROOT, "file").node();
        Files.move(inside.resolve("file"), inside.resolve("was"));
        Files.createSymbolicLink(inside.resolve("file"), scratch.resolve("secret"));
        assertThat(read(file)).isEqualTo("inside");
        Files.delete(inside.resolve("file"));
        NameCalls.mknod(NativePath.of(inside.resolve("file")), FileType.FIFO.mode() | 0666, 0, 0);
        assertThat(read(file)).isEqualTo("inside");
        Entry pipe = lookup(ROOT, "file");
        assertThat(errno(() -> read(pipe.node()))).isEqualTo(Errno.ENXIO);
        assertThat(errno(() -> fileSystem.create(Create.of(ROOT, Name.of("file"), OpenFlags.RDWR, 0100666))))
                .isEqualTo(Errno.EEXIST);
    }

    @Test void aFileThatSomebodyElseCreatedIsOpenedByACreateThatIsNotExclusive() throws Exception {
        Created created = fileSystem.create(Create.of(ROOT, Name.of("file"), OpenFlags.RDWR, 0100666));
        assertThat(read(created.entry().node())).isEqualTo("inside");
        fileSystem.release(Release.of(created.entry().node(), created.opened().handle()));
        assertThat(errno(() -> fileSystem.create(
                Create.of(ROOT, Name.of("file"), OpenFlags.RDWR | OpenFlags.EXCL, 0100666)))).isEqualTo(Errno.EEXIST);
    }

    @Test void linksOfProcessesAreNotFollowed() throws Exception {
        try (var processes = PassthroughFileSystem.of(Path.of("/proc/self"), PassthroughOptions.of("handles=off"))) {
            for (String name : new String[]{"root", "cwd", "exe"}) {
                Entry link = processes.lookup(Lookup.of(ROOT, Name.of(name)));
                assertThat(type(link)).isEqualTo(FileType.SYMLINK);
                assertThat(errno(() -> processes.open(Open.of(link.node(), OpenFlags.RDONLY)))).isEqualTo(Errno.ELOOP);
                assertThat(errno(() -> processes.lookup(Lookup.of(link.node(), Name.of("etc")))))
                        .isEqualTo(Errno.ENOTDIR);
            }
        }
    }

    private void mounted(String type, String source, long flags, Call test) throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root, who alone may mount");
        Path point = Files.createDirectory(inside.resolve("m"));
        try {
            MountCalls.mount(source, point.toString(), type, flags, "");
        } catch (LibcException e) {
            assumeTrue(e.errno() != Errno.EPERM, "may not mount");
            throw e;
        }
        try {
            test.make();
        } finally {
            MountCalls.umount(point.toString(), MountFlags.UMOUNT_DETACH);
        }
    }

    @Test void whatIsMountedBelowIsNotReached() throws Exception {
        mounted("tmpfs", "tmpfs", 0, () -> {
            Files.writeString(inside.resolve("m/file"), "outside");
            assertThat(errno(() -> lookup(ROOT, "m"))).isEqualTo(Errno.EXDEV);
        });
    }

    @Test void whatIsMountedBelowOnTheSameFilesystemIsNotReached() throws Exception {
        mounted("none", outside.toString(), 4096, () -> {
            assertThat(inside.resolve("m/file")).hasContent("outside");
            assertThat(errno(() -> lookup(ROOT, "m"))).isEqualTo(Errno.EXDEV);
        });
    }

    @Test void whatIsMountedBelowIsReachedIfAsked() throws Exception {
        mounted("tmpfs", "tmpfs", 0, () -> {
            Files.writeString(inside.resolve("m/file"), "mounted");
            for (String handles : new String[]{"handles=auto", "handles=off"}) {
                try (var all = mirror("submounts", handles)) {
                    Entry mount = all.lookup(Lookup.of(ROOT, Name.of("m")));
                    Entry file = all.lookup(Lookup.of(mount.node(), Name.of("file")));
                    assertThat(file.attr().size()).isEqualTo(7);
                    assertThat(mount.attr().ino()).isNotEqualTo(all.lookup(Lookup.of(ROOT, Name.of("d"))).attr().ino());
                    assertThat(all.lookup(Lookup.of(mount.node(), Name.of("gone"))).node()).isZero();
                    Opened opened = all.open(Open.of(file.node(), OpenFlags.RDONLY));
                    all.release(Release.of(file.node(), opened.handle()));
                }
            }
        });
    }

    /** Runs {@code change} again and again while a kernel reads a path, which must be {@code inside} or fail. */
    private void race(String path, Call change) throws Exception {
        int reads = 0;
        var stop = new AtomicBoolean();
        Thread changer = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                try {
                    change.make();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        try (var uncached = mirror("cache=never");
                UserKernel kernel = UserKernel.connect("mem:", uncached)) {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
            while (System.nanoTime() < deadline) {
                try {
                    assertThat(kernel.vfs().readString(path)).isEqualTo("inside");
                    reads++;
                } catch (FuseException e) {
                    assertThat(e.errno()).isIn(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.ESTALE);
                }
            }
        } finally {
            stop.set(true);
            changer.join();
        }
        assertThat(reads).isPositive();
    }

    @Test void aDirectoryThatIsSwappedForALinkDuringAWalkIsNoWayOut() throws Exception {
        Files.createSymbolicLink(inside.resolve("other"), outside);
        NativePath one = NativePath.of(inside.resolve("d"));
        NativePath other = NativePath.of(inside.resolve("other"));
        race("/d/file", () -> NameCalls.rename(one, other, NameCalls.RENAME_EXCHANGE));
    }

    @Test void aFileThatIsSwappedForALinkDuringAWalkIsNoWayOut() throws Exception {
        Files.createSymbolicLink(inside.resolve("other"), scratch.resolve("secret"));
        NativePath one = NativePath.of(inside.resolve("file"));
        NativePath other = NativePath.of(inside.resolve("other"));
        race("/file", () -> NameCalls.rename(one, other, NameCalls.RENAME_EXCHANGE));
    }

    @Test void parentsThatMoveOutDuringAWalkAreNoWayOut() throws Exception {
        Files.createDirectories(inside.resolve("a/b/c"));
        Files.writeString(inside.resolve("a/b/c/file"), "inside");
        NativePath one = NativePath.of(inside.resolve("a/b"));
        NativePath other = NativePath.of(outside.resolve("b"));
        race("/a/b/c/file", () -> {
            NameCalls.rename(one, other, 0);
            NameCalls.rename(other, one, 0);
        });
        try (var all = mirror()) {
            long a = all.lookup(Lookup.of(ROOT, Name.of("a"))).node();
            long b = all.lookup(Lookup.of(a, Name.of("b"))).node();
            NameCalls.rename(one, other, 0);
            // ".." is the directory that it was looked up in, and never what it is in now.
            assertThat(all.lookup(Lookup.of(b, Name.of(".."))).node()).isEqualTo(a);
            NameCalls.rename(other, one, 0);
        }
    }
}

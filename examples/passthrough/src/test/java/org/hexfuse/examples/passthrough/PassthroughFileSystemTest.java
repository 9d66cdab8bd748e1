package org.hexfuse.examples.passthrough;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.CompletableFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Lock;
import org.hexfuse.server.Flush;
import org.hexfuse.posix.LockType;
import org.hexfuse.posix.LockRange;
import org.hexfuse.server.Create;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Forget;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.Unlink;
import org.hexfuse.server.tree.Child;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class PassthroughFileSystemTest {
    private static final long ROOT = PassthroughFileSystem.ROOT;

    @TempDir private Path backing;

    @AfterEach void nothingIsLeftOpen() throws IOException {
        assertThat(OpenFilesOf.directory(backing)).isEmpty();
    }

    private PassthroughFileSystem mirror(String... options) throws IOException {
        return PassthroughFileSystem.of(backing, PassthroughOptions.of(options));
    }

    private static void assumeHandles(PassthroughFileSystem fileSystem) {
        assumeTrue(!((PassthroughNode) fileSystem.root()).inode().isKeptByDescriptor(),
                "this user may not open file handles, or the filesystem has none");
    }

    private static Errno errno(ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isInstanceOf(FuseException.class);
        return ((FuseException) thrown).errno();
    }

    @Test void closesWhatItHasOpenedWhateverIsInUse() throws Exception {
        Files.writeString(backing.resolve("f"), "text");
        PassthroughFileSystem fileSystem = mirror();
        UserKernel kernel = UserKernel.connect("mem:", fileSystem);
        kernel.vfs().open("/f", OpenFlag.READ);
        kernel.vfs().opendir("/");
        kernel.close();
        fileSystem.close();
        fileSystem.close();
        assertThat(OpenFilesOf.directory(backing)).isEmpty();
        assertThat(errno(() -> fileSystem.lookup(Lookup.of(ROOT, Name.of("f"))))).isIn(Errno.EBADF, Errno.ESTALE);
    }

    @Test void isNoFilesystemOfAFileOrOfNothing() throws IOException {
        Path file = Files.writeString(backing.resolve("f"), "");
        assertThatThrownBy(() -> PassthroughFileSystem.of(file, PassthroughOptions.DEFAULT))
                .isInstanceOf(IOException.class).hasMessageContaining("Not a directory").hasMessageNotContaining("\n");
        assertThatThrownBy(() -> PassthroughFileSystem.of(backing.resolve("gone"), PassthroughOptions.DEFAULT))
                .isInstanceOf(IOException.class).hasMessageContaining("gone: No such file")
                .hasMessageNotContaining("\n");
    }

    /** Owners come and go at the same time: none keeps its lock, or a descriptor, after its FLUSH. */
    @Test void aFlushReleasesTheLocksOfItsOwner() throws Exception {
        Files.writeString(backing.resolve("f"), "text");
        try (PassthroughFileSystem fileSystem = mirror("locks=backing")) {
            long node = fileSystem.lookup(Lookup.of(ROOT, Name.of("f"))).node();
            long handle = fileSystem.open(Open.of(node, OpenFlags.RDWR)).handle();
            int before = OpenFilesOf.directory(backing).size();
            var owners = new ArrayList<CompletableFuture<Void>>();
            for (long owner = 1; owner <= 3; owner++) {
                var range = new LockRange(LockType.WRITE, owner, owner, 1);
                long number = owner;
                owners.add(CompletableFuture.runAsync(() -> {
                    try {
                        for (int i = 0; i < 2000; i++) {
                            fileSystem.setlk(Lock.of(node, handle, number, range));
                            fileSystem.flush(Flush.of(node, handle, number));
                        }
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }, task -> Thread.ofPlatform().daemon().start(task)));
            }
            for (CompletableFuture<Void> owner : owners) {
                owner.get(30, TimeUnit.SECONDS);
            }
            var all = new LockRange(LockType.WRITE, 0, LockRange.TO_THE_END, 1);
            assertThat(fileSystem.getlk(Lock.of(node, handle, 9, all)).type()).isEqualTo(LockType.UNLOCKED);
            fileSystem.flush(Flush.of(node, handle, 9));
            assertThat(OpenFilesOf.directory(backing)).hasSize(before);
            fileSystem.release(Release.of(node, handle));
        }
    }

    @Test void waitsInNativeCode() throws IOException {
        try (PassthroughFileSystem fileSystem = mirror()) {
            assertThat(fileSystem.blocking()).isEqualTo(Blocking.IN_NATIVE_CODE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"handles=auto", "handles=off"}) void descriptorsAreClosedWithTheirFiles(String handles)
            throws Exception {
        Files.createDirectories(backing.resolve("a/b"));
        Files.writeString(backing.resolve("a/b/f"), "text");
        Files.createLink(backing.resolve("a/g"), backing.resolve("a/b/f"));
        try (PassthroughFileSystem fileSystem = mirror(handles)) {
            try (UserKernel kernel = UserKernel.connect("mem:", fileSystem).failOnLeaks()) {
                Vfs vfs = kernel.vfs();
                assertThat(vfs.readString("/a/b/f")).isEqualTo("text");
                assertThat(vfs.stat("/a/g").ino()).isEqualTo(vfs.stat("/a/b/f").ino());
                assertThat(vfs.list("/a")).hasSizeGreaterThanOrEqualTo(2);
                vfs.writeString("/a/new", "new");
                vfs.rename("/a/new", "/a/b/new");
                vfs.unlink("/a/b/new");
                try (OpenFile unnamed = vfs.tmpfile("/a", 0600)) {
                    unnamed.write("x".getBytes(UTF_8), 0);
                    vfs.link(unnamed, "/a/named");
                }
                assertThat(Files.readString(backing.resolve("a/named"))).isEqualTo("x");
                vfs.dropCaches();
                kernel.assertNothingLeaked();
                assertThat(fileSystem.referencedNodes()).isOne();
                assertThat(fileSystem.descriptors()).isOne();
                // The directory, and the root's descriptor.
                assertThat(OpenFilesOf.directory(backing)).hasSize(2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"handles=auto", "handles=off"}) void aFileIsUsedOnWhenItsNameIsGone(String handles)
            throws Exception {
        Files.writeString(backing.resolve("f"), "text");
        try (PassthroughFileSystem fileSystem = mirror(handles, "timeout=0", "descriptors=16");
                UserKernel kernel = UserKernel.connect("mem:", fileSystem)) {
            try (OpenFile open = kernel.vfs().open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                kernel.vfs().unlink("/f");
                for (int i = 0; i < 100; i++) {
                    Files.writeString(backing.resolve("other" + i), "");
                    kernel.vfs().stat("/other" + i);
                    Files.delete(backing.resolve("other" + i));
                    kernel.vfs().dropCaches();
                }
                open.chmod(0600);
                open.truncate(2);
                assertThat(open.stat().size()).isEqualTo(2);
                assertThat(open.stat().nlink()).isZero();
            }
        }
    }

    @Test void aFileThatVanishedIsStaleAndSoIsAnotherOneWithItsNumber() throws Exception {
        Path f = Files.writeString(backing.resolve("f"), "text");
        try (PassthroughFileSystem fileSystem = mirror("descriptors=16")) {
            assumeHandles(fileSystem);
            Entry entry = fileSystem.lookup(Lookup.of(ROOT, Name.of("f")));
            Files.delete(f);
            // So many that the descriptor is evicted, and that the inode number is used again.
            for (int i = 0; i < 64; i++) {
                Files.writeString(backing.resolve("other" + i), "wrong");
                fileSystem.lookup(Lookup.of(ROOT, Name.of("other" + i)));
            }
            assertThat(errno(() -> fileSystem.getattr(GetAttr.of(entry.node())))).isEqualTo(Errno.ESTALE);
            assertThat(errno(() -> fileSystem.open(Open.of(entry.node(), 0)))).isEqualTo(Errno.ESTALE);
            assertThat(fileSystem.lookup(Lookup.of(ROOT, Name.of("f"))).node()).isZero();
            assertThat(errno(() -> fileSystem.unlink(Unlink.of(ROOT, Name.of("f"))))).isEqualTo(Errno.ENOENT);
        }
    }

    private void makeFiles(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Files.writeString(backing.resolve("f" + i), Integer.toString(i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"handles=auto", "handles=off"}) void descriptorsAreBoundedHoweverManyFilesAreInUse(
            String handles) throws Exception {
        makeFiles(3000);
        try (PassthroughFileSystem fileSystem = mirror("descriptors=64", handles);
                UserKernel kernel = UserKernel.connect("mem:", fileSystem)) {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 3000; i++) {
                    assertThat(kernel.vfs().readString("/f" + i)).isEqualTo(Integer.toString(i));
                }
                assertThat(fileSystem.descriptors()).isLessThanOrEqualTo(64);
                assertThat(OpenFilesOf.directory(backing)).hasSizeLessThan(80);
            }
        }
    }

    @Test void asManyFilesAsAKernelLikesAreInUse() throws Exception {
        makeFiles(3000);
        try (PassthroughFileSystem fileSystem = mirror("descriptors=64");
                UserKernel kernel = UserKernel.connect("mem:", fileSystem)) {
            assumeHandles(fileSystem);
            for (int i = 0; i < 3000; i++) {
                kernel.vfs().stat("/f" + i);
            }
            assertThat(fileSystem.referencedNodes()).isGreaterThan(2500);
        }
    }

    @Test void withoutHandlesThereAreAtWorstTooManyFiles() throws Exception {
        makeFiles(200);
        try (PassthroughFileSystem fileSystem = mirror("descriptors=32", "handles=off")) {
            List<Entry> entries = new ArrayList<>();
            Errno last = errno(() -> {
                for (int i = 0; i < 200; i++) {
                    entries.add(fileSystem.lookup(Lookup.of(ROOT, Name.of("f" + i))));
                }
            });
            assertThat(last).isEqualTo(Errno.ENFILE);
            assertThat(entries).hasSize(31);
            assertThat(OpenFilesOf.directory(backing)).hasSize(33);
            fileSystem.forget(Forget.of(entries.get(7).node(), 1));
            assertThat(fileSystem.lookup(Lookup.of(ROOT, Name.of("f100"))).attr().size()).isEqualTo(3);
        }
    }

    @Test void aProcessWithoutDescriptorsClosesThoseThatItCanOpenAgain() throws Exception {
        makeFiles(20);
        try (Mirror mirror = Mirror.open(backing, PassthroughOptions.DEFAULT)) {
            var fileSystem = new PassthroughFileSystem(new PassthroughNode(mirror.root()));
            assumeHandles(fileSystem);
            for (int i = 0; i < 20; i++) {
                fileSystem.lookup(Lookup.of(ROOT, Name.of("f" + i)));
            }
            assertThat(fileSystem.descriptors()).isEqualTo(21);
            var calls = new AtomicInteger();
            assertThat(errno(() -> mirror.opened(() -> {
                calls.incrementAndGet();
                return -Errno.EMFILE.code();
            }))).isEqualTo(Errno.EMFILE);
            assertThat(calls).hasValue(2);
            assertThat(fileSystem.descriptors()).isZero();
            assertThat(fileSystem.lookup(Lookup.of(ROOT, Name.of("f7"))).attr().size()).isEqualTo(1);
        }
    }

    @Test void aLargeDirectoryIsListedOnce() throws Exception {
        makeFiles(5000);
        try (PassthroughFileSystem fileSystem = mirror();
                UserKernel kernel = UserKernel.connect("mem:", fileSystem).failOnLeaks()) {
            assertThat(kernel.vfs().list("/").stream().map(DirectoryEntry::name).map(Name::toString)
                    .filter(name -> !name.startsWith("."))).hasSize(5000).doesNotHaveDuplicates();
            assertThat(OpenFilesOf.directory(backing).stream().filter(path -> path.equals(backing.toString())))
                    .hasSize(2);
        }
    }

    @Test void namesNeedNotBeUtf8() throws Exception {
        Name name = Name.of(new byte[]{'a', (byte) 0xff, '\n', ' '});
        try (PassthroughFileSystem fileSystem = mirror();
                UserKernel kernel = UserKernel.connect("mem:", fileSystem).failOnLeaks()) {
            kernel.vfs().writeString("/" + name, "text");
            assertThat(kernel.vfs().list("/").stream().map(DirectoryEntry::name)).contains(name);
            kernel.vfs().unlink("/" + name);
        }
        try (Stream<Path> left = Files.list(backing)) {
            assertThat(left).isEmpty();
        }
    }

    @Test void dataIsReadIntoMemoryOfAnyKind() throws Exception {
        byte[] text = IntStream.range(0, 10_000).mapToObj(i -> i + " ").reduce("", String::concat).getBytes(UTF_8);
        Files.write(backing.resolve("f"), text);
        try (PassthroughFileSystem fileSystem = mirror("direct")) {
            long node = fileSystem.lookup(Lookup.of(ROOT, Name.of("f"))).node();
            for (int flags : new int[]{0, OpenFlags.DIRECT}) {
                Opened opened = fileSystem.open(Open.of(node, flags));
                byte[] heap = new byte[1 << 16];
                DataReply reply = DataReply.into(heap);
                fileSystem.read(Read.of(node, opened.handle(), 0, heap.length), reply);
                assertThat(reply.written()).isEqualTo(text.length);
                assertThat(heap).startsWith(text);
                fileSystem.release(Release.of(node, opened.handle()));
            }
        }
    }

    @Test void cachesAsTheOptionsSay() throws Exception {
        Files.writeString(backing.resolve("f"), "text");
        try (PassthroughFileSystem never = mirror("cache=never");
                PassthroughFileSystem always = mirror("cache=always")) {
            Entry uncached = never.lookup(Lookup.of(ROOT, Name.of("f")));
            assertThat(uncached.timeout().orElseThrow()).isZero();
            assertThat(uncached.attr().timeout().orElseThrow()).isZero();
            Entry absent = never.lookup(Lookup.of(ROOT, Name.of("gone")));
            assertThat(absent.node()).isZero();
            assertThat(absent.timeout().orElseThrow()).isZero();
            assertThat(always.lookup(Lookup.of(ROOT, Name.of("gone"))).node()).isZero();
            assertThat(always.lookup(Lookup.of(ROOT, Name.of("f"))).timeout().orElseThrow()).hasDays(1);
        }
    }

    /** What an author builds: names in lower case, and files that look larger than they are. */
    private static class Lowercase extends PassthroughNode {
        Lowercase(BackingInode inode) {
            super(inode);
        }

        @Override protected PassthroughNode newChild(BackingInode child) {
            return new Lowercase(child);
        }

        @Override protected PassthroughFile newFile(BackingFile file) {
            return new PassthroughFile(file) {
                @Override public void read(Read op, DataReply out) {
                    out.write("read by the author".getBytes(UTF_8));
                }
            };
        }

        @Override protected Attr attributes(Attr backing) {
            return backing.toBuilder().size(backing.size() + 100).build();
        }

        @Override public Child lookup(Lookup op) throws IOException, InterruptedException {
            return super.lookup(op.withName(Name.of(op.name().toString().toLowerCase(Locale.ROOT))));
        }
    }

    @Test void anAuthorOverridesOperationsOfAllNodesAndFiles() throws Exception {
        Files.createDirectory(backing.resolve("d"));
        Files.writeString(backing.resolve("d/f"), "text");
        var root = new Lowercase(PassthroughFileSystem.root(backing, PassthroughOptions.DEFAULT));
        try (var fileSystem = new PassthroughFileSystem(root);
                UserKernel kernel = UserKernel.connect("mem:", fileSystem).failOnLeaks()) {
            assertThat(kernel.vfs().stat("/D/F").size()).isEqualTo(104);
            assertThat(kernel.vfs().readString("/D/F")).startsWith("read by the author");
            assertThat(kernel.vfs().stat("/D/F").size()).isEqualTo(104);
        }
    }

    /** An author whose methods fail. */
    private static final class Failing extends PassthroughNode {
        Failing(BackingInode inode) {
            super(inode);
        }

        @Override protected PassthroughNode newChild(BackingInode child) {
            throw new IllegalStateException("no child");
        }
    }

    @Test void whatAnAuthorFailsToMakeIsClosed() throws Exception {
        Files.writeString(backing.resolve("f"), "text");
        var root = new Failing(PassthroughFileSystem.root(backing, PassthroughOptions.of("handles=off")));
        try (var fileSystem = new PassthroughFileSystem(root)) {
            assertThatThrownBy(() -> fileSystem.lookup(Lookup.of(ROOT, Name.of("f")))).hasMessage("no child");
            assertThatThrownBy(() -> fileSystem.create(Create.of(ROOT, Name.of("g"), OpenFlags.RDWR, 0100600)))
                    .hasMessage("no child");
            assertThat(fileSystem.descriptors()).isOne();
            assertThat(OpenFilesOf.directory(backing)).hasSize(2);
        }
    }
}

package org.hexfuse.testkit.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.Child;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Listed;
import org.hexfuse.server.tree.NewFile;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.OpenDirectory;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Directories whose author looks names up and lists them; the framework knows what the kernel knows. */
@Timeout(60) class LookedUpChildrenTest {
    private UserKernel kernel;
    private TreeFileSystem fileSystem;
    private Vfs vfs;

    /** Numbered files, of which a node is made with each lookup. */
    private static class Numbers extends Node {
        final Map<String, Integer> numbers = new ConcurrentHashMap<>();
        final AtomicInteger lookups = new AtomicInteger();
        final AtomicInteger forgotten = new AtomicInteger();
        volatile boolean keyed = true;

        Numbers() {
            super(FileType.DIRECTORY);
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0755);
        }

        @Override public Child lookup(Lookup op) throws IOException {
            lookups.incrementAndGet();
            Integer number = numbers.get(op.name().toString());
            if (number == null) {
                throw FuseException.of(Errno.ENOENT);
            }
            return new Numbered(number, keyed) {
                @Override public void forgotten() {
                    forgotten.incrementAndGet();
                }
            };
        }

        @Override public Stream<Listed> readdir(ReadDir op) {
            return numbers.keySet().stream().sorted().map(name -> Listed.of(name, FileType.REGULAR));
        }

        @Override public void unlink(Unlink op) {
            numbers.remove(op.name().toString());
        }

        @Override public void link(Link op, Node target) {
            numbers.put(op.name().toString(), ((Numbered) target).number);
        }

        @Override public void rename(Rename op, Node directory) {
            ((Numbers) directory).numbers.put(op.targetName().toString(), numbers.remove(op.name().toString()));
        }
    }

    /** A file whose content is its number, and which has a handle for each open. */
    private static class Numbered extends Node {
        final int number;
        final boolean keyed;

        Numbered(int number, boolean keyed) {
            super(FileType.REGULAR);
            this.number = number;
            this.keyed = keyed;
        }

        @Override public Object key() {
            return keyed ? number : null;
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.file(0444, Integer.toString(number).length());
        }

        @Override public FileHandle open(Open op) {
            byte[] text = Integer.toString(number).getBytes(UTF_8);
            return new FileHandle() {
                @Override public void read(Read op, DataReply out) {
                    out.writeSlice(text, op.offset());
                }
            };
        }
    }

    private void mount(Node root) throws IOException {
        mount(root, VfsOptions.DEFAULT);
    }

    private void mount(Node root, VfsOptions options) throws IOException {
        fileSystem = TreeFileSystem.of(root);
        kernel = UserKernel.connect("mem:", fileSystem, options).failOnLeaks();
        vfs = kernel.vfs();
    }

    @AfterEach void unmount() {
        kernel.close();
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test void areFoundListedAndRead() throws IOException {
        var root = new Numbers();
        root.numbers.putAll(Map.of("one", 1, "two", 2));
        mount(root);
        assertThat(vfs.readString("/two")).isEqualTo("2");
        assertThat(vfs.list("/")).extracting(entry -> entry.name().toString()).containsExactly("one", "two");
        fails(Errno.ENOENT, () -> vfs.stat("/three"));
    }

    @Test void nodesOfOneKeyAreOneFile() throws IOException {
        var root = new Numbers();
        root.numbers.putAll(Map.of("one", 1, "uno", 1, "two", 2));
        mount(root);
        long ino = vfs.stat("/one").ino();
        vfs.dropCaches();
        try (OpenFile open = vfs.open("/one", OpenFlag.READ)) {
            long held = open.stat().ino();
            vfs.dropCaches();
            assertThat(vfs.stat("/one").ino()).isEqualTo(held);
            assertThat(vfs.stat("/uno").ino()).isEqualTo(held);
            assertThat(vfs.stat("/two").ino()).isNotEqualTo(held);
        }
        assertThat(ino).isNotZero();
    }

    @Test void aNodeWhoseKeyIsInUseIsForgottenAtOnce() throws IOException {
        var root = new Numbers();
        root.numbers.putAll(Map.of("one", 1, "other", 1));
        mount(root);
        vfs.readString("/one");
        assertThat(root.forgotten).hasValue(0);
        vfs.readString("/other");
        assertThat(root.forgotten).hasValue(1);
        assertThat(vfs.readString("/one")).isEqualTo("1");
        assertThat(fileSystem.referencedNodes()).isEqualTo(2);
    }

    @Test void nodesWithoutAKeyAreFilesOfTheirOwn() throws IOException {
        var root = new Numbers();
        root.keyed = false;
        root.numbers.put("one", 1);
        mount(root);
        try (OpenFile open = vfs.open("/one", OpenFlag.READ)) {
            vfs.dropCaches();
            assertThat(vfs.stat("/one").ino()).isNotEqualTo(open.stat().ino());
        }
    }

    @Test void aForgottenNodeIsCollected() throws Exception {
        var root = new Numbers();
        root.numbers.put("one", 1);
        mount(root);
        vfs.readString("/one");
        var node = new WeakReference<>(root.child(Name.of("one")).orElseThrow());
        assertThat(fileSystem.referencedNodes()).isEqualTo(2);
        kernel.assertNothingLeaked();
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
        assertThat(root.child(Name.of("one"))).isEmpty();
        for (int i = 0; i < 50 && node.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(node.get()).isNull();
    }

    @Test void aFileThatWasReplacedIsAnother() throws IOException {
        var root = new Numbers();
        root.numbers.put("f", 1);
        mount(root);
        long ino = vfs.stat("/f").ino();
        root.numbers.put("f", 2);
        assertThat(root.invalidateEntry(Name.of("f"))).isEqualTo(Errno.OK);
        assertThat(vfs.readString("/f")).isEqualTo("2");
        assertThat(vfs.stat("/f").ino()).isNotEqualTo(ino);
    }

    @Test void aNameThatIsGoneIsForgotten() throws IOException {
        var root = new Numbers();
        root.numbers.put("f", 1);
        mount(root);
        try (OpenFile open = vfs.open("/f", OpenFlag.READ)) {
            root.numbers.clear();
            assertThat(root.invalidateEntry(Name.of("f"))).isEqualTo(Errno.OK);
            fails(Errno.ENOENT, () -> vfs.stat("/f"));
            assertThat(root.child(Name.of("f"))).isEmpty();
            assertThat(new String(open.readAll(0), UTF_8)).isEqualTo("1");
        }
    }

    @Test void namesThatTheKernelKnowsMoveAndMultiply() throws IOException {
        var root = new Numbers();
        root.numbers.put("f", 1);
        mount(root);
        vfs.stat("/f");
        Node node = root.child(Name.of("f")).orElseThrow();
        vfs.rename("/f", "/g");
        assertThat(root.child(Name.of("g"))).containsSame(node);
        vfs.link("/g", "/h");
        assertThat(node.dentries()).hasSize(2);
        assertThat(root.numbers).containsOnlyKeys("g", "h");
        vfs.unlink("/g");
        assertThat(node.dentry().orElseThrow().name()).isEqualTo(Name.of("h"));
    }

    @Test void attributesThatALookupHasAreNotGotten() throws IOException {
        var gotten = new AtomicInteger();
        var known = new Text("content") {
            @Override public Attr getattr(GetAttr op) {
                gotten.incrementAndGet();
                return super.getattr(op);
            }
        };
        mount(new Numbers() {
            @Override public Child lookup(Lookup op) {
                return op.name().is("f") ? known.with(Attr.file(0444, 7), Duration.ofHours(1))
                        : Child.absent(Duration.ofHours(1));
            }
        });
        assertThat(vfs.stat("/f").permissions()).isEqualTo(0444);
        assertThat(gotten).hasValue(0);
        fails(Errno.ENOENT, () -> vfs.stat("/g"));
    }

    @Test void aNegativeDentryIsCachedForItsTimeout() throws IOException {
        var root = new Numbers() {
            @Override public Child lookup(Lookup op) {
                lookups.incrementAndGet();
                return Child.absent(op.name().is("cached") ? Duration.ofHours(1) : Duration.ZERO);
            }
        };
        mount(root);
        for (int i = 0; i < 3; i++) {
            fails(Errno.ENOENT, () -> vfs.stat("/cached"));
        }
        assertThat(root.lookups).hasValue(1);
        fails(Errno.ENOENT, () -> vfs.stat("/other"));
        fails(Errno.ENOENT, () -> vfs.stat("/other"));
        assertThat(root.lookups).hasValue(3);
    }

    @Test void aStreamIsReadOnlyAsFarAsTheCallerReadsAndIsClosed() throws IOException {
        var taken = new AtomicInteger();
        var closed = new AtomicInteger();
        mount(new Numbers() {
            @Override public Stream<Listed> readdir(ReadDir op) {
                return IntStream.range(0, 1_000_000).mapToObj(i -> Listed.of("f" + i, FileType.REGULAR))
                        .peek(_ -> taken.incrementAndGet()).onClose(closed::incrementAndGet);
            }
        });
        try (OpenDirectory open = vfs.opendir("/")) {
            for (int i = 0; i < 100; i++) {
                assertThat(open.next()).isPresent();
            }
            assertThat(taken.get()).isLessThan(20_000);
            open.seek(0);
            assertThat(open.next()).isPresent();
            assertThat(closed).hasValue(1);
        }
        kernel.assertNothingLeaked();
        assertThat(closed).hasValue(2);
    }

    @Test void concurrentLookupsAndForgetsLoseNoNode() throws Exception {
        var root = new Numbers();
        for (int i = 0; i < 8; i++) {
            root.numbers.put("f" + i, i);
        }
        // A dentry cache that holds less than there is has the kernel forget all the time.
        mount(root, VfsOptions.DEFAULT.withCachedNames(2));
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int seed = t;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 2000; i++) {
                        int number = (i * 7 + seed) % 8;
                        assertThat(vfs.readString("/f" + number)).isEqualTo(Integer.toString(number));
                        if (i % 50 == 0) {
                            vfs.dropCaches();
                        }
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        kernel.assertNothingLeaked();
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
        for (int i = 0; i < 8; i++) {
            assertThat(root.child(Name.of("f" + i))).isEmpty();
        }
    }

    @Test void handlersThatThrowLeaveNothingBehind() throws IOException {
        mount(new Numbers() {
            @Override public Child lookup(Lookup op) {
                return switch (op.name().toString()) {
                    case "type" -> new Numbered(1, false) {
                        @Override public Attr getattr(GetAttr op) {
                            return Attr.directory(0755);
                        }
                    };
                    case "attr" -> new Numbered(1, true) {
                        @Override public Attr getattr(GetAttr op) {
                            throw new IllegalArgumentException("on purpose");
                        }
                    };
                    default -> throw new IllegalStateException("on purpose");
                };
            }

            @Override public NewFile create(Create op) {
                return NewFile.of(new Text("") {
                    @Override public Attr getattr(GetAttr op) {
                        throw FuseException.of(Errno.EDQUOT);
                    }
                });
            }
        });
        for (String path : List.of("/type", "/attr", "/lookup")) {
            fails(Errno.EIO, () -> vfs.stat(path));
        }
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
    }

    @Test void whatACreateHasOpenedIsReleasedIfItFails() throws IOException {
        var made = new ArrayList<Text>();
        mount(new Folder() {
            @Override public NewFile create(Create op) {
                made.add(new Text("") {
                    @Override public Attr getattr(GetAttr op) {
                        throw FuseException.of(Errno.EDQUOT);
                    }
                });
                return NewFile.of(made.getLast());
            }
        });
        fails(Errno.EDQUOT, () -> vfs.open("/f", 0644, OpenFlag.WRITE, OpenFlag.CREATE));
        assertThat(made).hasSize(1).allSatisfy(file -> assertThat(file.releases).hasValue(1));
        assertThat(vfs.list("/")).isEmpty();
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
    }
}

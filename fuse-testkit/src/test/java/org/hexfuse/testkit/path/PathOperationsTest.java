package org.hexfuse.testkit.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.*;
import org.hexfuse.server.path.NumberedHandle;
import org.hexfuse.server.path.OpenFile;
import org.hexfuse.server.path.PathFileSystem;
import org.hexfuse.server.path.PathOperations;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Node;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Filesystems of paths: the path of an operation is right while it runs. */
@Timeout(60) class PathOperationsTest {
    private final Texts texts = new Texts();
    private PathFileSystem fileSystem;
    private UserKernel kernel;
    private Vfs vfs;

    @BeforeEach void mount() throws IOException {
        mount(texts);
    }

    private void mount(PathOperations operations) throws IOException {
        unmount();
        fileSystem = PathFileSystem.of(operations);
        kernel = UserKernel.connect("mem:", fileSystem).failOnLeaks();
        vfs = kernel.vfs();
    }

    @AfterEach void unmount() {
        if (kernel != null) {
            kernel.close();
        }
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private List<String> names(String path) {
        return vfs.list(path).stream().map(entry -> entry.name().toString()).toList();
    }

    private static String read(org.hexfuse.vfs.OpenFile file) {
        byte[] bytes = new byte[100];
        return new String(bytes, 0, file.read(bytes, 0), UTF_8);
    }

    @Test void filesAreFoundListedReadAndWritten() {
        assertThat(names("/")).containsExactly("d", "f");
        assertThat(names("/d")).containsExactly("g");
        assertThat(vfs.readString("/d/g")).isEqualTo("deep");
        vfs.writeString("/f", "new");
        assertThat(texts.files).containsEntry("/f", "new");
        vfs.mkdir("/d/e");
        vfs.writeString("/d/e/h", "made");
        assertThat(texts.files).containsEntry("/d/e/h", "made");
        fails(Errno.ENOENT, () -> vfs.stat("/absent"));
    }

    @Test void theNumberOfAnOpenFileComesWithItsOperations() {
        try (var one = vfs.open("/f", OpenFlag.READ); var two = vfs.open("/f", OpenFlag.READ)) {
            assertThat(read(one)).isEqualTo("content");
            assertThat(read(two)).isEqualTo("content");
            assertThat(texts.reads).containsExactly(1L, 2L);
        }
        kernel.assertNothingLeaked();
        assertThat(texts.calls).containsExactlyInAnyOrder("release 1 of /f", "release 2 of /f");
    }

    @Test void theNumberOfAnOpenFileComesWithItsAttributes() throws IOException {
        var handles = new CopyOnWriteArrayList<OptionalLong>();
        mount(new Texts() {
            @Override public Attr getattr(String path, GetAttr op) {
                if (op != null && op.handle().isPresent()) {
                    handles.add(op.handle());
                }
                return super.getattr(path, op);
            }

            @Override public synchronized Attr setattr(String path, SetAttr op) {
                handles.add(op.handle());
                return super.setattr(path, op);
            }
        });
        try (var _ = vfs.open("/f", OpenFlag.READ); var file = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
            file.truncate(3);
            assertThat(file.stat().size()).isEqualTo(3);
        }
        assertThat(handles).isNotEmpty().containsOnly(OptionalLong.of(2));
    }

    @Test void pathsFollowRenamesOfTheFileAndOfDirectoriesAboveIt() {
        vfs.mkdir("/e");
        try (var file = vfs.open("/d/g", OpenFlag.READ, OpenFlag.WRITE)) {
            vfs.rename("/d", "/e/d2");
            file.write("DEEP".getBytes(UTF_8), 0);
            assertThat(texts.files).containsEntry("/e/d2/g", "DEEP");
            vfs.rename("/e/d2/g", "/h");
            file.truncate(2);
            assertThat(texts.files).containsEntry("/h", "DE").doesNotContainKey("/d/g");
            vfs.rename("/e", "/d");
            assertThat(names("/d/d2")).isEmpty();
        }
        kernel.assertNothingLeaked();
        assertThat(texts.calls).containsExactly("release 1 of /h");
    }

    @Test void aRenameWaitsForTheOperationsBelowItAndNotForOthers() throws Exception {
        texts.reading = new CompletableFuture<>();
        var reader = CompletableFuture.supplyAsync(() -> vfs.readString("/d/g"));
        assertThat(texts.entered.get(10, TimeUnit.SECONDS)).isEqualTo("/d/g");
        var renamer = CompletableFuture.runAsync(() -> vfs.rename("/d", "/e"));
        assertThatThrownBy(() -> renamer.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(vfs.stat("/f").size()).isEqualTo(7);
        vfs.rename("/f", "/h");
        texts.reading.complete(null);
        renamer.get(10, TimeUnit.SECONDS);
        assertThat(reader.get(10, TimeUnit.SECONDS)).isEqualTo("deep");
        assertThat(texts.files).containsKey("/e/g").doesNotContainKey("/d/g");
    }

    @Test void aFileThatIsOpenByItsPathIsRenamedUntilItIsClosed() {
        try (var file = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
            vfs.unlink("/f");
            assertThat(names("/")).containsExactly("d");
            assertThat(texts.files.keySet()).anyMatch(path -> path.startsWith("/.fuse_hidden"));
            assertThat(read(file)).isEqualTo("content");
            assertThat(file.stat().size()).isEqualTo(7);
            vfs.writeString("/f", "another");
            assertThat(read(file)).isEqualTo("content");
        }
        kernel.assertNothingLeaked();
        assertThat(texts.files).containsOnlyKeys("/d", "/d/g", "/f");
        assertThat(texts.calls).anyMatch(call -> call.startsWith("unlink /.fuse_hidden"));
    }

    @Test void aFileThatIsReplacedWhileItIsOpenByItsPathIsKept() {
        try (var file = vfs.open("/f", OpenFlag.READ)) {
            vfs.rename("/d/g", "/f");
            assertThat(read(file)).isEqualTo("content");
            assertThat(vfs.readString("/f")).isEqualTo("deep");
        }
        kernel.assertNothingLeaked();
        assertThat(texts.files).containsOnlyKeys("/d", "/f");
    }

    /** The same with an object for each open file, which needs no path. */
    private static final class Objects extends Texts {
        @Override public FileHandle open(String path, Open op) {
            String text = text(path);
            return new OpenFile() {
                @Override public Attr getattr(GetAttr op) {
                    return Attr.file(0600, text.length());
                }

                @Override public Attr setattr(SetAttr op) {
                    return Attr.file(op.mode().orElse(0600), text.length());
                }

                @Override public void read(Read op, DataReply out) {
                    out.writeSlice(text.getBytes(UTF_8), op.offset());
                }

                @Override public void release(Release op) {
                    calls.add("release");
                }
            };
        }
    }

    @Test void anOpenFileThatIsAnObjectOutlivesItsName() throws IOException {
        var objects = new Objects();
        mount(objects);
        try (var file = vfs.open("/f", OpenFlag.READ)) {
            vfs.unlink("/f");
            assertThat(objects.files).containsOnlyKeys("/d", "/d/g");
            assertThat(read(file)).isEqualTo("content");
            assertThat(file.stat().permissions()).isEqualTo(0600);
            file.chmod(0640);
            fails(Errno.ENOENT, () -> vfs.open("/f", OpenFlag.READ));
        }
        kernel.assertNothingLeaked();
        assertThat(objects.calls).containsExactly("unlink /f", "release");
    }

    @Test void anOpenFileThatIsAnObjectSaysWhatTheKernelMayReadInItsPlace() throws Exception {
        PathFileSystem passing = PathFileSystem.of(new Texts() {
            @Override public FileHandle open(String path, Open op) {
                return new FileHandle() {
                    @Override public OptionalInt passthrough() {
                        return OptionalInt.of(42);
                    }
                };
            }
        });
        long node = passing.lookup(Lookup.of(FuseFileSystem.ROOT, Name.of("f"))).node();
        assertThat(passing.open(Open.of(node, 0)).descriptor()).hasValue(42);
    }

    @Test void namesThatAreNotUtf8SurviveInPaths() {
        vfs.writeString("/\udcff\udc80", "bytes");
        assertThat(texts.files).containsKey("/\udcff\udc80");
        assertThat(names("/")).contains("\udcff\udc80");
        assertThat(vfs.readString("/\udcff\udc80")).isEqualTo("bytes");
    }

    @Test void kernelsAreNotifiedByPath() {
        assertThat(fileSystem.known("/d/g")).isEmpty();
        assertThat(vfs.stat("/d/g").size()).isEqualTo(4);
        texts.files.put("/d/g", "longer");
        assertThat(fileSystem.known("/d/g").map(Node::invalidate)).contains(Errno.OK);
        assertThat(vfs.stat("/d/g").size()).isEqualTo(6);
        texts.files.remove("/f");
        vfs.list("/");
        assertThat(fileSystem.invalidateEntry("/d/g")).isEqualTo(Errno.OK);
    }

    @Test void repliesCanBeGivenLater() throws IOException {
        var soon = CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS);
        var later = new Texts() {
            @Override public Attr getattr(String path, GetAttr op) {
                return op.later(reply -> soon.execute(() -> {
                    try {
                        reply.reply(super.getattr(path, null));
                    } catch (FuseException e) {
                        reply.fail(e);
                    }
                }));
            }

            @Override public synchronized void mkdir(String path, MkDir op) {
                op.later(reply -> soon.execute(() -> {
                    files.put(path, "");
                    reply.reply(null);
                }));
            }

            @Override public FileHandle open(String path, Open op) {
                op.later(reply -> soon.execute(() -> reply.reply(Opened.of(7))));
                return NumberedHandle.of(0);
            }

            @Override public synchronized void rename(String from, String to, Rename op) {
                op.later(reply -> soon.execute(() -> {
                    super.rename(from, to, null);
                    reply.reply(null);
                }));
            }
        };
        mount(later);
        vfs.mkdir("/e");
        vfs.rename("/d", "/e/d");
        assertThat(vfs.readString("/e/d/g")).isEqualTo("deep");
        assertThat(later.reads).containsOnly(7L);
        fails(Errno.ENOENT, () -> vfs.stat("/d"));
    }

    @Test void pathsStayRightUnderConcurrentRenames() throws Exception {
        var failures = new ArrayList<String>();
        try (var file = vfs.open("/d/g", OpenFlag.READ, OpenFlag.WRITE)) {
            var renamer = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 300; i++) {
                    vfs.rename(i % 2 == 0 ? "/d" : "/e", i % 2 == 0 ? "/e" : "/d");
                }
            });
            while (!renamer.isDone()) {
                String text = read(file);
                if (!text.startsWith("deep")) {
                    failures.add(text);
                }
            }
            renamer.get(10, TimeUnit.SECONDS);
        }
        assertThat(failures).isEmpty();
        assertThat(texts.files).containsOnlyKeys("/d", "/d/g", "/f");
    }
}

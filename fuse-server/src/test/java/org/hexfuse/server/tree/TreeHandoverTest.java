package org.hexfuse.server.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Trees that are handed over, without a kernel and within the process. */
@Timeout(60) class TreeHandoverTest {
    /** What is below a path, of all processes: the name of each file and its inode number and text. */
    private final SortedMap<String, Stored> store = new TreeMap<>();
    private final List<String> calls = new ArrayList<>();
    private long lastIno = 1L << 40;

    private static final class Stored {
        private final long ino;
        private final boolean directory;
        private String text = "";

        Stored(long ino, boolean directory) {
            this.ino = ino;
            this.directory = directory;
        }
    }

    private Stored put(String path, String text) {
        var stored = new Stored(++lastIno, false);
        stored.text = text;
        store.put(path, stored);
        return stored;
    }

    private void makeDirectory(String path) {
        store.put(path, new Stored(++lastIno, true));
    }

    /** A node whose file is found by its path. */
    private class Found extends Node {
        final boolean late;
        private final long ino;

        Found(FileType type, long ino, boolean late) {
            super(type);
            this.ino = ino;
            this.late = late;
        }

        @Override public long ino() {
            return ino == 0 ? id() : ino;
        }

        final String path() {
            return id() == FuseFileSystem.ROOT ? ""
                    : ((Found) parent()).path() + "/" + dentry().orElseThrow().name();
        }

        final Stored stored(String path) {
            return Optional.ofNullable(store.get(path)).orElseThrow(() -> FuseException.of(Errno.ENOENT));
        }

        @Override public Attr getattr(GetAttr op) {
            return type() == FileType.DIRECTORY ? Attr.directory(0755) : Attr.file(0644, 1);
        }

        @Override public Child lookup(Lookup op) {
            Stored stored = stored(path() + "/" + op.name());
            FileType type = stored.directory ? FileType.DIRECTORY : FileType.REGULAR;
            Node node = child(op.name(), type, () -> new Found(type, ino == 0 ? 0 : stored.ino, late));
            return late ? later(op, reply -> Thread.ofVirtual().start(() -> reply.reply(node))) : node;
        }

        @Override public Stream<Listed> readdir(ReadDir op) {
            String path = path() + "/";
            return store.tailMap(path).keySet().stream().filter(name -> name.startsWith(path))
                    .map(name -> Listed.of(name.substring(path.length()), FileType.REGULAR)).toList().stream();
        }

        @Override public void unlink(Unlink op) {
            store.remove(path() + "/" + op.name());
        }

        @Override public void link(Link op, Node target) {
            store.put(path() + "/" + op.name(), store.get(((Found) target).path()));
        }

        @Override public void rename(Rename op, Node directory) {
            store.put(((Found) directory).path() + "/" + op.targetName(), store.remove(path() + "/" + op.name()));
        }

        @Override public FileHandle open(Open op) {
            Stored stored = stored(path());
            calls.add("open " + path() + " " + Integer.toOctalString(op.flags()));
            var handle = new OpenText(stored);
            return late ? later(op, reply -> Thread.ofVirtual().start(() -> reply.reply(handle))) : handle;
        }

        @Override public void opendir(OpenDir op) {
            calls.add("opendir " + path());
        }

        @Override public void releasedir(ReleaseDir op) {
            calls.add("releasedir " + path());
        }

        @Override public void forgotten() {
            calls.add("forgotten");
        }
    }

    private final class OpenText implements FileHandle {
        private final Stored stored;

        OpenText(Stored stored) {
            this.stored = stored;
        }

        @Override public void read(Read op, DataReply out) {
            out.writeSlice(stored.text.getBytes(UTF_8), op.offset());
        }

        @Override public int write(Write op) {
            byte[] data = new byte[op.size()];
            op.data().copyTo(0, data, 0, data.length);
            stored.text = stored.text.substring(0, (int) op.offset()) + new String(data, UTF_8);
            return op.size();
        }

        @Override public void release(Release op) {
            calls.add("release " + stored.text);
        }
    }

    private TreeFileSystem found(boolean hasIno, boolean late) {
        return new TreeFileSystem(new Found(FileType.DIRECTORY, hasIno ? 1 : 0, late)) {
            @Override public Optional<Handover> handover() {
                return Optional.of(new TreeHandover(this, "found 1"));
            }

            @Override public Set<Capability> capabilities() {
                return Set.of(Capability.RECORD_LOCKS, Capability.FLOCK);
            }
        };
    }

    private TreeFileSystem found() {
        return found(true, false);
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(errno));
    }

    // Nodes that are found by their names

    @Test void nodesHaveTheirIdsAndLookups() throws Exception {
        makeDirectory("/d");
        put("/d/f", "text");
        var kernel = new HandKernel(found());
        long directory = kernel.lookup("/d");
        long file = kernel.lookup("/d/f");
        kernel.lookup("/d/f");
        TreeFileSystem successor = found();
        kernel.handOver(successor);
        assertThat(kernel.lookup("/d/f")).isEqualTo(file);
        assertThat(successor.node(file).toString()).isEqualTo("REGULAR " + file + " (f)");
        kernel.forget(file);
        fails(Errno.ESTALE, () -> kernel.getattr(file));
        assertThat(kernel.getattr(directory).mode()).isEqualTo(Attr.directory(0755).mode());
        kernel.end();
        assertThat(successor.referencedNodes()).isEqualTo(1);
        assertThat(successor.root().child(Name.of("d"))).isEmpty();
    }

    @Test void aNodeThatIsMadeAfterwardsHasAnIdOfItsOwn() throws Exception {
        put("/a", "");
        put("/b", "");
        var kernel = new HandKernel(found());
        long a = kernel.lookup("/a");
        kernel.handOver(found());
        assertThat(kernel.lookup("/b")).isGreaterThan(a);
    }

    @Test void aDirectoryThatTheKernelDoesNotKnowIsThereForWhatIsBelow() throws Exception {
        makeDirectory("/d");
        put("/d/f", "text");
        var kernel = new HandKernel(found());
        long directory = kernel.lookup("/d");
        long file = kernel.lookup(directory, "f");
        kernel.forget(directory);
        TreeFileSystem successor = found();
        kernel.handOver(successor);
        assertThat(((Found) successor.node(file)).path()).isEqualTo("/d/f");
        fails(Errno.ESTALE, () -> kernel.getattr(directory));
        kernel.forget(file);
        assertThat(successor.root().child(Name.of("d"))).isEmpty();
    }

    @Test void aRenamedFileIsFoundByItsNewName() throws Exception {
        put("/old", "text");
        TreeFileSystem predecessor = found();
        var kernel = new HandKernel(predecessor);
        long file = kernel.lookup("/old");
        predecessor.rename(Rename.of(1, Name.of("old"), 1, Name.of("new")).withSession(kernel.session()));
        put("/old", "another");
        kernel.handOver(found());
        assertThat(kernel.read(kernel.open(file, OpenFlags.RDONLY))).isEqualTo("text");
        assertThat(kernel.lookup("/old")).isNotEqualTo(file);
        assertThat(kernel.lookup("/new")).isEqualTo(file);
    }

    @Test void aLinkedFileIsOne() throws Exception {
        put("/a", "text");
        TreeFileSystem predecessor = found();
        var kernel = new HandKernel(predecessor);
        long file = kernel.lookup("/a");
        kernel.entered(predecessor.link(Link.of(1, Name.of("b"), file).withSession(kernel.session())));
        TreeFileSystem successor = found();
        kernel.handOver(successor);
        assertThat(kernel.lookup("/a")).isEqualTo(file);
        assertThat(kernel.lookup("/b")).isEqualTo(file);
        assertThat(successor.node(file).dentries()).extracting(entry -> entry.name().toString())
                .containsExactly("a", "b");
    }

    @Test void aFileThatIsGoneIsStale() throws Exception {
        put("/f", "text");
        put("/g", "text");
        var kernel = new HandKernel(found());
        long file = kernel.lookup("/f");
        long other = kernel.lookup("/g");
        store.remove("/f");
        put("/g", "another file");
        kernel.handOver(found());
        fails(Errno.ESTALE, () -> kernel.getattr(file));
        fails(Errno.ESTALE, () -> kernel.getattr(other));
        fails(Errno.ENOENT, () -> kernel.lookup("/f"));
        assertThat(kernel.lookup("/g")).isNotEqualTo(other);
        assertThatCode(kernel::end).doesNotThrowAnyException();
    }

    @Test void aFileWithoutANameThatIsNotOpenIsStale() throws Exception {
        put("/f", "text");
        TreeFileSystem predecessor = found();
        var kernel = new HandKernel(predecessor);
        long file = kernel.lookup("/f");
        predecessor.unlink(Unlink.of(1, Name.of("f")).withSession(kernel.session()));
        kernel.handOver(found());
        fails(Errno.ESTALE, () -> kernel.getattr(file));
    }

    @Test void repliesMayBeLate() throws Exception {
        makeDirectory("/d");
        put("/d/f", "text");
        var kernel = new HandKernel(found());
        long file = kernel.lookup("/d/f");
        long handle = kernel.open(file, OpenFlags.RDWR);
        kernel.handOver(found(true, true));
        assertThat(kernel.read(handle)).isEqualTo("text");
        kernel.end();
    }

    // Open files

    @Test void anOpenFileIsOpenedAgainAndReadAndWritten() throws Exception {
        put("/f", "");
        var kernel = new HandKernel(found());
        long handle = kernel.open(kernel.lookup("/f"), OpenFlags.RDWR | OpenFlags.TRUNC | OpenFlags.APPEND);
        kernel.write(handle, 0, "before");
        TreeFileSystem successor = found();
        kernel.handOver(successor);
        assertThat(calls.getLast()).isEqualTo("open /f " + Integer.toOctalString(OpenFlags.RDWR | OpenFlags.APPEND));
        assertThat(kernel.read(handle)).isEqualTo("before");
        kernel.write(handle, 6, " and after");
        assertThat(store.get("/f").text).isEqualTo("before and after");
        assertThat(kernel.open(kernel.lookup("/f"), OpenFlags.RDONLY)).isGreaterThan(handle);
        kernel.end();
        assertThat(calls).contains("release before and after");
        assertThat(successor.referencedNodes()).isEqualTo(1);
    }

    @Test void anOpenFileWithoutANameIsRefused() throws Exception {
        put("/f", "text");
        TreeFileSystem predecessor = found();
        var kernel = new HandKernel(predecessor);
        long file = kernel.lookup("/f");
        long handle = kernel.open(file, OpenFlags.RDONLY);
        predecessor.unlink(Unlink.of(1, Name.of("f")).withSession(kernel.session()));
        assertThatThrownBy(kernel::save).isInstanceOf(IOException.class)
                .hasMessage("REGULAR " + file + " is open and has no name, by which another process could find it");
        assertThat(kernel.read(handle)).isEqualTo("text");
        kernel.release(handle);
        kernel.handOver(found());
    }

    @Test void anOpenFileThatIsAnotherNowIsNotTakenOver() throws Exception {
        put("/f", "text");
        var kernel = new HandKernel(found());
        long file = kernel.lookup("/f");
        long handle = kernel.open(file, OpenFlags.RDONLY);
        Stored former = store.get("/f");
        put("/f", "another file");
        assertThatThrownBy(() -> kernel.handOver(found())).isInstanceOf(IOException.class)
                .hasMessage("there is no REGULAR " + file + " (/f) here, which is open");
        assertThat(kernel.read(handle)).isEqualTo("text");
        store.put("/f", former);
        kernel.handOver(found());
        assertThat(kernel.read(handle)).isEqualTo("text");
    }

    @Test void aListingGoesOnBehindWhatWasTaken() throws Exception {
        for (String name : List.of("a", "b", "c", "d", "e")) {
            put("/" + name, "");
        }
        var kernel = new HandKernel(found());
        long listing = kernel.opendir(1);
        assertThat(kernel.readdir(listing, 0, 4)).containsExactly(". 1", ".. 2", "a 3", "b 4");
        store.remove("/a");
        put("/aa", "");
        kernel.handOver(found());
        assertThat(calls.getLast()).isEqualTo("opendir ");
        // "c" was taken of the stream, and did not fit.
        assertThat(kernel.readdir(listing, 4, 9)).containsExactly("c 5", "aa 6", "d 7", "e 8");
        assertThat(kernel.readdir(listing, 2, 2)).as("what was read before").containsExactly("a 3", "b 4");
        assertThat(kernel.readdir(listing, 8, 9)).isEmpty();
        kernel.handOver(found());
        assertThat(kernel.readdir(listing, 6, 9)).containsExactly("d 7", "e 8");
        assertThat(kernel.readdir(listing, 0, 9)).as("from the start").containsExactly(". 1", ".. 2", "aa 3", "b 4",
                "c 5", "d 6", "e 7");
        kernel.releasedir(listing);
        assertThat(calls.getLast()).isEqualTo("releasedir ");
    }

    @Test void locksStayHeld() throws Exception {
        put("/f", "");
        TreeFileSystem predecessor = found();
        var kernel = new HandKernel(predecessor);
        long file = kernel.lookup("/f");
        long handle = kernel.open(file, OpenFlags.RDWR);
        var range = new LockRange(LockType.WRITE, 0, 9, 5);
        predecessor.setlk(Lock.of(file, handle, 77, range).withSession(kernel.session()));
        TreeFileSystem successor = found();
        kernel.handOver(successor);
        Lock other = Lock.of(file, handle, 78, range).withSession(kernel.session());
        fails(Errno.EAGAIN, () -> successor.setlk(other));
        kernel.release(handle);
        assertThat(successor.locks().lockedFiles()).isZero();
        assertThat(predecessor.locks().lockedFiles()).as("it was destroyed").isZero();
    }

    @Test void aTreeOfSeveralKernelsIsRefused() throws Exception {
        TreeFileSystem predecessor = found();
        var kernel = new HandKernel(predecessor);
        var other = new HandKernel(predecessor);
        assertThatThrownBy(kernel::save).hasMessage("its files are served to 1 other kernels");
        byte[] saved = new HandKernel(found()).save();
        assertThatThrownBy(() -> new HandKernel(found()).restore(predecessor, saved))
                .hasMessage("its files are served to another kernel already");
        other.end();
    }

    // Nodes that the author saves

    /** Files in memory, in directories that keep them. */
    private static class Note extends Node {
        private String text;

        Note(FileType type, String text) {
            super(type);
            this.text = text;
        }

        @Override public boolean keepsChildren() {
            return true;
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.of(type(), 0755).nlink(nlink()).build();
        }

        @Override public Child mkdir(MkDir op) {
            return new Note(FileType.DIRECTORY, "");
        }

        @Override public NewFile create(Create op) {
            return NewFile.of(new Note(FileType.REGULAR, ""));
        }

        @Override public void link(Link op, Node target) {}

        @Override public void unlink(Unlink op) {}

        @Override public void read(Read op, DataReply out) {
            out.writeSlice(text.getBytes(UTF_8), op.offset());
        }

        @Override public synchronized int write(Write op) {
            byte[] data = new byte[op.size()];
            op.data().copyTo(0, data, 0, data.length);
            text = text.substring(0, (int) op.offset()) + new String(data, UTF_8);
            return op.size();
        }
    }

    private static final class Notes extends TreeFileSystem {
        private final boolean saves;

        Notes(boolean saves, String... initial) {
            super(new Note(FileType.DIRECTORY, ""));
            this.saves = saves;
            for (String name : initial) {
                root().addChild(name, new Note(FileType.REGULAR, "initial"));
            }
        }

        @Override public Optional<Handover> handover() {
            return Optional.of(new TreeHandover(this, "notes 1") {
                @Override protected void saveState(DataOutput out) throws IOException {
                    out.writeUTF(((Note) root()).text);
                }

                @Override protected void restoreState(DataInput in) throws IOException {
                    ((Note) root()).text = in.readUTF();
                }

                @Override protected boolean saveNode(Node node, DataOutput out) throws IOException {
                    if (saves) {
                        out.writeUTF(((Note) node).text);
                    }
                    return saves;
                }

                @Override protected Node restoreNode(FileType type, DataInput in) throws IOException {
                    return new Note(type, in.readUTF());
                }
            });
        }
    }

    private static long make(HandKernel kernel, TreeFileSystem fileSystem, long directory, String name)
            throws Exception {
        Created created = fileSystem.create(
                Create.of(directory, Name.of(name), OpenFlags.RDWR, 0644).withSession(kernel.session()));
        return kernel.opened(kernel.entered(created.entry()), created.opened().handle());
    }

    @Test void whatCallersHaveCreatedInMemoryIsThere() throws Exception {
        var predecessor = new Notes(true, "readme", "stays");
        ((Note) predecessor.root()).text = "of the root";
        var kernel = new HandKernel(predecessor);
        long directory = kernel.entered(
                predecessor.mkdir(MkDir.of(1, Name.of("d"), 0755).withSession(kernel.session())));
        long handle = make(kernel, predecessor, directory, "f");
        kernel.write(handle, 0, "text");
        long file = kernel.lookup("/d/f");
        predecessor.link(Link.of(1, Name.of("link"), file).withSession(kernel.session()));
        predecessor.unlink(Unlink.of(1, Name.of("readme")).withSession(kernel.session()));
        long readme = kernel.lookup("/stays");
        var successor = new Notes(true, "readme", "stays");
        assertThat(successor.root().child(Name.of("stays")).orElseThrow().id()).isPositive();
        kernel.handOver(successor);
        assertThat(kernel.read(handle)).isEqualTo("text");
        assertThat(kernel.lookup("/d/f")).isEqualTo(file);
        assertThat(kernel.lookup("/link")).isEqualTo(file);
        assertThat(kernel.getattr(file).nlink()).isEqualTo(2);
        assertThat(kernel.lookup("/stays")).isEqualTo(readme);
        assertThat(successor.root().children()).extracting(entry -> entry.name().toString())
                .containsExactlyInAnyOrder("stays", "d", "link");
        assertThat(((Note) successor.root()).text).isEqualTo("of the root");
        kernel.end();
        assertThat(successor.referencedNodes()).isEqualTo(1);
    }

    @Test void anOpenFileWithoutANameIsSavedWithItsNode() throws Exception {
        var predecessor = new Notes(true);
        var kernel = new HandKernel(predecessor);
        long handle = make(kernel, predecessor, 1, "f");
        kernel.write(handle, 0, "before");
        predecessor.unlink(Unlink.of(1, Name.of("f")).withSession(kernel.session()));
        long other = make(kernel, predecessor, 1, "f");
        var successor = new Notes(true);
        kernel.handOver(successor);
        kernel.write(handle, 6, " and after");
        assertThat(kernel.read(handle)).isEqualTo("before and after");
        assertThat(kernel.read(other)).isEmpty();
        assertThat(successor.root().children()).extracting(entry -> entry.name().toString()).containsExactly("f");
        kernel.end();
        assertThat(successor.referencedNodes()).isEqualTo(1);
    }

    @Test void keptFilesThatTheSuccessorLacksAreNotLost() throws Exception {
        var predecessor = new Notes(false);
        var kernel = new HandKernel(predecessor);
        kernel.release(make(kernel, predecessor, 1, "f"));
        long file = kernel.lookup("/f");
        kernel.forget(file);
        assertThatThrownBy(() -> kernel.handOver(new Notes(false))).isInstanceOf(IOException.class)
                .hasMessage("there is no REGULAR " + file + " (/f) here");
        assertThat(kernel.lookup("/f")).isEqualTo(file);
    }

    @Test void staticFilesAreFoundByTheirNames() throws Exception {
        var kernel = new HandKernel(statics("a", "b"));
        long a = kernel.lookup("/d/a");
        long b = kernel.lookup("/d/b");
        long handle = kernel.open(a, OpenFlags.RDONLY);
        kernel.handOver(statics("c", "a"));
        assertThat(kernel.read(handle)).isEqualTo("text of a");
        assertThat(kernel.lookup("/d/a")).isEqualTo(a);
        assertThat(kernel.lookup("/d/c")).isNotIn(a, b, 0L);
        fails(Errno.ESTALE, () -> kernel.getattr(b));
        kernel.end();
    }

    private static TreeFileSystem statics(String... names) {
        var directory = new StaticDirectory();
        Arrays.stream(names).forEach(name -> directory.with(name, new StaticFile("text of " + name)));
        return new TreeFileSystem(new StaticDirectory().with("d", directory)) {
            @Override public Optional<Handover> handover() {
                return Optional.of(new TreeHandover(this, "static 1"));
            }
        };
    }

    // Open files that the author saves

    /** A file whose text is that of the time when it was opened; two opens at the same time share an object. */
    private static final class Clock extends Node {
        private Snapshot last;

        Clock() {
            super(FileType.REGULAR);
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.file(0444, 0);
        }

        @Override public synchronized FileHandle open(Open op) {
            last = last == null ? new Snapshot("opened in " + op.node()) : last;
            return last;
        }
    }

    private record Snapshot(String text) implements FileHandle {
        @Override public void read(Read op, DataReply out) {
            out.writeSlice(text.getBytes(UTF_8), op.offset());
        }
    }

    private static TreeFileSystem clock(List<FileHandle> restored) {
        return new TreeFileSystem(new StaticDirectory().with("clock", new Clock())) {
            @Override public Optional<Handover> handover() {
                return Optional.of(new TreeHandover(this, "clock 1") {
                    @Override protected boolean saveHandle(Node node, FileHandle handle, DataOutput out)
                            throws IOException {
                        out.writeUTF(((Snapshot) handle).text);
                        return true;
                    }

                    @Override protected FileHandle restoreHandle(Node node, int flags, DataInput in)
                            throws IOException {
                        restored.add(new Snapshot(in.readUTF() + " with " + flags));
                        return restored.getLast();
                    }
                });
            }
        };
    }

    @Test void anOpenFileWithAStateIsSavedOnce() throws Exception {
        var restored = new ArrayList<FileHandle>();
        var kernel = new HandKernel(clock(restored));
        long node = kernel.lookup("/clock");
        long one = kernel.open(node, OpenFlags.RDONLY);
        long two = kernel.open(node, OpenFlags.RDWR);
        kernel.handOver(clock(restored));
        assertThat(kernel.read(one)).isEqualTo("opened in " + node + " with 0");
        assertThat(kernel.read(two)).isEqualTo(kernel.read(one));
        assertThat(restored).hasSize(1);
        kernel.end();
    }

    // Garbage

    @Test void garbageIsAnIOExceptionAndThePredecessorServesOn() throws Exception {
        var predecessor = new Notes(true, "a", "b");
        var kernel = new HandKernel(predecessor);
        long handle = make(kernel, predecessor, 1, "f");
        kernel.write(handle, 0, "text");
        long listing = kernel.opendir(1);
        kernel.readdir(listing, 0, 4);
        predecessor.setlk(Lock.of(kernel.lookup("/f"), handle, 1, new LockRange(LockType.READ, 0, 9, 5))
                .withSession(kernel.session()));
        byte[] saved = kernel.save();
        var random = new Random(42);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = i < saved.length ? Arrays.copyOf(saved, i) : saved.clone();
            if (i >= saved.length) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                // It may have been damaged where a text is.
                kernel.tryToRestore(new Notes(true, "a", "b"), damaged);
            } catch (IOException _) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(saved.length);
        assertThat(kernel.read(handle)).isEqualTo("text");
        kernel.handOver(new Notes(true, "a", "b"));
        assertThat(kernel.read(handle)).isEqualTo("text");
        assertThatThrownBy(() -> kernel.restore(new Notes(true), Arrays.copyOf(saved, saved.length - 1)))
                .isInstanceOf(IOException.class);
    }
}

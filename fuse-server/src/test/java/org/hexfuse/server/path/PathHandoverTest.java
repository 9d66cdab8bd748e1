package org.hexfuse.server.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.HandKernel;
import org.hexfuse.server.tree.Listed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Filesystems of paths that are handed over, without a kernel and within the process. */
@Timeout(60) class PathHandoverTest {
    /** The files of all processes, whose attributes have no inode numbers. */
    private final SortedMap<String, Text> files = new TreeMap<>();
    private final List<String> calls = new ArrayList<>();

    private static final class Text implements OpenFile {
        private String text;

        Text(String text) {
            this.text = text;
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.file(0644, text.length());
        }

        @Override public Attr setattr(SetAttr op) {
            return getattr(null);
        }

        @Override public void read(Read op, DataReply out) {
            out.writeSlice(text.getBytes(UTF_8), op.offset());
        }

        @Override public int write(Write op) {
            byte[] data = new byte[op.size()];
            op.data().copyTo(0, data, 0, data.length);
            text = text.substring(0, (int) op.offset()) + new String(data, UTF_8);
            return op.size();
        }
    }

    /** Open files are numbers, or objects without a path. */
    private class Texts implements PathOperations {
        final boolean objects;
        private long last;

        Texts(boolean objects) {
            this.objects = objects;
        }

        @Override public Optional<PathHandover> handover() {
            return Optional.of(new PathHandover("texts 1"));
        }

        final Text text(String path) {
            return Optional.ofNullable(files.get(path)).orElseThrow(() -> FuseException.of(Errno.ENOENT));
        }

        @Override public Attr getattr(String path, GetAttr op) {
            return path.equals("/") || path.equals("/d") ? Attr.directory(0755) : text(path).getattr(op);
        }

        @Override public FileHandle open(String path, Open op) {
            calls.add("open " + path + " " + Integer.toOctalString(op.flags()));
            Text text = text(path);
            return objects ? text : NumberedHandle.of(++last);
        }

        @Override public void read(String path, Read op, DataReply out) {
            text(path).read(op, out);
        }

        @Override public int write(String path, Write op) {
            return text(path).write(op);
        }

        @Override public void unlink(String path, Unlink op) {
            calls.add("unlink " + path);
            files.remove(path);
        }

        @Override public void link(String existing, String path, Link op) {
            files.put(path, text(existing));
        }

        @Override public void rename(String from, String to, Rename op) {
            files.put(to, files.remove(from));
        }

        @Override public Stream<Listed> readdir(String path, ReadDir op) {
            return files.keySet().stream().map(name -> Listed.of(name.substring(1), FileType.REGULAR));
        }
    }

    private PathFileSystem texts() {
        return PathFileSystem.of(new Texts(false));
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test void filesAreFoundAndOpenedByTheirPaths() throws Exception {
        files.put("/d/f", new Text(""));
        var kernel = new HandKernel(texts());
        long file = kernel.lookup("/d/f");
        long handle = kernel.open(file, OpenFlags.RDWR | OpenFlags.TRUNC);
        kernel.write(handle, 0, "before");
        PathFileSystem successor = texts();
        kernel.handOver(successor);
        assertThat(calls.getLast()).isEqualTo("open /d/f 2");
        kernel.write(handle, 6, " and after");
        assertThat(kernel.read(handle)).isEqualTo("before and after");
        assertThat(kernel.lookup("/d/f")).isEqualTo(file);
        kernel.end();
        assertThat(successor.referencedNodes()).isEqualTo(1);
    }

    @Test void aRenamedFileHasItsNewPath() throws Exception {
        files.put("/old", new Text("text"));
        PathFileSystem predecessor = texts();
        var kernel = new HandKernel(predecessor);
        long handle = kernel.open(kernel.lookup("/old"), OpenFlags.RDONLY);
        predecessor.rename(Rename.of(1, Name.of("old"), 1, Name.of("new")).withSession(kernel.session()));
        kernel.handOver(texts());
        assertThat(calls.getLast()).isEqualTo("open /new 0");
        assertThat(kernel.read(handle)).isEqualTo("text");
    }

    @Test void aLinkThatNothingElseShowsIsKnown() throws Exception {
        files.put("/a", new Text("text"));
        PathFileSystem predecessor = texts();
        var kernel = new HandKernel(predecessor);
        long file = kernel.lookup("/a");
        kernel.entered(predecessor.link(Link.of(1, Name.of("b"), file).withSession(kernel.session())));
        PathFileSystem successor = texts();
        kernel.handOver(successor);
        assertThat(kernel.lookup("/a")).isEqualTo(file);
        assertThat(kernel.lookup("/b")).isEqualTo(file);
        successor.unlink(Unlink.of(1, Name.of("a")).withSession(kernel.session()));
        assertThat(kernel.read(kernel.open(file, OpenFlags.RDONLY))).isEqualTo("text");
        assertThat(calls.getLast()).isEqualTo("open /b 0");
    }

    // Files without a name

    private long unlinkOpen(HandKernel kernel, PathFileSystem predecessor) throws Exception {
        files.put("/f", new Text("text"));
        long handle = kernel.open(kernel.lookup("/f"), OpenFlags.RDWR);
        predecessor.unlink(Unlink.of(1, Name.of("f")).withSession(kernel.session()));
        return handle;
    }

    @Test void aHiddenFileIsHandedOverAndRemovedWhenItIsClosed() throws Exception {
        PathFileSystem predecessor = texts();
        var kernel = new HandKernel(predecessor);
        long handle = unlinkOpen(kernel, predecessor);
        String hidden = files.firstKey();
        kernel.handOver(texts());
        assertThat(calls).containsExactly("open /f 2", "open " + hidden + " 2");
        kernel.write(handle, 4, " and more");
        assertThat(kernel.read(handle)).isEqualTo("text and more");
        assertThat(kernel.readdir(kernel.opendir(1), 2, 9)).as("it is not listed").isEmpty();
        files.put("/f", new Text("another"));
        assertThat(kernel.read(kernel.open(kernel.lookup("/f"), OpenFlags.RDONLY))).isEqualTo("another");
        kernel.handOver(texts());
        kernel.release(handle);
        assertThat(calls.getLast()).isEqualTo("unlink " + hidden);
        assertThat(files).containsOnlyKeys("/f");
    }

    @Test void aSuccessorThatFailsRemovesNoHiddenFile() throws Exception {
        PathFileSystem predecessor = texts();
        var kernel = new HandKernel(predecessor);
        long handle = unlinkOpen(kernel, predecessor);
        byte[] saved = kernel.save();
        assertThatThrownBy(() -> kernel.restore(texts(), Arrays.copyOf(saved, saved.length - 1)))
                .isInstanceOf(IOException.class);
        assertThat(kernel.read(handle)).isEqualTo("text");
        assertThat(files).hasSize(1);
    }

    @Test void aHiddenFileThatIsGoneIsNotTakenOver() throws Exception {
        PathFileSystem predecessor = texts();
        var kernel = new HandKernel(predecessor);
        unlinkOpen(kernel, predecessor);
        String hidden = files.firstKey();
        files.clear();
        assertThatThrownBy(() -> kernel.handOver(texts())).isInstanceOf(IOException.class)
                .hasMessage(hidden
                        + ", which was removed while it was open, is not here: No such file or directory (ENOENT)");
    }

    @Test void anOpenFileWithoutANameIsRefused() throws Exception {
        PathFileSystem predecessor = PathFileSystem.of(new Texts(true));
        var kernel = new HandKernel(predecessor);
        long handle = unlinkOpen(kernel, predecessor);
        assertThatThrownBy(kernel::save).isInstanceOf(IOException.class)
                .hasMessageMatching("REGULAR \\d+ is open and has no name, and its open file is not saved");
        assertThat(kernel.read(handle)).isEqualTo("text");
    }

    /** Saves open files that have no name, and all files. */
    private final class Saving extends Texts {
        Saving() {
            super(true);
        }

        @Override public Optional<PathHandover> handover() {
            return Optional.of(new PathHandover("saving 1") {
                @Override protected void saveState(DataOutput out) throws IOException {
                    out.writeInt(files.size());
                    for (var file : files.entrySet()) {
                        out.writeUTF(file.getKey());
                        out.writeUTF(file.getValue().text);
                    }
                }

                @Override protected void restoreState(DataInput in) throws IOException {
                    files.clear();
                    for (int left = in.readInt(); left > 0; left--) {
                        files.put(in.readUTF(), new Text(in.readUTF()));
                    }
                }

                @Override protected boolean saveHandle(String path, FileHandle handle, DataOutput out)
                        throws IOException {
                    if (path.isEmpty()) {
                        out.writeUTF(((Text) handle).text);
                    }
                    return path.isEmpty();
                }

                @Override protected FileHandle restoreHandle(String path, int flags, DataInput in)
                        throws IOException {
                    return new Text(in.readUTF());
                }
            });
        }
    }

    @Test void anOpenFileWithoutANameMayBeSaved() throws Exception {
        PathFileSystem predecessor = PathFileSystem.of(new Saving());
        var kernel = new HandKernel(predecessor);
        files.put("/f", new Text("text"));
        long file = kernel.lookup("/f");
        long one = kernel.open(file, OpenFlags.RDWR);
        long two = kernel.open(file, OpenFlags.RDWR);
        predecessor.unlink(Unlink.of(1, Name.of("f")).withSession(kernel.session()));
        files.put("/f", new Text("another"));
        long other = kernel.open(kernel.lookup("/f"), OpenFlags.RDONLY);
        kernel.handOver(PathFileSystem.of(new Saving()));
        kernel.write(one, 4, " and more");
        assertThat(kernel.read(two)).as("one file, as before").isEqualTo("text and more");
        assertThat(kernel.read(other)).isEqualTo("another");
        assertThat(kernel.getattr(file).size()).isEqualTo(13);
        kernel.end();
        fails(Errno.ESTALE, () -> kernel.getattr(file));
    }
}

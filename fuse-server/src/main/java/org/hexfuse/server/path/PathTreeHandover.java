package org.hexfuse.server.path;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.FutureReply;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Session;
import org.hexfuse.server.path.PathNode.Place;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeHandover;

/** The handover of the tree below a {@link PathFileSystem}: files have their paths, those without one a hidden name or an open file. */
final class PathTreeHandover extends TreeHandover {
    /** How long late attributes may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int HIDDEN = 1;
    private static final int OPEN = 2;
    private static final int REMOVED = 3;
    /** Before an open file that was not saved for an earlier open. */
    private static final int NEW = -1;

    private final PathFileSystem fileSystem;
    private final Paths paths;
    private final PathHandover author;
    private final IdentityHashMap<FileHandle, Integer> saved = new IdentityHashMap<>();
    private final List<FileHandle> restored = new ArrayList<>();
    private Session session;

    PathTreeHandover(PathFileSystem fileSystem, Paths paths, PathHandover author) {
        super(fileSystem, author.format());
        this.fileSystem = fileSystem;
        this.paths = paths;
        this.author = author;
    }

    @Override public void save(Session kernel, DataOutput out) throws IOException {
        saved.clear();
        super.save(kernel, out);
    }

    @Override public void restore(Session kernel, DataInput in) throws IOException {
        session = kernel;
        super.restore(kernel, in);
    }

    @Override protected void saveState(DataOutput out) throws IOException, InterruptedException {
        out.writeLong(paths.hidden.last());
        author.saveState(out);
    }

    @Override protected void restoreState(DataInput in) throws IOException, InterruptedException {
        paths.hidden.continueAfter(in.readLong());
        author.restoreState(in);
    }

    @Override protected boolean saveNode(Node node, DataOutput out) throws IOException {
        var file = (PathNode) node;
        Place place = file.hidden();
        boolean named = file.dentry().isPresent();
        if (place != null && (named || !file.isSettled())) {
            throw new IOException(file + " has the hidden name " + place.name() + " for a moment");
        }
        if (place != null) {
            out.writeByte(HIDDEN);
            out.writeLong(place.parent().id());
            out.writeUTF(place.name().toString());
            return true;
        }
        Attr last = file.last();
        if (!named && last != null) {
            out.writeByte(REMOVED);
            last.save(out);
            return true;
        }
        if (named || !file.isOpenWithoutPath()) {
            return false;
        }
        out.writeByte(OPEN);
        out.writeLong(file.ino() == file.id() ? 0 : file.ino());
        return true;
    }

    @Override protected Node restoreNode(FileType type, DataInput in) throws IOException, InterruptedException {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case HIDDEN -> hidden(type, new Place((PathNode) fileSystem.node(in.readLong()), Name.of(in.readUTF())));
            case OPEN -> new PathNode(paths, type, Attr.ofMode(0).ino(in.readLong()).build());
            case REMOVED -> PathNode.removed(paths, type, Attr.restore(in));
            default -> throw new IOException("a file of kind " + kind);
        };
    }

    private PathNode hidden(FileType type, Place place) throws IOException, InterruptedException {
        String path = PathLocks.path(place.parent(), place.name());
        GetAttr getattr = GetAttr.of(place.parent().id()).withSession(session);
        try {
            Attr attr = FutureReply.of(getattr, op -> paths.operations.getattr(path, op)).await(PATIENCE);
            var node = new PathNode(paths, FileType.ofMode(attr.mode()).orElse(type), attr);
            paths.hidden.restored(node, place);
            return node;
        } catch (FuseException | IOException e) {
            throw new IOException(path + ", which was removed while it was open, is not here: " + e.getMessage(), e);
        }
    }

    @Override protected boolean saveHandle(Node node, FileHandle handle, DataOutput out)
            throws IOException, InterruptedException {
        FileHandle given = ((PathHandle) handle).given();
        Integer earlier = saved.get(given);
        if (earlier != null) {
            out.writeInt(earlier);
            return true;
        }
        String path = paths.pathOrNone((PathNode) node);
        var section = new Prefixed(out);
        boolean present = author.saveHandle(path, given, new DataOutputStream(section));
        if (present) {
            section.begin();
            saved.put(given, saved.size());
        } else if (path.isEmpty()) {
            throw new IOException(node + " is open and has no name, and its open file is not saved");
        }
        return present;
    }

    @Override protected FileHandle restoreHandle(Node node, int flags, DataInput in)
            throws IOException, InterruptedException {
        var file = (PathNode) node;
        int earlier = in.readInt();
        if (earlier >= restored.size()) {
            throw new IOException("an open file of number " + earlier + " of " + restored.size());
        }
        if (earlier < 0) {
            restored.add(author.restoreHandle(paths.pathOrNone(file), flags, in));
        }
        FileHandle given = earlier < 0 ? restored.getLast() : restored.get(earlier);
        if (!(given instanceof OpenFile) && file.dentry().isEmpty() && file.hidden() == null) {
            throw new IOException(file + " has no name, and its open file is no OpenFile");
        }
        return file.opened(given);
    }

    /** Writes {@link #NEW} before the first byte. */
    private static final class Prefixed extends OutputStream {
        private final DataOutput out;
        private boolean begun;

        Prefixed(DataOutput out) {
            this.out = out;
        }

        void begin() throws IOException {
            if (!begun) {
                begun = true;
                out.writeInt(NEW);
            }
        }

        @Override public void write(int one) throws IOException {
            begin();
            out.write(one);
        }

        @Override public void write(byte[] bytes, int offset, int length) throws IOException {
            begin();
            out.write(bytes, offset, length);
        }
    }
}

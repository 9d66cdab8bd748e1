package org.hexfuse.server.tree;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.Handover;
import org.hexfuse.server.Session;

/**
 * The handover of a filesystem of nodes. One whose files are found by their names, in every process, needs nothing but a format:
 *
 * {@snippet :
 * @Override public Optional<Handover> handover() {
 *     return Optional.of(new TreeHandover(this, "archive 1"));
 * }
 * }
 *
 * <p>The framework saves node ids, names, open files and directories, and the locks that it keeps. In the successor each known name is
 * looked up, from the root down, in what its directory keeps or by {@link Node#lookup}; files are opened by {@link Node#open} with the
 * flags that they were opened with, without those that create or truncate, and directories by {@link Node#opendir}. These operations are
 * made by hand: their caller is root, and replies may be late. A listing goes on behind the names that were taken of it.
 *
 * <p>What only the memory of the predecessor has is saved and restored by the methods here: {@link #saveNode} for nodes that callers have
 * created in it, and for open files without a name; {@link #saveHandle} for open files with a state of their own; {@link #saveState} for
 * all else, such as the attributes of the root, which is never saved as a node. In directories that
 * {@linkplain Node#keepsChildren keep their children} the successor has the names that the predecessor had.
 *
 * <p>A name that the successor does not find, or that leads to a file of another type or {@linkplain Node#ino inode number} there, is as
 * if it had been removed: its node is ESTALE, upon which Linux looks the name up again. If that file is open, or its directory keeps its
 * children, the handover fails, as it does if there is an open file without a name that {@link #saveNode} does not save. The predecessor
 * goes on then.
 *
 * <p>Only a filesystem that one kernel uses can be handed over. Open files are not released by the predecessor, nor in a successor that
 * fails: {@link TreeFileSystem#end} closes what is the process's own.
 */
public class TreeHandover implements Handover {
    private final TreeFileSystem fileSystem;
    private final String format;

    /**
     * The handover of {@code fileSystem}.
     *
     * @param format what is saved, and its version, see {@link Handover#format}
     */
    public TreeHandover(TreeFileSystem fileSystem, String format) {
        this.fileSystem = Objects.requireNonNull(fileSystem);
        this.format = Objects.requireNonNull(format);
    }

    @Override public final String format() {
        return format;
    }

    @Override public void save(Session session, DataOutput out) throws IOException {
        new TreeSaver(this, fileSystem, session, out).save();
    }

    @Override public void restore(Session session, DataInput in) throws IOException {
        new TreeRestorer(this, fileSystem, session, in).restore();
    }

    /**
     * Writes what the filesystem has beside its nodes. Must have no effect.
     *
     * @throws IOException to refuse the handover, with the reason in one line; so do all that save
     */
    protected void saveState(DataOutput out) throws IOException, InterruptedException {}

    /**
     * Reads what {@link #saveState} has written, before anything else is restored.
     *
     * @throws IOException if this process cannot go on with it, with the reason in one line; so do all that restore
     */
    protected void restoreState(DataInput in) throws IOException, InterruptedException {}

    /**
     * Writes a node that a successor cannot find by its name. The framework saves its type, its id and its names.
     *
     * @return whether it is saved; by default false, which is for nodes that are found by their names: nothing was written then
     */
    protected boolean saveNode(Node node, DataOutput out) throws IOException, InterruptedException {
        return false;
    }

    /** Makes the node that {@link #saveNode} has saved. */
    protected Node restoreNode(FileType type, DataInput in) throws IOException, InterruptedException {
        throw new IOException("it cannot restore a " + type + " that its predecessor has saved");
    }

    /**
     * Writes an open file that {@link Node#open} would not make in a successor. Not called for a node that is its own handle. An object that
     * several opens have returned is saved once.
     *
     * @return whether it is saved; by default false, which is for files that are opened again: nothing was written then
     */
    protected boolean saveHandle(Node node, FileHandle handle, DataOutput out)
            throws IOException, InterruptedException {
        return false;
    }

    /**
     * Makes the open file that {@link #saveHandle} has saved.
     *
     * @param flags the flags that it was opened with
     */
    protected FileHandle restoreHandle(Node node, int flags, DataInput in) throws IOException, InterruptedException {
        throw new IOException("it cannot restore an open file that its predecessor has saved");
    }
}

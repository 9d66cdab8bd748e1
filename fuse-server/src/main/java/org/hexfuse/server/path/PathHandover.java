package org.hexfuse.server.path;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;
import org.hexfuse.server.tree.FileHandle;

/**
 * The handover of a filesystem of paths. One whose files another process finds by their paths needs nothing but a format:
 *
 * {@snippet :
 * @Override public Optional<PathHandover> handover() {
 *     return Optional.of(new PathHandover("files 1"));
 * }
 * }
 *
 * <p>In the successor {@code getattr} is called for each known path, {@code open} for each open file, with the flags that it was opened
 * with, without those that create or truncate, and {@code opendir} for each open directory; by operations of root. Inode numbers, where
 * there are any, are to be the same in both processes: a path that leads to another type or number is as if it had been removed, see
 * {@link org.hexfuse.server.tree.TreeHandover}. Files that were removed while they were open, and have a hidden name, are handed over.
 * One that is an {@link OpenFile} without a name is if {@link #saveHandle} saves it; otherwise the predecessor goes on.
 */
public class PathHandover {
    private final String format;

    /**
     * A handover.
     *
     * @param format what is saved, and its version, see {@link org.hexfuse.server.Handover#format}
     */
    public PathHandover(String format) {
        this.format = Objects.requireNonNull(format);
    }

    final String format() {
        return format;
    }

    /**
     * Writes what only the memory of this process has, such as all files. Must have no effect.
     *
     * @throws IOException to refuse the handover, with the reason in one line
     */
    protected void saveState(DataOutput out) throws IOException, InterruptedException {}

    /**
     * Reads what {@link #saveState} has written, before a path is used.
     *
     * @throws IOException if this process cannot go on with it, with the reason in one line
     */
    protected void restoreState(DataInput in) throws IOException, InterruptedException {}

    /**
     * Writes an open file that {@link PathOperations#open} would not make in a successor. An object that several opens have returned is
     * saved once.
     *
     * @param path empty if it has no name
     * @return whether it is saved; by default false, which is for files that are opened again: nothing was written then
     */
    protected boolean saveHandle(String path, FileHandle handle, DataOutput out)
            throws IOException, InterruptedException {
        return false;
    }

    /**
     * Makes the open file that {@link #saveHandle} has saved.
     *
     * @param path empty if it has no name
     * @param flags the flags that it was opened with
     */
    protected FileHandle restoreHandle(String path, int flags, DataInput in) throws IOException, InterruptedException {
        throw new IOException("it cannot restore an open file that its predecessor has saved");
    }
}

package org.hexfuse.command.shell;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Vfs;

/**
 * Walks a tree of the filesystem depth first. It does not recurse, since the server determines the depth of the tree: up
 * to paths of 4096 bytes, where ENAMETOOLONG ends the walk.
 */
final class TreeWalk {
    private final Vfs vfs;
    private final Deque<Level> levels = new ArrayDeque<>();

    /** A directory whose entries are being visited. */
    private record Level(String path, Stat stat, Iterator<DirectoryEntry> entries) {}

    /** The operation on each file. */
    interface Visitor {
        /** Called for each file, and for a directory before its entries. */
        void enter(String path, Stat stat) throws IOException;

        /** Called for a directory when all its entries were visited. */
        default void leave(String path, Stat stat) throws IOException {}
    }

    private TreeWalk(Vfs vfs) {
        this.vfs = vfs;
    }

    /** Visits {@code path} and, if it is a directory, all that is below; symbolic links are not followed. */
    static void walk(Vfs vfs, String path, Visitor visitor) {
        var walk = new TreeWalk(vfs);
        walk.enter(path, visitor);
        while (!walk.levels.isEmpty()) {
            walk.step(visitor);
        }
    }

    private void step(Visitor visitor) {
        Level level = levels.getLast();
        if (level.entries.hasNext()) {
            enter(Transfer.join(level.path, level.entries.next().name().toString()), visitor);
        } else {
            levels.removeLast();
            Transfer.at(level.path, () -> visitor.leave(level.path, level.stat));
        }
    }

    private void enter(String path, Visitor visitor) {
        Transfer.at(path, () -> {
            Stat stat = vfs.lstat(path);
            visitor.enter(path, stat);
            if (stat.isDirectory()) {
                levels.add(new Level(path, stat, vfs.list(path).iterator()));
            }
        });
    }
}

package org.hexfuse.command.shell;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Walks a tree for a command, depth first, and follows no symbolic link. The first failure ends it, with the path and the reason, unless
 * the visitor goes on. The
 * server determines the depth of its tree, up to paths of 4096 bytes, where ENAMETOOLONG ends the walk.
 */
final class TreeWalk extends SimpleFileVisitor<Path> {
    /** The most entries of a directory, as many as {@code Vfs.list} returns: a server may list without end. */
    private static final long MAX_LISTED = Math.clamp(Runtime.getRuntime().maxMemory() / 256, 1 << 16, 1 << 26);

    private final Visitor visitor;
    /** How many entries each directory above has had. */
    private final Deque<long[]> listed = new ArrayDeque<>();

    /** The operation on each file. */
    interface Visitor {
        /** Called for each file, and for a directory before its entries. */
        void enter(Path file, BasicFileAttributes attributes) throws IOException;

        /** Called for a directory when all its entries were visited. */
        default void leave(Path directory) throws IOException {}

        /** Called for what could not be entered, listed or left: throws it, or goes on, without what is below a directory. */
        default void failed(CommandFailure failure) {
            throw failure;
        }
    }

    private TreeWalk(Visitor visitor) {
        this.visitor = visitor;
    }

    /** Visits a file and, if it is a directory, all that is below. */
    static void walk(Path root, Visitor visitor) {
        CommandFailure.at(root, () -> Files.walkFileTree(root, new TreeWalk(visitor)));
    }

    @Override public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        enter(file, attributes);
        return FileVisitResult.CONTINUE;
    }

    private boolean enter(Path file, BasicFileAttributes attributes) {
        count(file);
        return attempt(file, () -> visitor.enter(file, attributes));
    }

    private boolean attempt(Path file, CommandFailure.Action action) {
        try {
            CommandFailure.at(file, action);
            return true;
        } catch (CommandFailure failure) {
            visitor.failed(failure);
            return false;
        }
    }

    @Override public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        if (!enter(directory, attributes)) {
            return FileVisitResult.SKIP_SUBTREE;
        }
        listed.addLast(new long[1]);
        return FileVisitResult.CONTINUE;
    }

    @Override public FileVisitResult postVisitDirectory(Path directory, IOException failure) {
        if (failure != null) {
            visitor.failed(CommandFailure.of(directory, failure));
        }
        listed.removeLast();
        attempt(directory, () -> visitor.leave(directory));
        return FileVisitResult.CONTINUE;
    }

    @Override public FileVisitResult visitFileFailed(Path file, IOException failure) {
        visitor.failed(CommandFailure.of(file, failure));
        return FileVisitResult.CONTINUE;
    }

    private void count(Path file) {
        long[] siblings = listed.peekLast();
        if (siblings != null && ++siblings[0] > MAX_LISTED) {
            throw CommandFailure.of(CommandFailure.shortened(String.valueOf(file.getParent())) + ": has more than "
                    + MAX_LISTED + " entries, or its server lists them without end");
        }
    }
}

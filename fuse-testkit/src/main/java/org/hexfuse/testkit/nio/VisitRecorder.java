package org.hexfuse.testkit.nio;

import static java.nio.file.FileVisitResult.CONTINUE;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** A visitor that keeps a line of each visit. */
class VisitRecorder extends SimpleFileVisitor<Path> {
    private final Path base;
    private final List<String> visits = new ArrayList<>();

    /** Names the paths relative to a base. */
    VisitRecorder(Path base) {
        this.base = base;
    }

    /** The visits until now. */
    List<String> visits() {
        return visits;
    }

    /** Keeps a visit. */
    FileVisitResult visited(String visit, Path path) {
        visits.add(visit + " " + base.relativize(path));
        return CONTINUE;
    }

    @Override public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
        return visited("enter", path);
    }

    @Override public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
        return visited(attributes.isSymbolicLink() ? "link" : attributes.isDirectory() ? "directory" : "file",
                path);
    }

    @Override public FileVisitResult visitFileFailed(Path path, IOException failure) {
        return visited(failure.getClass().getSimpleName(), path);
    }

    @Override public FileVisitResult postVisitDirectory(Path path, IOException failure) {
        return visited(failure == null ? "leave" : failure.getClass().getSimpleName(), path);
    }
}

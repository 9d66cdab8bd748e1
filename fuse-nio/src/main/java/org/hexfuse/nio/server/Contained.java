package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * What an archive contains, to compare a new one with what it was made from.
 *
 * @param files the number of files
 * @param bytes the bytes of all of them
 * @param names a sum over their names and sizes, in any order
 */
record Contained(long files, long bytes, long names) {
    static Contained of(Path root) throws IOException {
        var counter = new Counter();
        Files.walkFileTree(root, counter);
        return new Contained(counter.files, counter.bytes, counter.names);
    }

    @Override public String toString() {
        return files + " files of " + bytes + " bytes";
    }

    private static final class Counter extends SimpleFileVisitor<Path> {
        private long files;
        private long bytes;
        private long names;

        @Override public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files++;
            bytes += attributes.size();
            names += file.toString().hashCode() * 31L + attributes.size();
            return FileVisitResult.CONTINUE;
        }
    }
}

package org.hexfuse.nio.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Copies a tree of files, replaces some by temporary files and moves, and removes the first tree, as build tools do. Fails by its exit status. */
final class TreeCopyProgram {
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2001-02-03T04:05:06.789012345Z"));

    private TreeCopyProgram() {}

    public static void main(String[] args) throws IOException {
        Path source = Path.of("project");
        make(source);
        Path target = Path.of("/out/copy");
        Files.createDirectories(target.getParent());
        copy(source, target);
        compare(source, target);
        replaceByMove(target.resolve("module1/src/C1.java"));
        remove(source);
        check(Files.notExists(source), "the source is removed");
        Files.move(target, Path.of("/moved"));
        try (var walk = Files.walk(Path.of("/moved"))) {
            System.out.println(walk.count() + " files");
        }
        checkTemporaryFiles();
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("not so: " + what);
        }
    }

    private static void make(Path root) throws IOException {
        byte[] large = new byte[300_000];
        Arrays.fill(large, (byte) 7);
        for (int i = 0; i < 5; i++) {
            Path sources = Files.createDirectories(root.resolve("module" + i).resolve("src"));
            for (int j = 0; j < 10; j++) {
                try (BufferedWriter writer = Files.newBufferedWriter(sources.resolve("C" + j + ".java"))) {
                    writer.write("class C" + j + " {");
                    writer.newLine();
                    writer.write("}");
                }
            }
            Path script = Files.write(sources.getParent().resolve("run.sh"), large);
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x--x"));
            Files.setLastModifiedTime(script, LONG_AGO);
            Files.createSymbolicLink(sources.getParent().resolve("link"), Path.of("src/C0.java"));
            Files.setLastModifiedTime(sources, LONG_AGO);
        }
    }

    private static void copy(Path source, Path target) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            private Path copyOf(Path file) {
                return target.resolve(source.relativize(file));
            }

            @Override public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.copy(directory, copyOf(directory), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }

            @Override public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, copyOf(file), StandardCopyOption.COPY_ATTRIBUTES,
                        StandardCopyOption.REPLACE_EXISTING, LinkOption.NOFOLLOW_LINKS);
                return FileVisitResult.CONTINUE;
            }

            @Override public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                Files.setLastModifiedTime(copyOf(directory), Files.getLastModifiedTime(directory));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void compare(Path source, Path target) throws IOException {
        List<Path> files;
        try (var walk = Files.walk(source)) {
            files = walk.toList();
        }
        check(files.size() == 1 + 5 * (2 + 10 + 2), "all files are found");
        for (Path file : files) {
            Path copy = target.resolve(source.relativize(file));
            var expected = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            var actual = Files.readAttributes(copy, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            check(expected.permissions().equals(actual.permissions()), "permissions of " + copy);
            check(expected.owner().equals(actual.owner()), "owner of " + copy);
            check(expected.lastModifiedTime().equals(actual.lastModifiedTime()), "time of " + copy);
            if (expected.isSymbolicLink()) {
                check(Files.readSymbolicLink(copy).equals(Files.readSymbolicLink(file)), "target of " + copy);
            } else if (expected.isRegularFile()) {
                check(Files.mismatch(file, copy) == -1, "content of " + copy);
            } else {
                check(actual.isDirectory(), copy + " is a directory");
            }
        }
    }

    private static void replaceByMove(Path file) throws IOException {
        Path temporary = Files.createTempFile(file.getParent(), "C1", ".tmp");
        Files.writeString(temporary, "class C1 { }", UTF_8);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        check(Files.readString(file).equals("class C1 { }"), "the new content");
        check(Files.notExists(temporary), "the temporary file has moved");
    }

    private static void remove(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void checkTemporaryFiles() throws IOException {
        Files.createDirectory(Path.of("/tmp"));
        Path directory = Files.createTempDirectory("build");
        check(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)).equals("rwx------"),
                "only its owner reads " + directory);
        Path file = Files.createTempFile(directory, null, null);
        check(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)).equals("rw-------"),
                "only its owner reads " + file);
        remove(directory);
    }
}

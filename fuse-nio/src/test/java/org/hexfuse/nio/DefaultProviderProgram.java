package org.hexfuse.nio;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** A program whose default filesystem is another one; it prints what it finds. */
final class DefaultProviderProgram {
    private DefaultProviderProgram() {}

    public static void main(String[] args) throws IOException {
        Path directory = Files.createDirectories(Path.of("/a/b"));
        Path file = Files.writeString(directory.resolve("c"), "text");
        Files.createDirectory(Path.of("/tmp"));
        Path temporary = Files.createTempFile("x", ".tmp");
        System.out.println(FileSystems.getDefault().provider().getClass().getSimpleName());
        System.out.println(Files.readString(Path.of("a/b/c")));
        System.out.println(file.toUri() + " " + directory.toUri());
        System.out.println(Path.of(URI.create("file:///a/b/c")).equals(file));
        System.out.println(file.toFile() + " " + new File("/a/b/c").toPath().equals(file));
        System.out.println(Files.exists(temporary) + " " + new File(temporary.toString()).exists());
        System.out.println(new SecureRandom().nextInt(1));
        try (var walk = Files.walk(Path.of("/a"))) {
            System.out.println(walk.toList());
        }
    }
}

package org.hexfuse.testkit.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.function.Executable;

/** The fixture of the contract: a file system, an empty directory for each test, and short-hands. */
public interface NioFixture {
    /** A time in the past, in whole seconds, to detect later changes. */
    FileTime LONG_AGO = FileTime.from(Instant.ofEpochSecond(1_000_000_000));

    /** The directory of the test, an absolute path. */
    Path directory();

    /** Skips the test if the provider lacks a feature. */
    void needs(NioFeature feature);

    /** An empty directory in a file system of its own, which the test closes. */
    Path openAnother() throws Exception;

    /** The file system of the test. */
    default FileSystem fileSystem() {
        return directory().getFileSystem();
    }

    /** The path of a name in the directory of the test. */
    default Path at(String name) {
        return directory().resolve(name);
    }

    /** Any path of the file system. */
    default Path path(String first, String... more) {
        return fileSystem().getPath(first, more);
    }

    /** A path of another provider, the JDK's for its modules. */
    default Path foreign(String text) {
        return FileSystems.getFileSystem(URI.create("jrt:/")).getPath(text);
    }

    /** A new file with that content: its path. */
    default Path file(String name, String content) throws IOException {
        return Files.write(at(name), content.getBytes(UTF_8), CREATE_NEW, WRITE);
    }

    /** A new directory: its path. */
    default Path folder(String name) throws IOException {
        return Files.createDirectory(at(name));
    }

    /** A new symbolic link: its path. */
    default Path symlink(String name, String target) throws IOException {
        needs(NioFeature.SYMBOLIC_LINKS);
        return Files.createSymbolicLink(at(name), path(target));
    }

    /** The content of a file. */
    default String content(Path file) throws IOException {
        return new String(Files.readAllBytes(file), UTF_8);
    }

    /** Opens a file channel. */
    default FileChannel channel(Path file, OpenOption... options) throws IOException {
        needs(NioFeature.FILE_CHANNELS);
        return file.getFileSystem().provider().newFileChannel(file, Set.of(options));
    }

    /** A buffer of a text's bytes. */
    default ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    /** What a buffer was filled with. */
    default String text(ByteBuffer filled) {
        ByteBuffer view = filled.duplicate().flip();
        return UTF_8.decode(view).toString();
    }

    /** Reads from a channel until a buffer of that many bytes is full or the channel ends: the text. */
    default String read(ReadableByteChannel channel, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        fill(channel, buffer);
        return text(buffer);
    }

    /** Reads from a channel until a buffer is full or the channel ends. */
    default void fill(ReadableByteChannel channel, ByteBuffer buffer) throws IOException {
        int count = 0;
        while (buffer.hasRemaining() && count >= 0) {
            count = channel.read(buffer);
        }
    }

    /** Whether a path exists; does not follow a symbolic link. */
    default boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** The names in a directory, in the order of the provider. */
    default List<String> names(Path path) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            return names(entries);
        }
    }

    /** The names of the paths. */
    default List<String> names(Iterable<Path> paths) {
        var names = new ArrayList<String>();
        paths.forEach(path -> names.add(path.getFileName().toString()));
        return names;
    }

    /** The call fails with exactly that exception, which names the file and no other. */
    default void fails(Class<? extends FileSystemException> type, Path file, Executable call) {
        fails(type, file, null, call);
    }

    /** The call fails with exactly that exception, which names both files. */
    default void fails(Class<? extends FileSystemException> type, Path file, Path other, Executable call) {
        assertThat(catchThrowable(call::execute)).isExactlyInstanceOf(type)
                .isInstanceOfSatisfying(FileSystemException.class, e -> {
                    assertThat(e.getFile()).isEqualTo(file.toString());
                    assertThat(e.getOtherFile()).isEqualTo(other == null ? null : other.toString());
                });
    }

    /** The call fails with some {@link FileSystemException}, of whatever type, which names the file. */
    default void fails(Path file, Executable call) {
        assertThat(catchThrowable(call::execute)).isInstanceOfSatisfying(FileSystemException.class,
                e -> assertThat(e.getFile()).isEqualTo(file.toString()));
    }

    /** The call fails with exactly that exception. */
    default void refuses(Class<? extends Throwable> type, Executable call) {
        assertThat(catchThrowable(call::execute)).isExactlyInstanceOf(type);
    }
}

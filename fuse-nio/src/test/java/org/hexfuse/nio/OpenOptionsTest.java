package org.hexfuse.nio;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The options that a file is opened with, and what is open when the filesystem is closed. */
final class OpenOptionsTest {
    private UserKernel kernel;
    private HexfuseFileSystem files;
    private Path file;

    @BeforeEach void mount() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
        file = files.getPath("/file");
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        kernel.close();
    }

    private void open(OpenOption... options) throws IOException {
        Files.newByteChannel(file, options).close();
    }

    @Test void aFileIsReadUnlessTheOptionsSayOtherwise() throws IOException {
        Files.writeString(file, "text");
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            assertThat(channel.read(ByteBuffer.allocate(9))).isEqualTo(4);
        }
    }

    @Test void aFileIsCreatedOnlyForWriting() {
        assertThatThrownBy(() -> open(READ, CREATE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> open(WRITE)).isInstanceOf(NoSuchFileException.class);
    }

    @Test void createNewFailsIfThereIsOne() throws IOException {
        open(WRITE, CREATE_NEW, SPARSE);
        assertThatThrownBy(() -> open(WRITE, CREATE_NEW)).isInstanceOf(FileAlreadyExistsException.class);
        Path directory = Files.createDirectory(files.getPath("/d"));
        assertThatThrownBy(() -> Files.newByteChannel(directory, WRITE, CREATE_NEW).close())
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> Files.newByteChannel(files.getPath("/d/."), WRITE, CREATE_NEW).close())
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test void writesAppendOrTruncate() throws IOException {
        Files.writeString(file, "one", CREATE, WRITE, SYNC);
        Files.writeString(file, "two", APPEND);
        assertThat(Files.readString(file)).isEqualTo("onetwo");
        Files.writeString(file, "three");
        assertThat(Files.readString(file)).isEqualTo("three");
        Files.writeString(file, "x", WRITE);
        assertThat(Files.readString(file)).isEqualTo("xhree");
    }

    @Test void combinationsWithoutAMeaningAreRefused() throws IOException {
        open(WRITE, CREATE);

        assertThatThrownBy(() -> open(READ, APPEND)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> open(APPEND, TRUNCATE_EXISTING)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> open(new OpenOption() {})).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test void aLinkIsNotFollowedIfItIsNotToBe() throws IOException {
        open(WRITE, CREATE);
        Path link = Files.createSymbolicLink(files.getPath("/link"), file);

        Files.newByteChannel(link).close();
        assertThatThrownBy(() -> Files.newByteChannel(link, NOFOLLOW_LINKS).close())
                .isInstanceOf(FileSystemException.class).hasMessageContaining("ELOOP");
    }

    @Test void deleteOnCloseRemovesTheFileAndLeavesItsContent() throws IOException {
        Files.writeString(file, "text");
        try (SeekableByteChannel channel = Files.newByteChannel(file, READ, DELETE_ON_CLOSE)) {
            assertThat(channel.read(ByteBuffer.allocate(9))).isEqualTo(4);
        }
        assertThat(Files.exists(file)).isFalse();
    }

    @Test void aDirectoryIsSynchronized() throws IOException {
        try (FileChannel directory = FileChannel.open(files.getPath("/"), READ)) {
            directory.force(true);
        }
        assertThatThrownBy(() -> Files.newByteChannel(files.getPath("/"), WRITE))
                .isInstanceOf(FileSystemException.class).hasMessageContaining("EISDIR");
    }

    @Test void anInterruptedThreadOpensAndRemoves() throws IOException {
        Thread.currentThread().interrupt();
        try {
            Files.createDirectory(files.getPath("/d"));
            Files.createFile(files.getPath("/d/f"));
            Files.delete(files.getPath("/d/f"));
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test void closingTheFilesystemClosesChannels() throws IOException {
        SeekableByteChannel channel = Files.newByteChannel(file, WRITE, CREATE);
        OutputStream stream = Files.newOutputStream(file);
        files.close();

        assertThat(channel.isOpen()).isFalse();
        assertThatThrownBy(() -> stream.write(1)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> open(READ)).isInstanceOf(ClosedFileSystemException.class);
    }
}

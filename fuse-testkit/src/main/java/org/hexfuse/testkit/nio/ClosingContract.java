package org.hexfuse.testkit.nio;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** {@link FileSystem#close}. */
public interface ClosingContract extends NioFixture {
    private Path another() throws Exception {
        needs(NioFeature.CLOSING);
        return openAnother();
    }

    private void isClosed(Executable call) {
        refuses(ClosedFileSystemException.class, call);
    }

    @Test default void aClosedFileSystemIsNotOpen() throws Exception {
        FileSystem other = another().getFileSystem();
        assertThat(other.isOpen()).isTrue();
        other.close();
        assertThat(other.isOpen()).isFalse();
    }

    @Test default void aFileSystemMayBeClosedTwice() throws Exception {
        FileSystem other = another().getFileSystem();
        other.close();
        other.close();
        assertThat(other.isOpen()).isFalse();
    }

    @Test default void aClosedFileSystemLeavesOthersOpen() throws Exception {
        another().getFileSystem().close();
        assertThat(content(file("f", "text"))).isEqualTo("text");
    }

    @Test default void twoFileSystemsHaveFilesOfTheirOwn() throws Exception {
        Path other = another();
        try (FileSystem _ = other.getFileSystem()) {
            Files.writeString(other.resolve("f"), "text");
            assertThat(exists(at("f"))).isFalse();
            assertThat(other).isNotEqualTo(path(other.toString()));
        }
    }

    @Test default void aFileIsCopiedToAnotherFileSystem() throws Exception {
        Path other = another();
        try (FileSystem _ = other.getFileSystem()) {
            Files.copy(file("f", "text"), other.resolve("g"));
            assertThat(content(other.resolve("g"))).isEqualTo("text");
            Files.move(other.resolve("g"), at("h"));
            assertThat(content(at("h"))).isEqualTo("text");
            assertThat(exists(other.resolve("g"))).isFalse();
        }
    }

    @Test default void aClosedFileSystemOpensNoFile() throws Exception {
        Path other = another();
        Path file = Files.writeString(other.resolve("f"), "text");
        other.getFileSystem().close();
        isClosed(() -> Files.newByteChannel(file, READ));
        isClosed(() -> Files.newByteChannel(file, WRITE));
        isClosed(() -> Files.newInputStream(file));
        isClosed(() -> Files.newOutputStream(file));
    }

    @Test default void aClosedFileSystemOpensNoChannel() throws Exception {
        needs(NioFeature.FILE_CHANNELS);
        needs(NioFeature.ASYNCHRONOUS_CHANNELS);
        Path other = another();
        Path file = Files.writeString(other.resolve("f"), "text");
        other.getFileSystem().close();
        isClosed(() -> FileChannel.open(file, READ));
        isClosed(() -> AsynchronousFileChannel.open(file, READ));
    }

    @Test default void aClosedFileSystemListsNoDirectory() throws Exception {
        Path other = another();
        other.getFileSystem().close();
        isClosed(() -> other.getFileSystem().provider().newDirectoryStream(other, _ -> true));
    }

    @Test default void aClosedFileSystemChangesNothing() throws Exception {
        Path other = another();
        Path file = Files.writeString(other.resolve("f"), "text");
        other.getFileSystem().close();
        isClosed(() -> Files.createDirectory(other.resolve("d")));
        isClosed(() -> Files.delete(file));
        isClosed(() -> Files.move(file, other.resolve("g")));
        isClosed(() -> Files.copy(file, other.resolve("g")));
        isClosed(() -> Files.setLastModifiedTime(file, LONG_AGO));
    }

    @Test default void aClosedFileSystemHasNoAttributes() throws Exception {
        Path other = another();
        var view = Files.getFileAttributeView(other, BasicFileAttributeView.class);
        other.getFileSystem().close();
        isClosed(() -> Files.readAttributes(other, BasicFileAttributes.class));
        isClosed(() -> Files.readAttributes(other, "*"));
        isClosed(view::readAttributes);
        isClosed(() -> other.getFileSystem().provider().checkAccess(other));
    }

    @Test default void aClosedFileSystemHasNoLinks() throws Exception {
        needs(NioFeature.SYMBOLIC_LINKS);
        Path other = another();
        Path link = Files.createSymbolicLink(other.resolve("s"), other);
        other.getFileSystem().close();
        isClosed(() -> Files.readSymbolicLink(link));
        isClosed(() -> Files.createSymbolicLink(other.resolve("t"), other));
        isClosed(() -> link.toRealPath());
    }

    @Test default void aClosedFileSystemClosesItsChannels() throws Exception {
        Path other = another();
        SeekableByteChannel channel = Files.newByteChannel(Files.writeString(other.resolve("f"), "text"), READ, WRITE);
        other.getFileSystem().close();
        assertThat(channel.isOpen()).isFalse();
        refuses(ClosedChannelException.class, () -> channel.read(ByteBuffer.allocate(1)));
        refuses(ClosedChannelException.class, () -> channel.write(bytes("x")));
        refuses(ClosedChannelException.class, channel::size);
    }

    @Test default void aClosedFileSystemClosesItsFileChannels() throws Exception {
        needs(NioFeature.FILE_CHANNELS);
        Path other = another();
        FileChannel channel = FileChannel.open(Files.writeString(other.resolve("f"), "text"), READ, WRITE);
        other.getFileSystem().close();
        assertThat(channel.isOpen()).isFalse();
        refuses(ClosedChannelException.class, () -> channel.read(ByteBuffer.allocate(1), 0));
        refuses(ClosedChannelException.class, () -> channel.write(bytes("x"), 0));
    }

    @Test default void aClosedFileSystemClosesItsAsynchronousChannels() throws Exception {
        needs(NioFeature.ASYNCHRONOUS_CHANNELS);
        Path other = another();
        AsynchronousFileChannel channel = AsynchronousFileChannel.open(Files.writeString(other.resolve("f"), "text"),
                READ);
        other.getFileSystem().close();
        assertThat(channel.isOpen()).isFalse();
        assertThat(catchThrowable(() -> channel.read(ByteBuffer.allocate(1), 0).get(20, TimeUnit.SECONDS)))
                .isInstanceOf(ExecutionException.class).cause().isInstanceOf(ClosedChannelException.class);
    }

    @Test default void aClosedFileSystemClosesItsDirectoryStreams() throws Exception {
        Path other = another();
        Files.createFile(other.resolve("f"));
        DirectoryStream<Path> stream = other.getFileSystem().provider().newDirectoryStream(other, _ -> true);
        other.getFileSystem().close();
        assertThat(catchThrowable(stream::iterator)).isInstanceOf(IllegalStateException.class);
        stream.close();
    }

    @Test default void aClosedFileSystemClosesItsWatchServices() throws Exception {
        needs(NioFeature.WATCH_SERVICES);
        Path other = another();
        WatchService service = other.getFileSystem().newWatchService();
        var outcome = new CompletableFuture<Throwable>();
        Thread.ofVirtual().start(() -> outcome.complete(catchThrowable(service::take)));
        other.getFileSystem().close();
        assertThat(outcome.get(20, TimeUnit.SECONDS)).isExactlyInstanceOf(ClosedWatchServiceException.class);
        refuses(ClosedWatchServiceException.class, service::poll);
        isClosed(() -> other.getFileSystem().newWatchService());
    }

    @Test default void thePathsOfAClosedFileSystemRemainPaths() throws Exception {
        Path other = another();
        other.getFileSystem().close();
        assertThat(other.resolve("a/../b").normalize()).isEqualTo(other.resolve("b"));
        assertThat(other.resolve("b").getFileName()).hasToString("b");
    }

    @Test default void aChannelClosedWithItsFileSystemMayBeClosed() throws Exception {
        Path other = another();
        Path file = Files.writeString(other.resolve("f"), "text");
        SeekableByteChannel channel = other.getFileSystem().provider().newByteChannel(file, Set.of(READ));
        other.getFileSystem().close();
        channel.close();
        assertThat(channel.isOpen()).isFalse();
    }
}

package org.hexfuse.testkit.nio;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Interrupts: they close the channel that the interrupted thread uses and no other. */
public interface InterruptContract extends NioFixture {
    private FileChannel both(String content) throws IOException {
        needs(NioFeature.INTERRUPTIBLE_CHANNELS);
        return channel(file("f", content), READ, WRITE);
    }

    /** Makes the call with this thread interrupted; returns what it threw. */
    private static Throwable interrupted(Executable call) {
        Thread.currentThread().interrupt();
        try {
            return catchThrowable(call::execute);
        } finally {
            assertThat(Thread.interrupted()).as("the thread is interrupted still").isTrue();
        }
    }

    private void closes(FileChannel channel, Executable call) throws IOException {
        assertThat(interrupted(call)).isExactlyInstanceOf(ClosedByInterruptException.class);
        assertThat(channel.isOpen()).isFalse();
        channel.close();
    }

    @Test default void anInterruptedReadClosesItsChannel() throws IOException {
        FileChannel channel = both("text");
        closes(channel, () -> channel.read(ByteBuffer.allocate(1)));
    }

    @Test default void anInterruptedPositionalReadClosesItsChannel() throws IOException {
        FileChannel channel = both("text");
        closes(channel, () -> channel.read(ByteBuffer.allocate(1), 0));
    }

    @Test default void anInterruptedWriteClosesItsChannel() throws IOException {
        FileChannel channel = both("text");
        closes(channel, () -> channel.write(bytes("x")));
    }

    @Test default void anInterruptedTransferClosesItsChannel() throws IOException {
        FileChannel channel = both("text");
        try (FileChannel target = channel(file("g", ""), WRITE)) {
            closes(channel, () -> channel.transferTo(0, 4, target));
        }
    }

    @Test default void anInterruptClosesNoOtherChannel() throws IOException {
        FileChannel channel = both("text");
        try (FileChannel other = channel(at("f"), READ, WRITE)) {
            closes(channel, () -> channel.read(ByteBuffer.allocate(1)));
            assertThat(read(other, 4)).isEqualTo("text");
            other.write(bytes("ure"));
        }
        assertThat(content(at("f"))).isEqualTo("texture");
    }

    @Test default void anInterruptLeavesTheFileSystemOpen() throws IOException {
        FileChannel channel = both("text");
        closes(channel, () -> channel.write(bytes("x")));
        assertThat(fileSystem().isOpen()).isTrue();
        Files.writeString(at("f"), "other");
        assertThat(content(at("f"))).isEqualTo("other");
    }

    @Test default void anInterruptedThreadWorksWithFilesAndDirectories() throws IOException {
        needs(NioFeature.INTERRUPTIBLE_CHANNELS);
        assertThat(interrupted(() -> {
            folder("d");
            Files.createFile(at("d/f"));
            Files.move(at("d/f"), at("d/g"));
            assertThat(names(at("d"))).containsExactly("g");
            Files.delete(at("d/g"));
            assertThat(Files.isDirectory(at("d"))).isTrue();
        })).isNull();
        assertThat(names(at("d"))).isEmpty();
    }
}

package org.hexfuse.nio.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hexfuse.nio.channel.ChannelFixture.bytes;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(strings = {"mem:", "unix:"})
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class TransferTest {
    @Parameter String address;
    ChannelFixture fixture;

    @BeforeEach void serve() throws IOException {
        fixture = new ChannelFixture(address, new MemoryFileSystem(64 << 20, 1000));
    }

    @AfterEach void close() throws IOException {
        fixture.close();
    }

    @Test void copiesToAFileOfTheSameServer() throws IOException {
        VfsFileChannel source = fixture.create("/f", "0123456789");
        VfsFileChannel target = fixture.create("/g", "abcdefghij");
        source.position(9);
        target.position(2);
        assertThat(source.transferTo(3, 4, target)).isEqualTo(4);
        assertThat(source.position()).isEqualTo(9);
        assertThat(target.position()).isEqualTo(6);
        assertThat(fixture.vfs.readString("/g")).isEqualTo("ab3456ghij");
    }

    @Test void copiesFromAFileOfTheSameServer() throws IOException {
        VfsFileChannel source = fixture.create("/f", "0123456789");
        VfsFileChannel target = fixture.create("/g", "abcdefghij");
        source.position(7);
        target.position(1);
        assertThat(target.transferFrom(source, 8, 100)).isEqualTo(3);
        assertThat(source.position()).isEqualTo(10);
        assertThat(target.position()).isEqualTo(1);
        assertThat(fixture.vfs.readString("/g")).isEqualTo("abcdefgh789");
    }

    @Test void copiesNothingPastTheEnd() throws IOException {
        VfsFileChannel source = fixture.create("/f", "0123");
        VfsFileChannel target = fixture.create("/g", "ab");
        assertThat(source.transferTo(4, 5, target)).isZero();
        assertThat(source.transferTo(40, 5, target)).isZero();
        assertThat(source.transferTo(0, 0, target)).isZero();
        assertThat(fixture.vfs.readString("/g")).isEqualTo("ab");
    }

    @Test void leavesAGapBehindTheEndOfTheTarget() throws IOException {
        VfsFileChannel source = fixture.create("/f", "0123");
        VfsFileChannel target = fixture.create("/g", "ab");
        assertThat(target.transferFrom(source, 3, 2)).isEqualTo(2);
        assertThat(target.transferFrom(Channels.newChannel(new ByteArrayInputStream(bytes("x"))), 6, 4)).isOne();
        assertThat(fixture.vfs.readString("/g")).isEqualTo("ab\0" + "01\0x");
    }

    @Test void copiesToAnAppendingFile() throws IOException {
        VfsFileChannel source = fixture.create("/f", "0123");
        fixture.vfs.writeString("/g", "ab");
        VfsFileChannel target = fixture.open("/g", OpenFlag.WRITE, OpenFlag.APPEND);
        assertThat(source.transferTo(1, 3, target)).isEqualTo(3);
        assertThat(target.transferFrom(source, 0, 1)).isEqualTo(1);
        assertThat(fixture.vfs.readString("/g")).isEqualTo("ab1230");
    }

    @Test void copiesWithinOneFile() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "0123456789");
        channel.position(8);
        assertThat(channel.transferTo(0, 3, channel)).isEqualTo(3);
        assertThat(channel.position()).isEqualTo(11);
        channel.position(2);
        assertThat(channel.transferTo(0, 4, channel)).isEqualTo(4);
        assertThat(fixture.vfs.readString("/f")).isEqualTo("01012367012");
    }

    @Test void copiesToAFileOfAnotherServer() throws IOException {
        try (var other = new ChannelFixture("mem:", new MemoryFileSystem(1 << 20, 100))) {
            VfsFileChannel source = fixture.create("/f", "0123456789");
            VfsFileChannel target = other.create("/g");
            assertThat(source.transferTo(2, 5, target)).isEqualTo(5);
            assertThat(target.position()).isEqualTo(5);
            source.position(8);
            assertThat(target.transferFrom(source, 5, 100)).isEqualTo(2);
            assertThat(source.position()).isEqualTo(10);
            assertThat(other.vfs.readString("/g")).isEqualTo("2345689");
        }
    }

    @Test void copiesToAndFromAFileOfTheDefaultFileSystem(@TempDir Path directory) throws IOException {
        byte[] content = new byte[1_000_003];
        new Random(5).nextBytes(content);
        fixture.vfs.writeAllBytes("/f", content);
        VfsFileChannel source = fixture.open("/f", OpenFlag.READ);
        VfsFileChannel target = fixture.create("/g");
        try (FileChannel host = FileChannel.open(directory.resolve("f"), StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE)) {
            assertThat(source.transferTo(3, Long.MAX_VALUE, host)).isEqualTo(content.length - 3);
            host.position(7);
            assertThat(target.transferFrom(host, 0, Long.MAX_VALUE)).isEqualTo(content.length - 10);
            // The JDK's channel takes another one of this module as any channel.
            assertThat(host.transferFrom(source.position(0), host.size(), 3)).isEqualTo(3);
        }
        assertThat(fixture.vfs.readAllBytes("/g")).isEqualTo(java.util.Arrays.copyOfRange(content, 10, content.length));
    }

    @Test void stopsWhenTheTargetTakesNoMore() throws IOException {
        VfsFileChannel source = fixture.create("/f", "0123456789");
        var taken = new ByteArrayOutputStream();
        WritableByteChannel narrow = new WritableByteChannel() {
            @Override public int write(ByteBuffer buffer) {
                int part = Math.min(3, buffer.remaining());
                for (int i = 0; i < part; i++) {
                    taken.write(buffer.get());
                }
                return part;
            }

            @Override public boolean isOpen() { return true; }

            @Override public void close() {}
        };
        assertThat(source.transferTo(1, 9, narrow)).isEqualTo(3);
        assertThat(taken.toString(UTF_8)).isEqualTo("123");
    }

    @Test void refusesChannelsThatAreNotOpenForIt() throws IOException {
        VfsFileChannel file = fixture.create("/f", "abc");
        fixture.vfs.writeString("/g", "");
        VfsFileChannel reader = fixture.open("/g", OpenFlag.READ);
        VfsFileChannel writer = fixture.open("/g", OpenFlag.WRITE);
        assertThatThrownBy(() -> file.transferTo(0, 1, reader)).isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> writer.transferTo(0, 1, file)).isInstanceOf(NonReadableChannelException.class);
        assertThatThrownBy(() -> file.transferFrom(writer, 0, 1)).isInstanceOf(NonReadableChannelException.class);
        assertThatThrownBy(() -> reader.transferFrom(file, 0, 1)).isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> file.transferTo(-1, 1, writer)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> file.transferFrom(reader, 0, -1)).isInstanceOf(IllegalArgumentException.class);
        writer.close();
        assertThatThrownBy(() -> file.transferTo(0, 1, writer)).isInstanceOf(ClosedChannelException.class);
        assertThat(file.isOpen()).isTrue();
    }

    @Test void closesBothChannelsWhenTheThreadIsInterrupted() {
        VfsFileChannel source = fixture.create("/f", "abc");
        VfsFileChannel target = fixture.create("/g");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> source.transferTo(0, 3, target)).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(source.isOpen()).isFalse();
        assertThat(target.isOpen()).isFalse();
    }
}

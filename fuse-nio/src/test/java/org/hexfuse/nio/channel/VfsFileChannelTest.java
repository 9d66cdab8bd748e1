package org.hexfuse.nio.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hexfuse.nio.channel.ChannelFixture.bytes;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(strings = {"mem:", "mem:?inline", "unix:"})
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class VfsFileChannelTest {
    @Parameter String address;
    ChannelFixture fixture;

    @BeforeEach void serve() throws IOException {
        fixture = new ChannelFixture(address, new MemoryFileSystem(64 << 20, 1000));
    }

    @AfterEach void close() throws IOException {
        fixture.close();
    }

    private static ByteBuffer buffer(String text, boolean direct) {
        byte[] content = bytes(text);
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(content.length) : ByteBuffer.allocate(content.length);
        return buffer.put(content).flip();
    }

    private static String text(ByteBuffer buffer) {
        return UTF_8.decode(buffer.flip()).toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false}) void readsAndWritesAtItsPosition(boolean direct) throws IOException {
        VfsFileChannel channel = fixture.create("/f");
        assertThat(channel.write(buffer("hello ", direct))).isEqualTo(6);
        assertThat(channel.write(buffer("world", direct))).isEqualTo(5);
        assertThat(channel.position()).isEqualTo(11);
        ByteBuffer target = direct ? ByteBuffer.allocateDirect(5) : ByteBuffer.allocate(5);
        assertThat(channel.position(3).read(target)).isEqualTo(5);
        assertThat(text(target)).isEqualTo("lo wo");
        assertThat(channel.position()).isEqualTo(8);
    }

    @Test void transfersWhatRemainsOfABufferOnly() throws IOException {
        VfsFileChannel channel = fixture.create("/f");
        ByteBuffer source = buffer("abcdefgh", false).position(2).limit(5);
        assertThat(channel.write(source)).isEqualTo(3);
        assertThat(source.position()).isEqualTo(5);
        ByteBuffer target = ByteBuffer.wrap(bytes("........"), 1, 4).slice().position(1);
        assertThat(channel.read(target, 0)).isEqualTo(3);
        assertThat(new String(target.array(), UTF_8)).isEqualTo("..cde...");
        assertThat(target.position()).isEqualTo(4);
    }

    @Test void writesFromAReadOnlyBuffer() throws IOException {
        VfsFileChannel channel = fixture.create("/f");
        channel.write(buffer("abc", false).asReadOnlyBuffer());
        channel.write(buffer("def", true).asReadOnlyBuffer());
        assertThat(fixture.vfs.readString("/f")).isEqualTo("abcdef");
    }

    @Test void refusesToReadIntoAReadOnlyBuffer() {
        VfsFileChannel channel = fixture.create("/f", "abc");
        ByteBuffer target = ByteBuffer.allocate(3).asReadOnlyBuffer();
        assertThatThrownBy(() -> channel.read(target)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.read(target, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.read(new ByteBuffer[]{target})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void answersTheEndOfTheFileWithMinusOne() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "abc");
        assertThat(channel.read(ByteBuffer.allocate(9))).isEqualTo(3);
        assertThat(channel.read(ByteBuffer.allocate(9))).isEqualTo(-1);
        assertThat(channel.read(ByteBuffer.allocate(9), 100)).isEqualTo(-1);
        assertThat(channel.read(new ByteBuffer[]{ByteBuffer.allocate(1), ByteBuffer.allocate(1)})).isEqualTo(-1);
        assertThat(channel.read(ByteBuffer.allocate(0))).isZero();
        assertThat(channel.read(ByteBuffer.allocate(0), 100)).isZero();
        assertThat(channel.read(new ByteBuffer[]{ByteBuffer.allocate(0)})).isZero();
    }

    @Test void readsAndWritesAtAGivenPositionWithoutMovingItsOwn() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "0123456789");
        channel.position(4);
        ByteBuffer target = ByteBuffer.allocate(3);
        channel.read(target, 7);
        channel.write(buffer("xy", false), 0);
        assertThat(text(target)).isEqualTo("789");
        assertThat(channel.position()).isEqualTo(4);
        assertThat(fixture.vfs.readString("/f")).isEqualTo("xy23456789");
    }

    @Test void fillsAHoleWithZeros() throws IOException {
        VfsFileChannel channel = fixture.create("/f");
        channel.position(3).write(buffer("x", false));
        assertThat(fixture.vfs.readAllBytes("/f")).containsExactly(0, 0, 0, 'x');
        assertThat(channel.size()).isEqualTo(4);
    }

    @Test void scattersOverBuffersInOrder() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "0123456789");
        ByteBuffer[] targets = {ByteBuffer.allocate(9), ByteBuffer.allocate(2), ByteBuffer.allocateDirect(3),
            ByteBuffer.allocate(0), ByteBuffer.allocate(4)};
        assertThat(channel.read(targets, 1, 4)).isEqualTo(9);
        assertThat(targets[0].position()).isZero();
        assertThat(text(targets[1])).isEqualTo("01");
        assertThat(text(targets[2])).isEqualTo("234");
        assertThat(text(targets[4])).isEqualTo("5678");
        assertThat(channel.position()).isEqualTo(9);
    }

    @Test void scattersWhatTheFileHas() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "012");
        ByteBuffer[] targets = {ByteBuffer.allocate(2), ByteBuffer.allocate(2), ByteBuffer.allocate(2)};
        assertThat(channel.read(targets)).isEqualTo(3);
        assertThat(targets[1].position()).isEqualTo(1);
        assertThat(targets[2].position()).isZero();
    }

    @Test void gathersFromBuffersInOrder() throws IOException {
        VfsFileChannel channel = fixture.create("/f");
        ByteBuffer[] sources = {buffer("not", false), buffer("ab", false), buffer("", false), buffer("cde", true)};
        assertThat(channel.write(sources, 1, 3)).isEqualTo(5);
        assertThat(sources[0].position()).isZero();
        assertThat(sources[3].hasRemaining()).isFalse();
        assertThat(channel.position()).isEqualTo(5);
        assertThat(fixture.vfs.readString("/f")).isEqualTo("abcde");
    }

    @Test void gathersAndScattersManyBytes() throws IOException {
        byte[] content = new byte[700_001];
        new Random(7).nextBytes(content);
        VfsFileChannel channel = fixture.create("/f");
        ByteBuffer[] sources = {ByteBuffer.wrap(content, 0, 300_000), ByteBuffer.wrap(content, 300_000, 1),
            ByteBuffer.wrap(content, 300_001, 400_000)};
        assertThat(channel.write(sources)).isEqualTo(content.length);
        byte[] read = new byte[content.length + 10];
        ByteBuffer[] targets = {ByteBuffer.wrap(read, 0, 1), ByteBuffer.wrap(read, 1, 500_000),
            ByteBuffer.wrap(read, 500_001, 200_010)};
        assertThat(channel.position(0).read(targets)).isEqualTo(content.length);
        assertThat(read).startsWith(content);
        assertThat(fixture.vfs.readAllBytes("/f")).isEqualTo(content);
    }

    @Test void refusesARangeOutsideTheArrayOfBuffers() {
        VfsFileChannel channel = fixture.create("/f");
        ByteBuffer[] one = {ByteBuffer.allocate(1)};
        assertThatThrownBy(() -> channel.read(one, 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> channel.write(one, 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test void readsAndWritesMoreThanARequestCarries() throws IOException {
        byte[] content = new byte[5_000_011];
        new Random(3).nextBytes(content);
        VfsFileChannel channel = fixture.create("/f");
        assertThat(channel.write(ByteBuffer.wrap(content))).isEqualTo(content.length);
        ByteBuffer target = ByteBuffer.allocateDirect(content.length);
        assertThat(channel.read(target, 0)).isEqualTo(content.length);
        assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(content));
    }

    @Test void appendsWhereverItsPositionIs() throws IOException {
        fixture.vfs.writeString("/f", "abc");
        VfsFileChannel channel = fixture.open("/f", OpenFlag.WRITE, OpenFlag.APPEND);
        assertThat(channel.position()).isEqualTo(3);
        channel.position(0).write(buffer("de", false));
        channel.write(buffer("f", false), 0);
        assertThat(channel.position()).isEqualTo(6);
        assertThat(fixture.vfs.readString("/f")).isEqualTo("abcdef");
    }

    @Test void keepsGatheringAppendsOfTwoChannelsWhole() throws Exception {
        fixture.vfs.writeString("/f", "");
        var threads = new Thread[2];
        for (int i = 0; i < threads.length; i++) {
            VfsFileChannel channel = fixture.open("/f", OpenFlag.WRITE, OpenFlag.APPEND);
            String half = "ab".substring(i, i + 1).repeat(7);
            threads[i] = Thread.startVirtualThread(() -> {
                for (int n = 0; n < 100; n++) {
                    try {
                        channel.write(new ByteBuffer[]{buffer(half, false), buffer(half, true)});
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(fixture.vfs.readString("/f")).hasSize(2800).matches("(a{14}|b{14}){200}");
    }

    @Test void truncatesAndTakesItsPositionAlong() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "0123456789");
        channel.position(8);
        assertThat(channel.truncate(4)).isSameAs(channel);
        assertThat(channel.size()).isEqualTo(4);
        assertThat(channel.position()).isEqualTo(4);
        channel.position(100).truncate(50);
        assertThat(channel.size()).isEqualTo(4);
        assertThat(channel.position()).isEqualTo(50);
    }

    @Test void refusesNegativeNumbers() {
        VfsFileChannel channel = fixture.create("/f");
        assertThatThrownBy(() -> channel.position(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1), -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1), -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, 0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.lock(-1, 1, false)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void refusesWhatItIsNotOpenFor() throws IOException {
        fixture.vfs.writeString("/f", "abc");
        VfsFileChannel reader = fixture.open("/f", OpenFlag.READ);
        VfsFileChannel writer = fixture.open("/f", OpenFlag.WRITE);
        ByteBuffer one = ByteBuffer.allocate(1);
        assertThatThrownBy(() -> reader.write(one)).isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> reader.write(one, 0)).isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> reader.truncate(0)).isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> reader.lock()).isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> reader.map(MapMode.PRIVATE, 0, 1)).isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> writer.read(one)).isInstanceOf(NonReadableChannelException.class);
        assertThatThrownBy(() -> writer.read(one, 0)).isInstanceOf(NonReadableChannelException.class);
        assertThatThrownBy(() -> writer.lock(0, 1, true)).isInstanceOf(NonReadableChannelException.class);
        assertThatThrownBy(() -> writer.map(MapMode.READ_ONLY, 0, 1)).isInstanceOf(NonReadableChannelException.class);
        reader.force(true);
        assertThat(fixture.vfs.readString("/f")).isEqualTo("abc");
    }

    @Test void reportsErrorsOfTheFileByItsFunction() throws IOException {
        fixture.vfs.mkdir("/d");
        VfsFileChannel directory = fixture.open("/d", OpenFlag.READ);
        assertThatThrownBy(() -> directory.read(ByteBuffer.allocate(1)))
                .isInstanceOf(ChannelFixture.FileError.class)
                .cause()
                .isInstanceOfSatisfying(FuseException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EISDIR));
        assertThat(directory.isOpen()).isTrue();
    }

    @Test void refusesEveryCallWhenItIsClosed() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "abc");
        channel.close();
        channel.close();
        assertThat(fixture.closed).hasValue(1);
        ByteBuffer one = ByteBuffer.allocate(1);
        assertThatThrownBy(() -> channel.read(one)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.read(one, 0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.read(new ByteBuffer[]{one})).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.write(one)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.write(one, 0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.write(new ByteBuffer[]{one})).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::position).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.position(0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.truncate(0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.force(true)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, 0, 1)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::lock).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::tryLock).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.transferTo(0, 1, fixture.create("/g")))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.transferFrom(fixture.create("/g"), 0, 1))
                .isInstanceOf(ClosedChannelException.class);
    }

    @Test void closesWhenAnInterruptedThreadCallsIt() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "abc");
        VfsFileChannel other = fixture.open("/f", OpenFlag.READ);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(channel.isOpen()).isFalse();
        assertThat(other.read(ByteBuffer.allocate(5))).isEqualTo(3);
    }

    @Test void leavesNothingOpenAtTheServer() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "abc");
        channel.lock();
        channel.map(MapMode.READ_ONLY, 0, 3);
        channel.close();
        fixture.kernel.assertNothingLeaked();
        assertThat(ChannelLocks.lockedFiles()).isZero();
    }

    @Test void mapsACopyForReading() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "0123456789");
        MappedByteBuffer map = channel.map(MapMode.READ_ONLY, 2, 5);
        assertThat(map.isReadOnly()).isTrue();
        assertThat(map.isDirect()).isTrue();
        assertThat(map.load().force().isLoaded()).isTrue();
        channel.close();
        assertThat(UTF_8.decode(map).toString()).isEqualTo("23456");
    }

    @Test void mapsAPrivateCopyThatDoesNotReachTheFile() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "0123456789");
        MappedByteBuffer map = channel.map(MapMode.PRIVATE, 0, 10);
        map.put(0, (byte) 'x');
        map.force();
        assertThat((char) map.get(0)).isEqualTo('x');
        assertThat(fixture.vfs.readString("/f")).isEqualTo("0123456789");
    }

    @Test void mapsIntoAnArena() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "0123456789");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment map = channel.map(MapMode.READ_ONLY, 3, 4, arena);
            assertThat(map.isReadOnly()).isTrue();
            assertThat(map.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes("3456"));
            MemorySegment own = channel.map(MapMode.PRIVATE, 0, 4, arena);
            own.set(ValueLayout.JAVA_BYTE, 0, (byte) 'x');
            assertThat(own.scope()).isEqualTo(arena.scope());
        }
        assertThat(fixture.vfs.readString("/f")).isEqualTo("0123456789");
    }

    /** As the arena of Lucene's MMapDirectory. */
    private record ArenaOfMaps(Arena arena) implements Arena {
        @Override public MemorySegment allocate(long byteSize, long byteAlignment) {
            throw new UnsupportedOperationException("for maps");
        }

        @Override public MemorySegment.Scope scope() {
            return arena.scope();
        }

        @Override public void close() {
            arena.close();
        }
    }

    @Test void refusesByNameToMapForAnArenaThatAllocatesNothing() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "0123456789");
        try (Arena arena = new ArenaOfMaps(Arena.ofConfined())) {
            assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, 3, 4, arena))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContainingAll("ArenaOfMaps", "read the channel");
        }
    }

    @Test void extendsAWritableFileToMapIt() throws IOException {
        VfsFileChannel channel = fixture.create("/f", "abc");
        MappedByteBuffer map = channel.map(MapMode.READ_ONLY, 0, 5);
        assertThat(map.get(4)).isZero();
        assertThat(channel.size()).isEqualTo(5);
        VfsFileChannel reader = fixture.open("/f", OpenFlag.READ);
        assertThatThrownBy(() -> reader.map(MapMode.READ_ONLY, 0, 6)).isInstanceOf(IOException.class)
                .hasMessageContaining("extend");
        assertThat(reader.map(MapMode.READ_ONLY, 0, 0).capacity()).isZero();
    }

    @Test void refusesToMapForWriting() {
        VfsFileChannel channel = fixture.create("/f", "abc");
        assertThatThrownBy(() -> channel.map(MapMode.READ_WRITE, 0, 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("READ_WRITE");
        assertThatThrownBy(() -> channel.map(MapMode.READ_WRITE, 0, 1, Arena.global()))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test void refusesToMapMoreThanItCopies() {
        VfsFileChannel channel = fixture.create("/f", "abc");
        assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, 0, MappedCopy.LIMIT + 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("mapLimit");
        assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, Long.MAX_VALUE, 2))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test void writesOfManyThreadsAtTheSharedPositionDoNotOverlap() throws Exception {
        VfsFileChannel channel = fixture.create("/f");
        var threads = new Thread[8];
        for (int i = 0; i < threads.length; i++) {
            String line = Character.toString('a' + i).repeat(9) + "\n";
            threads[i] = Thread.startVirtualThread(() -> {
                for (int n = 0; n < 50; n++) {
                    try {
                        channel.write(buffer(line, false));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        }
        assertThat(fixture.vfs.readString("/f")).hasSize(4000).matches("(([a-h])\\2{8}\n){400}");
    }
}

package org.hexfuse.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;
import org.hexfuse.server.SetXattr;
import org.hexfuse.server.Write;
import org.hexfuse.transport.Segments;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** READ and WRITE on their callers' threads, where the filesystem uses the memory of the caller. */
@Timeout(60) class LentMemoryTest {
    private static final int SIZE = 10_000;

    /** How a filesystem moves the bytes of a READ or a WRITE. */
    enum Way {
        COPIES, USES_MEMORY, COPIES_THEN_USES_MEMORY, ON_ANOTHER_THREAD, LATER
    }

    /** The memory that a caller reads into or writes from. */
    enum Memory {
        HEAP, NATIVE, CONFINED, DIRECT_BUFFER
    }

    /** One file of bytes. */
    private static final class OneFile implements FuseFileSystem {
        final byte[] content = new byte[SIZE];
        volatile Way way = Way.COPIES;
        volatile boolean fails;
        volatile boolean sawHeap;
        volatile boolean sawWritable;

        @Override public Entry lookup(Lookup op) {
            return Entry.of(2, attr(2));
        }

        @Override public Attr getattr(GetAttr op) {
            return attr(op.node());
        }

        private static Attr attr(long node) {
            return node == ROOT ? Attr.directory(0777) : Attr.file(0666, SIZE);
        }

        @Override public void read(Read op, DataReply out) {
            switch (way) {
                case COPIES -> out.writeSlice(content, op.offset());
                case USES_MEMORY -> fill(op, out, 0);
                case COPIES_THEN_USES_MEMORY -> {
                    int first = Math.clamp(SIZE - op.offset(), 0, 10);
                    out.write(content, (int) op.offset(), first);
                    fill(op, out, first);
                }
                case ON_ANOTHER_THREAD -> CompletableFuture.runAsync(() -> fill(op, out, 0)).join();
                case LATER -> op.later(reply -> Thread.ofVirtual().start(() -> {
                    fill(op, out, 0);
                    reply.reply(null);
                }));
            }
            if (fails) {
                throw FuseException.of(Errno.ENODATA);
            }
        }

        private void fill(Read op, DataReply out, int done) {
            int length = Math.clamp(SIZE - op.offset() - done, 0, (int) out.room());
            Segments memory = out.memory();
            sawHeap |= !memory.segment(0).isNative();
            MemorySegment.copy(content, (int) op.offset() + done, memory.segment(0), JAVA_BYTE,
                    memory.offset(0) + done, length);
            out.advance(length);
        }

        @Override public int write(Write op) {
            switch (way) {
                case COPIES -> op.data().copyTo(0, content, (int) op.offset(), op.size());
                case USES_MEMORY -> take(op, 0);
                case COPIES_THEN_USES_MEMORY -> {
                    op.data().copyTo(0, content, (int) op.offset(), 10);
                    take(op, 10);
                }
                case ON_ANOTHER_THREAD -> CompletableFuture.runAsync(() -> take(op, 0)).join();
                case LATER -> op.later(reply -> Thread.ofVirtual().start(() -> {
                    take(op, 0);
                    reply.reply(op.size());
                }));
            }
            if (fails) {
                throw FuseException.of(Errno.ENODATA);
            }
            return op.size();
        }

        private void take(Write op, int done) {
            Segments data = op.data();
            sawHeap |= !data.segment(0).isNative();
            sawWritable |= way == Way.USES_MEMORY && !data.segment(0).isReadOnly()
                    && data.segment(0).byteSize() == SIZE;
            MemorySegment.copy(data.segment(0), JAVA_BYTE, data.offset(0) + done, content, (int) op.offset() + done,
                    op.size() - done);
        }
    }

    private final OneFile files = new OneFile();
    private final UserKernel kernel = connect(files);

    private static UserKernel connect(OneFile files) {
        try {
            return UserKernel.connect("mem:?inline", files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach void close() {
        kernel.close();
    }

    private OpenFile open() {
        return kernel.vfs().open("/f", OpenFlag.READ, OpenFlag.WRITE);
    }

    private static MemorySegment memory(Memory kind, Arena confined) {
        return switch (kind) {
            case HEAP -> MemorySegment.ofArray(new byte[SIZE]);
            case NATIVE -> Arena.ofAuto().allocate(SIZE);
            case CONFINED -> confined.allocate(SIZE);
            case DIRECT_BUFFER -> MemorySegment.ofBuffer(ByteBuffer.allocateDirect(SIZE));
        };
    }

    static Stream<Arguments> waysAndMemories() {
        return Stream.of(Way.values())
                .flatMap(way -> Stream.of(Memory.values()).map(memory -> Arguments.of(way, memory)));
    }

    private static void number(byte[] bytes, int factor) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * factor);
        }
    }

    @ParameterizedTest
    @MethodSource("waysAndMemories") void aReadBringsTheBytesOfTheFile(Way way, Memory kind) {
        number(files.content, 7);
        files.way = way;
        try (OpenFile file = open(); Arena arena = Arena.ofConfined()) {
            MemorySegment all = memory(kind, arena);
            assertThat(file.read(all.asSlice(5, SIZE - 10), 3)).isEqualTo(SIZE - 10);
            byte[] got = all.toArray(JAVA_BYTE);
            for (int i = 0; i < SIZE; i++) {
                boolean inside = i >= 5 && i < SIZE - 5;
                assertThat(got[i]).as("byte " + i).isEqualTo(inside ? files.content[i - 2] : 0);
            }
            assertThat(file.read(all, SIZE)).isZero();
            assertThat(file.read(all.asSlice(0, 20), SIZE - 10L)).isEqualTo(10);
        }
        assertThat(files.sawHeap).as("memory that native code cannot use").isFalse();
    }

    @ParameterizedTest
    @MethodSource("waysAndMemories") void aWriteBringsTheBytesOfTheCaller(Way way, Memory kind) {
        files.way = way;
        byte[] wanted = new byte[SIZE];
        number(wanted, 11);
        try (OpenFile file = open(); Arena arena = Arena.ofConfined()) {
            MemorySegment all = memory(kind, arena);
            MemorySegment.copy(wanted, 0, all, JAVA_BYTE, 0, SIZE);
            assertThat(file.write(all.asSlice(0, SIZE - 100), 0)).isEqualTo(SIZE - 100);
            assertThat(file.write(all.asSlice(SIZE - 100, 100), SIZE - 100)).isEqualTo(100);
        }
        assertThat(files.content).isEqualTo(wanted);
        assertThat(files.sawHeap).as("memory that native code cannot use").isFalse();
        assertThat(files.sawWritable).as("the caller's memory, to be changed").isFalse();
    }

    @ParameterizedTest
    @MethodSource("waysAndMemories") void anErrorAfterTheBytesIsTheCallers(Way way, Memory kind) {
        if (way == Way.LATER) {
            return;
        }
        files.way = way;
        files.fails = true;
        try (OpenFile file = open(); Arena arena = Arena.ofConfined()) {
            MemorySegment all = memory(kind, arena);
            assertThatThrownBy(() -> file.read(all, 0)).hasMessage(FuseException.of(Errno.ENODATA).getMessage());
            assertThatThrownBy(() -> file.write(all, 0)).hasMessage(FuseException.of(Errno.ENODATA).getMessage());
            files.fails = false;
            assertThat(file.read(all, 0)).isEqualTo(SIZE);
        }
    }

    @Test void anExtendedAttributeHasItsNameAndItsValue() throws Exception {
        try (UserKernel other = UserKernel.connect("mem:?inline", new FuseFileSystem() {
            @Override public Attr getattr(GetAttr op) {
                return Attr.directory(0777);
            }

            @Override public void setxattr(SetXattr op) {
                assertThat(op.name()).hasToString("user.name");
                assertThat(op.value()).containsExactly(1, 2, 3);
            }
        })) {
            other.vfs().setxattr("/", "user.name", new byte[]{1, 2, 3}, 0);
        }
    }

    @Test void memoryThatIsClosedIsRefusedOnTheCallersThread() {
        Arena arena = Arena.ofShared();
        MemorySegment closed = arena.allocate(SIZE);
        arena.close();
        try (OpenFile file = open()) {
            assertThatThrownBy(() -> file.write(closed, 0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> file.read(closed, 0)).isInstanceOf(IllegalStateException.class);
            assertThat(file.read(new byte[10], 0)).isEqualTo(10);
        }
    }
}

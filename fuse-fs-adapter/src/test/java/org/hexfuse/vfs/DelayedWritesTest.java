package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.LseekOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.WriteFlag;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Writes that stay in the page cache, by the requests that the server gets. */
@Timeout(60) class DelayedWritesTest {
    private static final int PAGE = 4096;
    private static final PageCacheOptions CACHE = PageCacheOptions.WRITEBACK.withDirtyTime(Duration.ofHours(1));

    private final ContentServer server = new ContentServer();
    private Vfs vfs = Vfs.mount(server.port, VfsOptions.DEFAULT.withPageCache(CACHE));

    @BeforeEach void negotiate() {
        server.port.flags |= InitFlag.WRITEBACK_CACHE.mask();
        server.port.answers.put(Opcode.OPEN,
                request -> StandInServer.opened(request, 0, 7, OpenOutFlag.KEEP_CACHE.mask()));
    }

    private OpenFile open(OpenFlag... flags) {
        return vfs.open("/f", flags);
    }

    private static byte[] bytes(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static Errno errno(Runnable call) {
        FuseException thrown = catchThrowableOfType(FuseException.class, call::run);
        return thrown == null ? Errno.OK : thrown.errno();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test void aWriteIsSentWhenTheFileIsClosedBeforeFlush() {
        OpenFile file = open(OpenFlag.WRITE);
        file.write(bytes(10, 1), 0);
        file.write(bytes(10, 2), 10);
        assertThat(server.writes).isEmpty();
        server.port.calls.clear();
        file.close();
        assertThat(server.writes).containsExactly("0+20");
        assertThat(server.port.calls).startsWith(Opcode.WRITE, Opcode.SETATTR, Opcode.FLUSH);
        assertThat(server.range(0, 100)).hasSize(20);
    }

    @Test void itIsSentInWholeMessagesWithTheCacheFlagAndNoCaller() {
        List<Integer> flags = new ArrayList<>();
        List<Integer> callers = new ArrayList<>();
        var working = server.port.answers.get(Opcode.WRITE);
        server.port.answers.put(Opcode.WRITE, request -> {
            flags.add(WriteIn.WRITE_FLAGS.get(request.arguments()));
            callers.add(InHeader.UID.get(request.head()));
            return working.to(request);
        });
        vfs = vfs.as(Credentials.ROOT);
        try (OpenFile file = open(OpenFlag.WRITE)) {
            for (int i = 0; i < 50; i++) {
                file.write(bytes(1000, i), i * 1000L);
            }
        }
        assertThat(server.writes).containsExactly("0+8192", "8192+8192", "16384+8192", "24576+8192", "32768+8192",
                "40960+8192", "49152+848");
        assertThat(flags).containsOnly((int) WriteFlag.CACHE.mask());
        assertThat(callers).containsOnly(0);
    }

    @Test void anAllocationLeavesDirtyPagesInTheCache() {
        server.port.answers.put(Opcode.FALLOCATE, _ -> 0);
        try (OpenFile file = open(OpenFlag.READ, OpenFlag.WRITE)) {
            file.write(bytes(10, 1), 0);
            file.fallocate(0, 0, 3 * PAGE);
            file.fallocate(1, 0, 5 * PAGE);
            assertThat(server.writes).isEmpty();
            byte[] target = new byte[20];
            assertThat(file.read(target, 0)).isEqualTo(20);
            assertThat(target).startsWith(bytes(10, 1)).endsWith(new byte[10]);
        }
        assertThat(server.writes).containsExactly("0+10");
    }

    /** Unlike Linux: by an LSEEK that does not know it a program would take it for a hole. */
    @Test void dirtyPagesAreWrittenOutBeforeDataIsSought() {
        server.port.answers.put(Opcode.LSEEK, request -> {
            assertThat(server.writes).containsExactly("0+10");
            LseekOut.OFFSET.set(request.reply(), 0);
            return LseekOut.SIZE;
        });
        try (OpenFile file = open(OpenFlag.READ, OpenFlag.WRITE)) {
            file.write(bytes(10, 1), 0);
            assertThat(file.seekData(0)).isZero();
        }
    }

    @Test void whatWasWrittenIsReadWithoutARequest() {
        try (OpenFile file = open(OpenFlag.READ, OpenFlag.WRITE)) {
            file.write(bytes(100, 5), 50);
            byte[] target = new byte[200];
            assertThat(file.read(target, 0)).isEqualTo(150);
            assertThat(target).startsWith(new byte[50]).containsSequence(bytes(100, 5));
            assertThat(file.stat().size()).isEqualTo(150);
            assertThat(server.reads).isEmpty();
        }
    }

    @Test void aPartOfAPageIsWrittenAfterTheRestWasRead() {
        server.fill(2 * PAGE);
        byte[] before = server.range(0, 2 * PAGE);
        try (OpenFile file = open(OpenFlag.WRITE)) {
            file.write(bytes(10, 5), PAGE - 5);
            assertThat(server.reads).containsExactly("0+4096", "4096+4096");
        }
        System.arraycopy(bytes(10, 5), 0, before, PAGE - 5, 10);
        assertThat(server.range(0, 2 * PAGE)).isEqualTo(before);
    }

    @Test void aPartOfAPageThatCannotBeReadIsWrittenThrough() {
        server.fill(PAGE);
        server.failFrom = 0;
        try (OpenFile file = open(OpenFlag.WRITE)) {
            assertThat(errno(() -> file.write(bytes(10, 5), 5))).isEqualTo(Errno.EIO);
        }
    }

    @Test void fsyncSendsWhatIsDirtyAndThenFsync() {
        try (OpenFile file = open(OpenFlag.WRITE)) {
            file.write(bytes(10, 1), 0);
            server.port.calls.clear();
            file.sync(false);
            assertThat(server.port.calls).startsWith(Opcode.WRITE).contains(Opcode.FSYNC);
            file.sync(false);
            assertThat(server.writes).hasSize(1);
        }
        assertThat(server.writes).hasSize(1);
    }

    @Test void eachOpenFileTellsAnErrorOnce() {
        OpenFile file = open(OpenFlag.WRITE);
        OpenFile other = open(OpenFlag.WRITE);
        file.write(bytes(10, 1), 0);
        server.port.fail(Opcode.WRITE, Errno.ENOSPC);
        assertThat(errno(() -> file.sync(false))).isEqualTo(Errno.ENOSPC);
        assertThat(errno(() -> file.sync(false))).isEqualTo(Errno.OK);
        assertThatCode(file::close).doesNotThrowAnyException();
        assertThat(errno(other::close)).isEqualTo(Errno.ENOSPC);
        assertThatCode(() -> open(OpenFlag.WRITE).close()).doesNotThrowAnyException();
        // FLUSH is sent all the same.
        assertThat(server.port.count(Opcode.FLUSH)).isEqualTo(3);
    }

    @Test void aWriteOfNothingIsAnError() {
        OpenFile file = open(OpenFlag.WRITE);
        file.write(bytes(10, 1), 0);
        server.port.answers.put(Opcode.WRITE, request -> {
            WriteOut.SIZE_FIELD.set(request.reply(), 0);
            return WriteOut.SIZE;
        });
        assertThat(errno(file::close)).isEqualTo(Errno.EIO);
    }

    @Test void moreWrittenThanSentIsAnError() {
        OpenFile file = open(OpenFlag.WRITE);
        file.write(bytes(10, 1), 0);
        server.port.answers.put(Opcode.WRITE, request -> {
            WriteOut.SIZE_FIELD.set(request.reply(), 11);
            return WriteOut.SIZE;
        });
        assertThat(errno(file::close)).isEqualTo(Errno.EIO);
    }

    @Test void aShortWriteGoesOnWithTheNextPage() {
        var working = server.port.answers.get(Opcode.WRITE);
        server.port.answers.put(Opcode.WRITE, request -> {
            int length = working.to(request);
            WriteOut.SIZE_FIELD.set(request.reply(), Math.min(PAGE + 10, WriteOut.SIZE_FIELD.get(request.reply())));
            return length;
        });
        try (OpenFile file = open(OpenFlag.WRITE)) {
            file.write(bytes(3 * PAGE, 1), 0);
        }
        assertThat(server.writes).containsExactly("0+8192", "4096+8192", "8192+4096");
    }

    @Test void aBrokenConnectionDropsWhatIsDirtyWithAnError() {
        OpenFile file = open(OpenFlag.WRITE);
        file.write(bytes(10, 1), 0);
        server.port.answered = 0;
        server.port.breaking = Errno.ECONNABORTED;
        assertThat(errno(file::close)).isEqualTo(Errno.ECONNABORTED);
        vfs.close();
    }

    @Test void truncationDropsWhatIsBehindTheEnd() {
        try (OpenFile file = open(OpenFlag.READ, OpenFlag.WRITE)) {
            file.write(bytes(3 * PAGE, 1), 0);
            file.truncate(PAGE + 10);
            assertThat(file.read(new byte[3 * PAGE], 0)).isEqualTo(PAGE + 10);
        }
        assertThat(server.writes).containsExactly("0+4106");
        assertThat(server.range(0, 3 * PAGE)).hasSize(PAGE + 10);
    }

    @Test void openingWithTruncDropsWhatIsDirty() {
        try (OpenFile file = open(OpenFlag.WRITE)) {
            file.write(bytes(3 * PAGE, 1), 0);
            open(OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
        }
        assertThat(server.writes).isEmpty();
    }

    @Test void chmodFollowsWhatIsDirty() {
        try (OpenFile file = open(OpenFlag.WRITE)) {
            file.write(bytes(10, 1), 0);
            server.port.calls.clear();
            vfs.chmod("/f", 0600);
            assertThat(server.port.calls).filteredOn(call -> call == Opcode.WRITE || call == Opcode.SETATTR)
                    .startsWith(Opcode.WRITE, Opcode.SETATTR);
        }
    }

    /** Also that behind it: without it the server would find the end of the file before. */
    @Test void directReadsFollowWhatIsDirtyFromThereOn() {
        try (OpenFile file = open(OpenFlag.WRITE); OpenFile direct = open(OpenFlag.READ, OpenFlag.DIRECT)) {
            file.write(bytes(10 * PAGE, 1), 0);
            assertThat(direct.read(new byte[PAGE], 8 * PAGE)).isEqualTo(PAGE);
            assertThat(server.writes).containsExactly("32768+8192");
        }
    }

    @Test void directWritesReplaceWhatIsDirty() {
        try (OpenFile file = open(OpenFlag.READ, OpenFlag.WRITE);
                OpenFile direct = open(OpenFlag.WRITE, OpenFlag.DIRECT)) {
            file.write(bytes(2 * PAGE, 1), 0);
            direct.write(bytes(PAGE, 2), 0);
            byte[] target = new byte[2 * PAGE];
            file.read(target, 0);
            assertThat(target).startsWith(bytes(PAGE, 2)).endsWith(bytes(PAGE, 1));
        }
        assertThat(server.range(0, 2 * PAGE)).startsWith(bytes(PAGE, 2)).endsWith(bytes(PAGE, 1));
    }

    @Test void aboveTheDirtyLimitTheWriterWritesOut() {
        vfs = Vfs.mount(server.port, VfsOptions.DEFAULT.withPageCache(CACHE.withBytes(1 << 20)));
        try (OpenFile file = open(OpenFlag.WRITE)) {
            file.write(bytes(2 << 20, 1), 0);
            assertThat(server.writes.size()).isGreaterThan(200);
        }
        assertThat(server.range(0, 4 << 20)).hasSize(2 << 20).containsOnly(1);
        vfs.close();
    }

    @Test void withoutMemoryWritesGoThrough() {
        vfs = Vfs.mount(server.port, VfsOptions.DEFAULT.withPageCache(CACHE.withBytes(0)));
        try (OpenFile file = open(OpenFlag.READ, OpenFlag.WRITE)) {
            file.write(bytes(PAGE + 10, 1), 0);
            assertThat(server.writes).containsExactly("0+4096", "4096+10");
            byte[] target = new byte[2 * PAGE];
            assertThat(file.read(target, 0)).isEqualTo(PAGE + 10);
            assertThat(target).startsWith(bytes(PAGE + 10, 1));
        }
    }

    @Test void theFlusherWritesOutWhatIsDirtyForLong() throws Exception {
        vfs = Vfs.mount(server.port, VfsOptions.DEFAULT.withPageCache(CACHE.withDirtyTime(Duration.ofMillis(5))));
        OpenFile file = open(OpenFlag.WRITE);
        file.write(bytes(10, 1), 0);
        await(() -> !server.writes.isEmpty());
        assertThat(server.writes).containsExactly("0+10");
        vfs.close();
    }

    @Test void anErrorDoesNotEndTheFlusher() throws Exception {
        vfs = Vfs.mount(server.port, VfsOptions.DEFAULT.withPageCache(CACHE.withDirtyTime(Duration.ofMillis(5))));
        var working = server.port.answers.get(Opcode.WRITE);
        int[] failed = {0};
        server.port.answers.put(Opcode.WRITE, _ -> {
            failed[0]++;
            throw FuseException.of(Errno.EIO);
        });
        OpenFile file = open(OpenFlag.WRITE);
        file.write(bytes(10, 1), 0);
        await(() -> failed[0] > 0);
        server.port.answers.put(Opcode.WRITE, working);
        file.write(bytes(10, 1), 0);
        await(() -> !server.writes.isEmpty());
        assertThat(errno(() -> file.sync(false))).isEqualTo(Errno.EIO);
        vfs.close();
    }

    @Test void unmountingWritesOutWhatIsDirty() {
        OpenFile file = open(OpenFlag.WRITE);
        file.write(bytes(10, 1), 0);
        vfs.close();
        assertThat(server.writes).containsExactly("0+10");
    }

    @Test void anInterruptedCloseLosesNothing() {
        OpenFile file = open(OpenFlag.WRITE);
        file.write(bytes(10, 1), 0);
        Thread.currentThread().interrupt();
        file.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(server.writes).containsExactly("0+10");
    }

    @Test void withoutWritebackCacheWritesGoThrough() {
        server.port.flags &= ~InitFlag.WRITEBACK_CACHE.mask();
        try (OpenFile file = open(OpenFlag.WRITE)) {
            file.write(bytes(10, 1), 0);
            assertThat(server.writes).containsExactly("0+10");
        }
    }
}

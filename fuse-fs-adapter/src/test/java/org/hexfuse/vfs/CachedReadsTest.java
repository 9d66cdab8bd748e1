package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.transport.Span;
import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reads through the page cache, by the requests that the server gets. */
@Timeout(60) class CachedReadsTest {
    private static final int PAGE = 4096;

    private final ContentServer server = new ContentServer();
    private final DentryCache dentries = new DentryCache(100, CacheClock.SYSTEM);
    private final PollTable polls = new PollTable();
    private final NotificationHandler notifications = new NotificationHandler(dentries, polls);
    private final Vfs vfs = Vfs.mount(server.port, dentries, polls,
            VfsOptions.DEFAULT.withPageCache(PageCacheOptions.AUTO));
    private final List<OpenFile> opened = new ArrayList<>();

    @AfterEach void close() {
        opened.forEach(OpenFile::close);
        vfs.close();
    }

    private OpenFile open(OpenFlag... flags) {
        OpenFile file = vfs.open("/f", flags);
        opened.add(file);
        return file;
    }

    private void openFlags(OpenOutFlag... flags) {
        long mask = 0;
        for (OpenOutFlag flag : flags) {
            mask |= flag.mask();
        }
        long all = mask;
        server.port.answers.put(Opcode.OPEN, request -> StandInServer.opened(request, 0, 7, all));
    }

    private void check(OpenFile file, long offset, int length) {
        byte[] target = new byte[length];
        int got = file.read(target, offset);
        assertThat(Arrays.copyOf(target, got)).isEqualTo(server.range(offset, length));
    }

    @Test void aPageIsReadOnceAndWhole() {
        server.fill(10 * PAGE);
        OpenFile file = open();
        check(file, 3 * PAGE + 5, 10);
        check(file, 3 * PAGE + 50, 100);
        check(file, 3 * PAGE, PAGE);
        assertThat(server.reads).containsExactly("12288+4096");
    }

    @Test void otherOpenFilesReadTheSamePagesWithKeepCache() {
        server.fill(PAGE);
        openFlags(OpenOutFlag.KEEP_CACHE);
        check(open(), 0, PAGE);
        check(open(), 0, PAGE);
        assertThat(server.reads).hasSize(1);
    }

    @Test void openingWithoutKeepCacheDropsThePages() {
        server.fill(PAGE);
        check(open(), 0, PAGE);
        check(open(), 0, PAGE);
        assertThat(server.reads).hasSize(2);
    }

    @Test void directIoBypassesTheCache() {
        server.fill(PAGE);
        openFlags(OpenOutFlag.KEEP_CACHE);
        check(open(), 0, 100);
        check(open(OpenFlag.DIRECT), 0, 100);
        openFlags(OpenOutFlag.DIRECT_IO);
        check(open(), 0, 100);
        assertThat(server.reads).containsExactly("0+4096", "0+100", "0+100");
    }

    @Test void streamsBypassTheCache() {
        server.fill(PAGE);
        openFlags(OpenOutFlag.STREAM);
        OpenFile stream = open();
        byte[] target = new byte[10];
        stream.read(target);
        stream.read(target);
        assertThat(server.reads).containsExactly("0+10", "0+10");
    }

    @Test void filesThatCannotSeekAreCached() {
        server.fill(PAGE);
        openFlags(OpenOutFlag.NONSEEKABLE);
        OpenFile file = open();
        byte[] target = new byte[10];
        file.read(target);
        file.read(target);
        assertThat(target).isEqualTo(server.range(10, 10));
        assertThat(server.reads).containsExactly("0+4096");
    }

    @Test void largeReadsAreOfAsMuchAsAMessageHolds() {
        server.fill(10 * PAGE);
        check(open(), 0, 5 * PAGE);
        assertThat(server.reads).containsExactly("0+8192", "8192+8192", "16384+4096");
    }

    @Test void readsEndAtTheEndOfTheFile() {
        server.fill(PAGE + 100);
        OpenFile file = open();
        check(file, PAGE, PAGE);
        check(file, PAGE + 100, 10);
        check(file, 5 * PAGE, 10);
        assertThat(server.reads).containsExactly("4096+4096");
    }

    @Test void aReadAtTheEndRequestsAttributesThatHaveTimedOut() {
        server.fill(100);
        server.port.attributeSeconds = 0;
        OpenFile file = open();
        check(file, 0, 50);
        long before = server.port.count(Opcode.GETATTR);
        check(file, 10, 50);
        assertThat(server.port.count(Opcode.GETATTR)).isEqualTo(before);
        server.fill(200);
        check(file, 50, 150);
        assertThat(server.port.count(Opcode.GETATTR)).isEqualTo(before + 1);
    }

    @Test void aShortReadEndsTheFile() {
        server.fill(3 * PAGE);
        server.port.attributeSeconds = 100;
        OpenFile file = open();
        server.shorten(PAGE + 10);
        check(file, 0, 3 * PAGE);
        assertThat(vfs.stat("/f").size()).isEqualTo(PAGE + 10);
    }

    @Test void withAutoInvalDataAnotherMtimeDropsThePages() {
        server.port.flags |= InitFlag.AUTO_INVAL_DATA.mask();
        server.fill(2 * PAGE);
        server.file.mtime = 5;
        OpenFile file = open();
        check(file, 0, 10);
        check(file, 0, 10);
        assertThat(server.reads).hasSize(1);
        server.fill(2 * PAGE);
        server.file.mtime = 6;
        check(file, 0, 10);
        assertThat(server.reads).hasSize(2);
    }

    @Test void withoutAutoInvalDataAnotherMtimeDropsNothing() {
        server.fill(2 * PAGE);
        OpenFile file = open();
        check(file, 0, 10);
        server.file.mtime = 6;
        vfs.stat("/f");
        check(file, 0, 10);
        assertThat(server.reads).hasSize(1);
    }

    @Test void anotherSizeDropsThePages() {
        server.fill(2 * PAGE);
        OpenFile file = open();
        check(file, 0, 10);
        server.fill(3 * PAGE);
        vfs.stat("/f");
        check(file, 0, 10);
        assertThat(server.reads).hasSize(2);
    }

    @Test void withExplicitInvalDataAnotherSizeDropsWhatIsBehindIt() {
        server.port.flags |= InitFlag.EXPLICIT_INVAL_DATA.mask();
        server.fill(2 * PAGE + 10);
        OpenFile file = open();
        check(file, 0, 2 * PAGE + 10);
        server.fill(3 * PAGE);
        vfs.stat("/f");
        server.reads.clear();
        file.read(new byte[2 * PAGE], 0);
        assertThat(server.reads).isEmpty();
        check(file, 2 * PAGE, PAGE);
        assertThat(server.reads).containsExactly("8192+4096");
    }

    @Test void invalInodeDropsThePagesOfItsRange() {
        server.fill(4 * PAGE);
        OpenFile file = open();
        check(file, 0, 4 * PAGE);
        server.reads.clear();
        assertThat(notifications.invalidateNode(server.file.number, PAGE + 1, PAGE)).isEqualTo(Errno.OK);
        check(file, 0, 4 * PAGE);
        assertThat(server.reads).containsExactly("4096+8192");
        server.reads.clear();
        notifications.invalidateNode(server.file.number, -1, 0);
        check(file, 0, 4 * PAGE);
        assertThat(server.reads).isEmpty();
        notifications.invalidateNode(server.file.number, 2 * PAGE, 0);
        check(file, 0, 4 * PAGE);
        assertThat(server.reads).containsExactly("8192+8192");
    }

    @Test void storedDataNeedNotBeRead() {
        server.fill(2 * PAGE);
        OpenFile file = open();
        byte[] content = server.range(0, 2 * PAGE);
        assertThat(notifications.store(server.file.number, 0, span(content))).isEqualTo(Errno.OK);
        check(file, 0, 2 * PAGE);
        assertThat(server.reads).isEmpty();
    }

    @Test void retrieveReturnsTheCachedDataFromAnOffsetOn() {
        server.fill(4 * PAGE);
        OpenFile file = open();
        MemorySegment target = MemorySegment.ofArray(new byte[4 * PAGE]);
        assertThat(notifications.retrieve(server.file.number, 10, target)).isZero();
        check(file, 0, 2 * PAGE);
        assertThat(notifications.retrieve(server.file.number, 10, target)).isEqualTo(2 * PAGE - 10);
        assertThat(target.asSlice(0, 2 * PAGE - 10).toArray(JAVA_BYTE))
                .isEqualTo(server.range(10, 2 * PAGE - 10));
        check(file, 2 * PAGE, 2 * PAGE);
        assertThat(notifications.retrieve(server.file.number, 3 * PAGE, target)).isEqualTo(PAGE);
        assertThat(notifications.retrieve(server.file.number, 9 * PAGE, target)).isZero();
    }

    private static Span span(byte[] bytes) {
        return new Span().set(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    @Test void writesGoThroughAndAreRead() {
        server.fill(2 * PAGE);
        OpenFile file = open(OpenFlag.READ, OpenFlag.WRITE);
        check(file, 0, 2 * PAGE);
        file.write(new byte[]{1, 2, 3}, PAGE - 1);
        assertThat(server.writes).containsExactly("4095+3");
        check(file, 0, 2 * PAGE);
        assertThat(server.reads).containsExactly("0+8192");
    }

    @Test void aFailedWriteDropsItsPages() {
        server.fill(2 * PAGE);
        OpenFile file = open(OpenFlag.READ, OpenFlag.WRITE);
        check(file, 0, 2 * PAGE);
        server.port.fail(Opcode.WRITE, Errno.ENOSPC);
        FuseException thrown = catchThrowableOfType(FuseException.class, () -> file.write(new byte[3], 5));
        assertThat(thrown.errno()).isEqualTo(Errno.ENOSPC);
        check(file, 0, 2 * PAGE);
        assertThat(server.reads).containsExactly("0+8192", "0+4096");
    }

    @Test void truncationEndsTheCachedData() {
        server.fill(3 * PAGE);
        OpenFile file = open(OpenFlag.READ, OpenFlag.WRITE);
        check(file, 0, 3 * PAGE);
        file.truncate(PAGE + 10);
        file.truncate(3 * PAGE);
        server.reads.clear();
        check(file, 0, 3 * PAGE);
        assertThat(server.reads).containsExactly("8192+4096");
    }

    @Test void openingWithTruncEndsTheCachedData() {
        openFlags(OpenOutFlag.KEEP_CACHE);
        server.fill(PAGE);
        OpenFile file = open();
        check(file, 0, PAGE);
        server.fill(0);
        open(OpenFlag.WRITE, OpenFlag.TRUNCATE);
        server.fill(PAGE);
        vfs.stat("/f");
        check(file, 0, PAGE);
        assertThat(server.reads).hasSize(2);
    }

    @Test void errorsOfReadsAreThrownAndNotCached() {
        server.fill(PAGE);
        OpenFile file = open();
        var working = server.port.answers.get(Opcode.READ);
        server.port.fail(Opcode.READ, Errno.EIO);
        FuseException thrown = catchThrowableOfType(FuseException.class, () -> file.read(new byte[10], 0));
        assertThat(thrown.errno()).isEqualTo(Errno.EIO);
        server.port.answers.put(Opcode.READ, working);
        check(file, 0, 10);
    }

    @Test void aReplyThatIsLongerThanRequestedIsAnError() {
        server.fill(PAGE);
        OpenFile file = open();
        server.port.answers.put(Opcode.READ, request -> ReadIn.SIZE_FIELD.get(request.arguments()) + 1);
        FuseException thrown = catchThrowableOfType(FuseException.class, () -> file.read(new byte[10], 0));
        assertThat(thrown.errno()).isEqualTo(Errno.EIO);
    }

    @Test void sequentialReadsReadAheadInTheBackground() {
        server.port.flags |= InitFlag.ASYNC_READ.mask();
        server.port.maxReadahead = 32 * PAGE;
        server.port.maxPages = 32;
        server.fill(200 * PAGE);
        OpenFile file = open();
        for (int page = 0; page < 200; page++) {
            check(file, (long) page * PAGE, PAGE);
        }
        // It doubles to max_readahead, and no page is read twice.
        assertThat(server.reads).startsWith("0+16384", "16384+32768", "49152+65536", "114688+131072")
                .contains("245760+131072");
        assertThat(server.bytesRead()).isEqualTo(200 * PAGE);
    }

    @Test void readaheadHonoursMaxReadahead() {
        server.port.flags |= InitFlag.ASYNC_READ.mask();
        server.fill(50 * PAGE);
        OpenFile file = open();
        for (int page = 0; page < 10; page++) {
            check(file, (long) page * PAGE, PAGE);
        }
        assertThat(server.reads).hasSize(10).allMatch(read -> read.endsWith("+4096"));
    }

    @Test void randomReadsReadNothingAhead() {
        server.port.flags |= InitFlag.ASYNC_READ.mask();
        server.port.maxReadahead = 32 * PAGE;
        server.fill(100 * PAGE);
        OpenFile file = open();
        for (int page : new int[]{50, 3, 77, 20, 91}) {
            check(file, (long) page * PAGE, PAGE);
        }
        assertThat(server.reads).hasSize(5).allMatch(read -> read.endsWith("+4096"));
    }

    @Test void withoutAsyncReadOneRequestIsInFlight() {
        server.port.maxReadahead = 32 * PAGE;
        server.port.maxPages = 32;
        server.fill(100 * PAGE);
        server.port.background = _ -> {
            throw new AssertionError("a READ in the background");
        };
        OpenFile file = open();
        for (int page = 0; page < 100; page++) {
            check(file, (long) page * PAGE, PAGE);
        }
        server.port.background = Runnable::run;
        assertThat(server.reads.size()).isLessThan(50);
        assertThat(server.bytesRead()).isEqualTo(100 * PAGE);
    }

    @Test void anErrorOfReadaheadIsThatOfTheReaderWhoComesThere() {
        server.port.flags |= InitFlag.ASYNC_READ.mask();
        server.port.maxReadahead = 4 * PAGE;
        server.port.maxPages = 4;
        server.fill(20 * PAGE);
        OpenFile file = open();
        server.failFrom = 4 * PAGE;
        for (int page = 0; page < 4; page++) {
            check(file, (long) page * PAGE, PAGE);
        }
        FuseException thrown = catchThrowableOfType(FuseException.class, () -> file.read(new byte[10], 4 * PAGE));
        assertThat(thrown.errno()).isEqualTo(Errno.EIO);
        server.failFrom = Long.MAX_VALUE;
        check(file, 4 * PAGE, PAGE);
    }

    @Test void releaseFollowsTheReadsInFlight() {
        server.port.flags |= InitFlag.ASYNC_READ.mask();
        server.port.maxReadahead = 4 * PAGE;
        server.port.maxPages = 4;
        server.fill(20 * PAGE);
        var waiting = new ArrayList<Runnable>();
        server.port.background = waiting::add;
        OpenFile file = vfs.open("/f");
        check(file, 0, PAGE);
        check(file, PAGE, PAGE);
        assertThat(waiting).hasSize(1);
        file.close();
        assertThat(server.port.count(Opcode.RELEASE)).isZero();
        server.port.background = Runnable::run;
        waiting.forEach(Runnable::run);
        long end = System.nanoTime() + 10_000_000_000L;
        while (server.port.count(Opcode.RELEASE) == 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(server.port.count(Opcode.RELEASE)).isEqualTo(1);
    }

    @Test void fallocateDropsItsRange() {
        server.fill(2 * PAGE);
        OpenFile file = open(OpenFlag.READ, OpenFlag.WRITE);
        check(file, 0, 2 * PAGE);
        server.port.answers.put(Opcode.FALLOCATE, _ -> {
            server.zero(0, 10);
            return 0;
        });
        file.fallocate(3, 0, 10);
        check(file, 0, 2 * PAGE);
        assertThat(server.reads).containsExactly("0+8192", "0+4096");
    }

    @Test void atimeIsRequestedAfterAReadAndNotAfterCachedOnes() {
        server.port.attributeSeconds = 100;
        server.fill(PAGE);
        OpenFile file = open();
        check(file, 0, 10);
        long before = server.port.count(Opcode.GETATTR);
        file.stat();
        assertThat(server.port.count(Opcode.GETATTR)).isEqualTo(before + 1);
        check(file, 0, 10);
        file.stat();
        assertThat(server.port.count(Opcode.GETATTR)).isEqualTo(before + 1);
    }
}

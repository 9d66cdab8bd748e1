package org.hexfuse.vfs;

import org.hexfuse.abi.Caller;
import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.InodeTable;
import org.hexfuse.vfs.file.Handle;
import org.hexfuse.vfs.file.PollWaiter;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.PollFlag;
import org.hexfuse.abi.PollIn;
import org.hexfuse.abi.PollOut;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code poll(2)}, with and without a wait. */
class PollingTest {
    private static final int IN = 0x1;
    private static final int OUT = 0x4;
    private static final int ERROR = 0x8;
    private static final int HANG_UP = 0x10;
    private static final Duration LONG = Duration.ofSeconds(30);

    private final StandInServer server = new StandInServer();
    private final DentryCache dentries = new DentryCache(100, CacheClock.SYSTEM);
    private final InodeTable inodes = dentries.inodes();
    private final PollTable polls = new PollTable();
    private final NotificationHandler sink = new NotificationHandler(dentries, polls);
    private final Superblock superblock = new Superblock(server, dentries, polls, VfsOptions.DEFAULT);
    private final List<Long> handles = new ArrayList<>();
    private final List<Integer> flags = new ArrayList<>();
    private final AtomicInteger ready = new AtomicInteger();
    private PollWaiter polling;
    private Handle handle;

    @BeforeEach void open() {
        handle = new Handle(superblock, inodes.root(), Caller.KERNEL, 1, 7, 0, 0, false);
        inodes.root().hold();
        polling = new PollWaiter(handle);
        server.answers.put(Opcode.POLL, request -> {
            synchronized (handles) {
                handles.add(PollIn.KH.get(request.arguments()));
                flags.add(PollIn.FLAGS.get(request.arguments()));
            }
            PollOut.REVENTS.set(request.reply(), ready.get());
            return PollOut.SIZE;
        });
    }

    private CompletableFuture<Integer> waiting(int events) {
        var result = new CompletableFuture<Integer>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(polling.await(events, LONG));
            } catch (FuseException e) {
                result.complete(-e.errno().code());
            }
        });
        awaitAsked(1);
        return result;
    }

    private void awaitAsked(int times) {
        awaitUntil(() -> {
            synchronized (handles) {
                return handles.size() >= times ? 1 : 0;
            }
        });
    }

    private static void awaitUntil(IntSupplier condition) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (condition.getAsInt() == 0 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(condition.getAsInt()).isNotZero();
    }

    private static int outcome(CompletableFuture<Integer> result) throws Exception {
        return result.get(10, TimeUnit.SECONDS);
    }

    @Test void aPollWithoutWaitSchedulesNoNotification() {
        ready.set(IN | HANG_UP);
        assertThat(polling.now(IN | OUT)).isEqualTo(IN | HANG_UP);
        assertThat(flags).containsExactly(0);
        assertThat(polls.size()).isZero();
    }

    @Test void readyEventsAreReturnedAtOnce() {
        ready.set(OUT);
        assertThat(polling.await(OUT, LONG)).isEqualTo(OUT);
        assertThat(flags).containsExactly((int) PollFlag.SCHEDULE_NOTIFY.mask());
    }

    @Test void notifyPollWakesTheWaiter() throws Exception {
        CompletableFuture<Integer> result = waiting(IN);
        ready.set(IN);
        assertThat(sink.pollWakeup(handles.getFirst())).isEqualTo(Errno.OK);
        assertThat(outcome(result)).isEqualTo(IN);
        assertThat(handles).hasSize(2);
    }

    @Test void aSpuriousWakeupKeepsTheWaiterBlocked() throws Exception {
        CompletableFuture<Integer> result = waiting(IN);
        sink.pollWakeup(handles.getFirst());
        awaitAsked(2);
        assertThat(result).isNotDone();
        ready.set(IN);
        sink.pollWakeup(handles.getFirst());
        assertThat(outcome(result)).isEqualTo(IN);
    }

    @Test void aWakeupBeforeTheReplyIsNotLost() {
        server.answers.put(Opcode.POLL, request -> {
            int before = ready.getAndSet(IN);
            sink.pollWakeup(PollIn.KH.get(request.arguments()));
            PollOut.REVENTS.set(request.reply(), before);
            return PollOut.SIZE;
        });
        assertThat(polling.await(IN, LONG)).isEqualTo(IN);
    }

    @Test void eachFileKeepsAPollHandleOfItsOwn() {
        var other = new PollWaiter(handle);
        polling.await(IN, Duration.ZERO);
        polling.await(IN, Duration.ZERO);
        other.await(IN, Duration.ZERO);
        assertThat(handles.get(0)).isNotZero().isEqualTo(handles.get(1)).isNotEqualTo(handles.get(2));
        polling.close();
        other.close();
        assertThat(polls.size()).isZero();
    }

    @Test void theTimeoutEndsTheWait() {
        assertThat(polling.await(IN, Duration.ofMillis(5))).isZero();
    }

    @Test void aWakeupForAnUnknownHandleIsIgnored() {
        assertThat(sink.pollWakeup(4711)).isEqualTo(Errno.OK);
    }

    @Test void afterEnosysAFileIsAlwaysReady() {
        server.fail(Opcode.POLL, Errno.ENOSYS);
        assertThat(polling.now(IN | OUT)).isEqualTo(IN | OUT);
        assertThat(polling.await(OUT, LONG)).isEqualTo(OUT);
        assertThat(server.count(Opcode.POLL)).isEqualTo(1);
    }

    @Test void anErrorOfTheServerIsPollerr() {
        server.fail(Opcode.POLL, Errno.EIO);
        assertThat(polling.now(IN)).isEqualTo(ERROR);
        assertThat(polling.await(IN, LONG)).isEqualTo(ERROR);
    }

    @Test void theEndOfTheConnectionWakesTheWaiter() throws Exception {
        CompletableFuture<Integer> result = waiting(IN);
        server.fail(Opcode.POLL, Errno.ENOTCONN);
        sink.ended();
        assertThat(outcome(result)).isEqualTo(ERROR);
    }

    @Test void closingTheFileWakesTheWaiter() throws Exception {
        CompletableFuture<Integer> result = waiting(IN);
        handle.close();
        polling.close();
        assertThat(outcome(result)).isEqualTo(-Errno.EBADF.code());
    }

    @Test void aWaitAfterTheCloseRegistersNothing() {
        handle.close();
        polling.close();
        FuseException thrown = catchThrowableOfType(FuseException.class, () -> polling.await(IN, LONG));
        assertThat(thrown.errno()).isEqualTo(Errno.EBADF);
        assertThat(polls.size()).isZero();
    }

    @Test void aTimeoutBeyondTheClockIsForEver() throws Exception {
        ready.set(IN);
        assertThat(polling.await(IN, Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(IN);
    }

    @Test void anInterruptEndsTheWait() {
        Thread.currentThread().interrupt();
        FuseException thrown = catchThrowableOfType(FuseException.class, () -> polling.await(IN, LONG));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(thrown.errno()).isEqualTo(Errno.EINTR);
    }
}

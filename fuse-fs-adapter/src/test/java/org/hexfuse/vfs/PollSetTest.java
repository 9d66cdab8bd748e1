package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.PollFlag;
import org.hexfuse.abi.PollIn;
import org.hexfuse.abi.PollOut;
import org.hexfuse.posix.PollEvents;
import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code poll(2)} on several files at once. */
@Timeout(60) class PollSetTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final StandInServer server = new StandInServer();
    private final DentryCache dentries = new DentryCache(100, CacheClock.SYSTEM);
    private final PollTable polls = new PollTable();
    private final NotificationHandler sink = new NotificationHandler(dentries, polls);
    private final Vfs vfs = Vfs.mount(server, dentries, polls, VfsOptions.DEFAULT);
    /** The ready events by file handle, and the poll handles. */
    private final Map<Long, Integer> ready = new ConcurrentHashMap<>();
    private final Map<Long, Long> pollHandles = new ConcurrentHashMap<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private OpenFile one;
    private OpenFile two;

    @BeforeEach void open() {
        long[] next = {1};
        server.file(server.root, "f");
        server.answers.put(Opcode.OPEN, request -> StandInServer.opened(request, 0, next[0]++, 0));
        server.answers.put(Opcode.POLL, request -> {
            long fh = PollIn.FH.get(request.arguments());
            boolean schedules = PollFlag.SCHEDULE_NOTIFY.in(PollIn.FLAGS.get(request.arguments()));
            pollHandles.put(fh, PollIn.KH.get(request.arguments()));
            PollOut.REVENTS.set(request.reply(), ready.getOrDefault(fh, 0));
            sent.add(fh + (schedules ? " scheduled" : ""));
            return PollOut.SIZE;
        });
        one = vfs.open("/f");
        two = vfs.open("/f");
    }

    private List<PollFd> both() {
        return List.of(new PollFd(one, PollEvents.IN), new PollFd(two, PollEvents.IN | PollEvents.OUT));
    }

    private FutureTask<List<Integer>> waiting(List<Thread> threads) {
        var task = new FutureTask<>(() -> {
            try {
                return PollFd.poll(both(), LONG);
            } catch (FuseException e) {
                return List.of(-e.errno().code());
            }
        });
        Thread thread = Thread.ofVirtual().start(task);
        threads.add(thread);
        await().until(() -> sent.size() >= 2 && thread.getState() == Thread.State.TIMED_WAITING);
        return task;
    }

    private FutureTask<List<Integer>> waiting() {
        return waiting(new ArrayList<>());
    }

    @Test void withoutATimeoutNoNotificationIsScheduled() {
        ready.put(2L, PollEvents.OUT | PollEvents.HUP);
        assertThat(PollFd.poll(both(), Duration.ZERO)).containsExactly(0, PollEvents.OUT | PollEvents.HUP);
        assertThat(sent).containsExactly("1", "2");
        assertThat(polls.size()).isZero();
    }

    @Test void afterAFileThatIsReadyNoneIsScheduled() {
        ready.put(1L, PollEvents.IN);
        ready.put(2L, PollEvents.IN);
        assertThat(PollFd.poll(both(), LONG)).containsExactly(PollEvents.IN, PollEvents.IN);
        assertThat(sent).containsExactly("1 scheduled", "2");
    }

    @Test void aNotificationForAnyWakes() throws Exception {
        FutureTask<List<Integer>> waiting = waiting();
        ready.put(2L, PollEvents.IN);
        sink.pollWakeup(pollHandles.get(2L));
        assertThat(waiting.get(10, TimeUnit.SECONDS)).containsExactly(0, PollEvents.IN);
        assertThat(sent).containsExactly("1 scheduled", "2 scheduled", "1 scheduled", "2 scheduled");
    }

    @Test void aSpuriousNotificationWakesNobody() throws Exception {
        FutureTask<List<Integer>> waiting = waiting();
        sink.pollWakeup(pollHandles.get(1L));
        await().until(() -> sent.size() >= 4);
        assertThat(waiting.isDone()).isFalse();
        ready.put(1L, PollEvents.IN);
        sink.pollWakeup(pollHandles.get(1L));
        assertThat(waiting.get(10, TimeUnit.SECONDS)).containsExactly(PollEvents.IN, 0);
    }

    @Test void aWakeupBeforeTheReplyIsNotLost() {
        var before = server.answers.get(Opcode.POLL);
        server.answers.put(Opcode.POLL, request -> {
            int length = before.to(request);
            if (sent.size() == 2) {
                ready.put(1L, PollEvents.IN);
                sink.pollWakeup(pollHandles.get(1L));
            }
            return length;
        });
        assertThat(PollFd.poll(both(), LONG)).containsExactly(PollEvents.IN, 0);
    }

    @Test void theTimeoutReturnsNothing() {
        assertThat(PollFd.poll(both(), Duration.ofMillis(5))).containsExactly(0, 0);
        assertThat(PollFd.poll(List.of(), Duration.ofMillis(5))).isEmpty();
    }

    @Test void aFileThatIsClosedMeanwhileIsPollnval() throws Exception {
        FutureTask<List<Integer>> waiting = waiting();
        two.close();
        assertThat(waiting.get(10, TimeUnit.SECONDS)).containsExactly(0, PollEvents.NVAL);
        assertThat(PollFd.poll(both(), LONG)).containsExactly(0, PollEvents.NVAL);
        assertThat(PollFd.poll(both(), Duration.ZERO)).containsExactly(0, PollEvents.NVAL);
        one.close();
        assertThat(polls.size()).isZero();
    }

    @Test void aFileThatIsOnlyAPathIsPollnval() {
        try (OpenFile path = vfs.open("/f", OpenFlag.PATH)) {
            assertThat(PollFd.poll(List.of(new PollFd(path, PollEvents.IN)), LONG)).containsExactly(PollEvents.NVAL);
        }
        assertThat(polls.size()).isZero();
    }

    @Test void anInterruptIsEintr() throws Exception {
        var threads = new ArrayList<Thread>();
        FutureTask<List<Integer>> waiting = waiting(threads);
        threads.getFirst().interrupt();
        assertThat(waiting.get(10, TimeUnit.SECONDS)).containsExactly(-Errno.EINTR.code());
        Thread.currentThread().interrupt();
        assertFails(Errno.EINTR, () -> PollFd.poll(both(), LONG));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test void theEndOfTheConnectionWakes() throws Exception {
        FutureTask<List<Integer>> waiting = waiting();
        server.fail(Opcode.POLL, Errno.ENOTCONN);
        sink.ended();
        assertThat(waiting.get(10, TimeUnit.SECONDS)).containsExactly(PollEvents.ERR, PollEvents.ERR);
    }

    @Test void aFileMayBeThereTwice() throws Exception {
        ready.put(1L, PollEvents.IN);
        assertThat(PollFd.poll(List.of(new PollFd(one, PollEvents.IN), new PollFd(one, PollEvents.OUT)), LONG))
                .containsExactly(PollEvents.IN, 0);
    }

    @Test void serversThatDoNotSupportPollAreAlwaysReady() {
        server.fail(Opcode.POLL, Errno.ENOSYS);
        assertThat(PollFd.poll(both(), LONG)).containsExactly(PollEvents.IN, PollEvents.IN | PollEvents.OUT);
        assertThat(server.count(Opcode.POLL)).isEqualTo(1);
    }
}

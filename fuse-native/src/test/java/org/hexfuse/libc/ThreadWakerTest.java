package org.hexfuse.libc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;

class ThreadWakerTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test void aBlockedReaderIsWokenEveryTime() throws Exception {
        var random = new Random(1);
        try (Arena arena = Arena.ofShared(); var pipe = Fd.pipe()) {
            MemorySegment memory = arena.allocate(8);
            for (int round = 0; round < 100; round++) {
                var registered = new CompletableFuture<ThreadWaker>();
                var result = new CompletableFuture<Long>();
                Thread reader = Thread.ofPlatform().start(() -> {
                    try (var waker = ThreadWaker.register()) {
                        registered.complete(waker);
                        long last = 0;
                        while (waker.enter()) {
                            last = Syscalls.read(pipe.reader(), memory, 8);
                            waker.leave();
                        }
                        result.complete(last);
                    }
                });
                ThreadWaker waker = registered.get();
                Thread.sleep(random.nextInt(3));
                assertThat(waker.wake(LONG)).as("round %d", round).isTrue();
                assertThat(result.get()).as("round %d", round).isIn(0L, (long) -Errno.EINTR.code());
                reader.join();
            }
        }
    }

    @Test void noSignalReachesAThreadOutsideOfACall() throws Exception {
        var registered = new CompletableFuture<ThreadWaker>();
        var stop = new AtomicBoolean();
        var interrupted = new AtomicLong();
        try (Arena arena = Arena.ofShared(); var pipe = Fd.pipe()) {
            Thread worker = Thread.ofPlatform().start(() -> {
                var waker = ThreadWaker.register();
                registered.complete(waker);
                var set = new PollSet(arena, 1);
                set.set(0, pipe.reader(), PollSet.IN);
                while (!stop.get()) {
                    if (set.poll(1) == -Errno.EINTR.code()) {
                        interrupted.incrementAndGet();
                    }
                }
            });
            ThreadWaker waker = registered.get();
            for (int i = 0; i < 100; i++) {
                assertThat(waker.wake(LONG)).isTrue();
                Thread.sleep(1);
            }
            stop.set(true);
            worker.join();
        }
        assertThat(interrupted).hasValue(0);
    }

    @Test void aThreadThatWasWokenDoesNotBlockAgain() {
        try (var waker = ThreadWaker.register()) {
            assertThat(waker.enter()).isTrue();
            waker.leave();
            assertThat(waker.wake(Duration.ZERO)).isTrue();
            assertThat(waker.woken()).isTrue();
            assertThat(waker.enter()).isFalse();
            assertThat(waker.enter()).isFalse();
        }
    }

    @Test void timesOut() throws Exception {
        var entered = new CompletableFuture<ThreadWaker>();
        var leave = new CompletableFuture<Void>();
        Thread thread = Thread.ofPlatform().start(() -> {
            var waker = ThreadWaker.register();
            waker.enter();
            entered.complete(waker);
            leave.join();
            waker.leave();
        });
        assertThat(entered.get().wake(Duration.ofMillis(50))).as("still between enter and leave").isFalse();
        leave.complete(null);
        thread.join();
        assertThat(entered.get().wake(Duration.ZERO)).isTrue();
    }

    @Test void aVirtualThreadCannotBeWoken() throws Exception {
        var thrown = new CompletableFuture<Throwable>();
        Thread.ofVirtual().start(() -> {
            try {
                ThreadWaker.register().close();
                thrown.complete(new AssertionError("registered"));
            } catch (IllegalStateException e) {
                thrown.complete(e);
            }
        });
        assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("virtual");
    }
}

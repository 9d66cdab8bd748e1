package org.hexfuse.transport.linux.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a handler does with the interrupt of its caller, over memory and under the running kernel. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class InterruptOperationsTest {
    /** The choices of an author. */
    enum Choice {
        POLLED, CALLBACK, CALLBACK_LATE, THREAD, NOT_THE_THREAD, IGNORED
    }

    /** Looks up one name, as its choice says. Without {@code opened} the wait ends by the interrupt alone. */
    private static final class Waiting implements FuseFileSystem {
        final Choice choice;
        final CountDownLatch opened = new CountDownLatch(1);
        final CountDownLatch inside = new CountDownLatch(1);
        final Queue<String> events = new ConcurrentLinkedQueue<>();

        Waiting(Choice choice) {
            this.choice = choice;
        }

        boolean isIgnored() { return choice == Choice.IGNORED || choice == Choice.NOT_THE_THREAD; }

        @Override public Blocking blocking() {
            return Blocking.IN_JAVA;
        }

        @Override public boolean interruptsThreads() {
            return choice == Choice.NOT_THE_THREAD;
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0755);
        }

        @Override public Entry lookup(Lookup op) throws InterruptedException {
            return switch (op.name().toString()) {
                case "wait" -> hold(op);
                default -> Entry.absent(Duration.ZERO);
            };
        }

        private Entry hold(Lookup op) throws InterruptedException {
            if (choice == Choice.CALLBACK_LATE) {
                return op.later(reply -> {
                    op.onInterrupt(() -> {
                        events.add("interrupted");
                        reply.fail(FuseException.of(Errno.EINTR));
                    });
                    inside.countDown();
                });
            }
            switch (choice) {
                case CALLBACK -> op.onInterrupt(() -> {
                    events.add("interrupted");
                    opened.countDown();
                });
                case THREAD -> op.interruptThread(true);
                case NOT_THE_THREAD -> op.interruptThread(false);
                default -> {
                    // It looks, or does not.
                }
            }
            inside.countDown();
            try {
                if (choice == Choice.POLLED) {
                    while (!op.interrupted()) {
                        TimeUnit.MILLISECONDS.sleep(1);
                    }
                    events.add("interrupted");
                } else {
                    opened.await();
                }
            } catch (InterruptedException e) {
                events.add("interrupted");
                throw e;
            }
            if (isIgnored()) {
                events.add("went on");
                return Entry.absent(Duration.ZERO);
            }
            throw FuseException.of(Errno.EINTR);
        }
    }

    /** What follows an interrupt: only handlers that ignore it have to be let go. */
    private static void check(Waiting fileSystem, Runnable interrupt, Runnable join) throws InterruptedException {
        assertThat(fileSystem.inside.await(20, TimeUnit.SECONDS)).isTrue();
        interrupt.run();
        if (fileSystem.isIgnored()) {
            TimeUnit.MILLISECONDS.sleep(200);
            assertThat(fileSystem.events).isEmpty();
            fileSystem.opened.countDown();
            join.run();
            assertThat(fileSystem.events).containsExactly("went on");
        } else {
            await().until(() -> fileSystem.events.contains("interrupted"));
            join.run();
            assertThat(fileSystem.events).containsExactly("interrupted");
        }
    }

    @ParameterizedTest
    @EnumSource(Choice.class) void overMemory(Choice choice) throws Exception {
        var fileSystem = new Waiting(choice);
        try (UserKernel kernel = UserKernel.connect("mem:", fileSystem)) {
            try {
                overMemory(kernel, fileSystem);
            } finally {
                fileSystem.opened.countDown();
            }
        }
    }

    private static void overMemory(UserKernel kernel, Waiting fileSystem) throws InterruptedException {
        var outcome = new CompletableFuture<Errno>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                outcome.complete(kernel.vfs().exists("/wait") ? Errno.OK : Errno.ENOENT);
            } catch (FuseException e) {
                outcome.complete(e.errno());
            }
        });
        check(fileSystem, caller::interrupt, () -> {
            try {
                assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        boolean ignored = fileSystem.isIgnored();
        assertThat(outcome).isCompletedWithValue(ignored ? Errno.ENOENT : Errno.EINTR);
        // The interrupt stays with its request.
        for (int i = 0; i < 20; i++) {
            assertThat(kernel.vfs().exists("/other")).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Choice.class) void underTheRunningKernel(Choice choice) throws Exception {
        var fileSystem = new Waiting(choice);
        RunningKernel kernel = RunningKernel.mount(fileSystem);
        Process caller = new ProcessBuilder("stat", kernel.path().resolve("wait").toString()).start();
        try {
            check(fileSystem, caller::destroy, () -> {
                try {
                    assertThat(caller.waitFor(10, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            for (int i = 0; i < 20; i++) {
                assertThat(kernel.path().resolve("other")).doesNotExist();
            }
        } finally {
            fileSystem.opened.countDown();
            caller.destroyForcibly();
            kernel.close();
        }
    }
}

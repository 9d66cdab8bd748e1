package org.hexfuse.transport.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Lookup;
import org.hexfuse.testkit.RunningKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Filesystems that block, under the running kernel. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class BlockingMountTest {
    private Path point;
    private RunningKernel kernel;
    private Gate gate;

    @AfterEach void unmount() throws IOException {
        if (gate != null) {
            gate.open.countDown();
        }
        if (kernel != null) {
            kernel.close();
        }
    }

    private void mount(Gate blocking, UnaryOperator<FuseServer.Builder> settings) throws Exception {
        gate = blocking;
        kernel = RunningKernel.mount(settings.apply(FuseServer.serve(gate)));
        point = kernel.path();
    }

    /** Looks up names that begin with {@code wait} when the latch is opened, others at once. No name is there. */
    private static final class Gate implements FuseFileSystem {
        final Blocking blocking;
        final AtomicInteger sessions = new AtomicInteger();
        final AtomicInteger waiting = new AtomicInteger();
        volatile CountDownLatch open = new CountDownLatch(1);

        Gate(Blocking blocking) {
            this.blocking = blocking;
        }

        @Override public void init(InitNegotiation negotiation) {
            sessions.incrementAndGet();
        }

        @Override public Blocking blocking() {
            return blocking;
        }

        @Override public Entry lookup(Lookup op) throws InterruptedException {
            if (op.name().toString().startsWith("wait")) {
                waiting.incrementAndGet();
                open.await();
                waiting.decrementAndGet();
            }
            return Entry.absent(Duration.ZERO);
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0755);
        }
    }

    private List<Thread> lookups(int count, ConcurrentLinkedQueue<Boolean> found) {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            Path name = point.resolve("wait" + i);
            threads.add(Thread.ofPlatform().daemon().start(() -> found.add(Files.exists(name))));
        }
        return threads;
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    /** How many descriptors of the device this process has. */
    private static long devices() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(fd -> {
                try {
                    return Files.readSymbolicLink(fd).toString().equals(KernelMount.DEVICE);
                } catch (IOException _) {
                    return false;
                }
            }).count();
        }
    }

    @Test void moreHandlersWaitInJavaThanThereAreThreads() throws Exception {
        mount(new Gate(Blocking.IN_JAVA), server -> server.threads(2).maxThreads(20));
        var found = new ConcurrentLinkedQueue<Boolean>();
        List<Thread> waiters = lookups(200, found);
        await().until(() -> gate.waiting.get() == 200);
        assertThat(Files.exists(point.resolve("quick"))).isFalse();
        assertThat(devices()).isLessThanOrEqualTo(20);
        gate.open.countDown();
        join(waiters);
        assertThat(found).hasSize(200).containsOnly(false);
    }

    @ParameterizedTest
    @EnumSource(value = Blocking.class, names = "NEVER", mode = EnumSource.Mode.EXCLUDE) void descriptorsAreUsedAgainAsThreadsComeAndGo(
            Blocking blocking) throws Exception {
        mount(new Gate(blocking), server -> server.threads(2).maxIdleThreads(1, Duration.ofMillis(50)));
        long most = 0;
        for (int round = 0; round < 4; round++) {
            gate.open = new CountDownLatch(1);
            var found = new ConcurrentLinkedQueue<Boolean>();
            List<Thread> waiters = lookups(20, found);
            await().until(() -> gate.waiting.get() == 20);
            assertThat(Files.exists(point.resolve("quick"))).isFalse();
            gate.open.countDown();
            join(waiters);
            assertThat(found).hasSize(20).containsOnly(false);
            most = Math.max(most, devices());
            await().until(() -> workers() <= 4);
        }
        // Without using them again they would be over sixty.
        assertThat(most).isBetween(20L, 30L);
        assertThat(gate.sessions).hasValue(1);
    }

    /** The threads that read and the monitor. */
    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("hexfuse linux:")).count();
    }
}

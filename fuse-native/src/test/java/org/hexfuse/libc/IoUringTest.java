package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class IoUringTest {
    private IoUring ring;

    @BeforeEach void create() {
        try {
            ring = IoUring.create(4);
        } catch (LibcException e) {
            assumeTrue(false, "no io_uring here: " + e.getMessage());
        }
    }

    @AfterEach void close() {
        if (ring != null) {
            ring.close();
        }
    }

    private static long rings() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(fd -> {
                try {
                    return Files.readSymbolicLink(fd).toString().equals("anon_inode:[io_uring]");
                } catch (IOException _) {
                    return false;
                }
            }).count();
        }
    }

    private static long mappings() throws IOException {
        try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.contains("[io_uring]")).count();
        }
    }

    @Test void aNopCompletesWithItsData() throws Exception {
        ring.enable();
        ring.nop(42);
        assertThat(ring.prepared()).isEqualTo(1);
        assertThat(ring.hasCompletion()).isFalse();
        assertThat(ring.submit(1)).isEqualTo(1);
        assertThat(ring.prepared()).isZero();
        assertThat(ring.take()).isTrue();
        assertThat(ring.userData()).isEqualTo(42);
        assertThat(ring.result()).isZero();
        assertThat(ring.take()).isFalse();
    }

    @Test void entriesBeyondTheQueueAreSubmittedFirst() throws Exception {
        ring.enable();
        long sum = 0;
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 6; i++) {
                ring.nop(i);
            }
            assertThat(ring.prepared()).isEqualTo(2);
            ring.submit(6);
            while (ring.take()) {
                sum += ring.userData();
            }
        }
        assertThat(sum).isEqualTo(50 * 15);
    }

    @Test void aRegisteredFileStaysOpenInTheRing() throws Exception {
        try (Arena arena = Arena.ofConfined(); Fd.Pipe pipe = Fd.pipe()) {
            ring.registerFiles(pipe.reader());
            ring.enable();
            pipe.reader().close();
            MemorySegment memory = arena.allocate(8);
            ring.read(0, memory, 8, 7);
            assertThat(ring.submit(0)).isEqualTo(1);
            assertThat(ring.take()).isFalse();
            memory.set(JAVA_LONG, 0, 99);
            try (Arena other = Arena.ofConfined()) {
                MemorySegment sent = other.allocate(8);
                sent.set(JAVA_LONG, 0, 4711);
                assertThat(Syscalls.write(pipe.writer(), sent, 8)).isEqualTo(8);
            }
            assertThat(ring.submit(1)).isZero();
            assertThat(ring.take()).isTrue();
            assertThat(ring.result()).isEqualTo(8);
            assertThat(memory.get(JAVA_LONG, 0)).isEqualTo(4711);
        }
    }

    @Test void aCommandThatTheDriverLacksFailsInItsCompletion() throws Exception {
        try (Arena arena = Arena.ofConfined(); Fd event = Fd.eventfd()) {
            ring.registerFiles(event);
            ring.enable();
            ring.command(0, 1, MemorySegment.NULL, 0, arena.allocate(24), 5);
            assertThat(ring.submit(1)).isEqualTo(1);
            assertThat(ring.take()).isTrue();
            assertThat(ring.result()).isEqualTo(-Errno.EOPNOTSUPP.code());
        }
    }

    @Test void closesWhileAThreadIsInEnterOnceThatIsWoken() throws Exception {
        long before = rings();
        long mapped = mappings();
        try (Arena arena = Arena.ofShared(); Fd event = Fd.eventfd()) {
            ring.registerFiles(event);
            var blocks = new CountDownLatch(1);
            var end = new CompletableFuture<Long>();
            Thread waiter = Thread.ofPlatform().daemon().start(() -> {
                try {
                    ring.enable();
                    ring.read(0, arena.allocate(8), 8, 1);
                    ring.submit(0);
                    blocks.countDown();
                    long submitted = ring.submit(1);
                    end.complete(submitted == 0 ? ring.submit(1) : submitted);
                } catch (Throwable t) {
                    end.completeExceptionally(t);
                }
            });
            blocks.await();
            ring.close();
            assertThat(ring.isClosed()).isTrue();
            MemorySegment one = arena.allocate(8);
            one.set(JAVA_LONG, 0, 1);
            assertThat(Syscalls.write(event, one, 8)).isEqualTo(8);
            assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(-Errno.EBADF.code());
            assertThat(waiter.join(java.time.Duration.ofSeconds(20))).isTrue();
        }
        assertThat(rings()).isEqualTo(before - 1);
        assertThat(mappings()).isEqualTo(mapped - 2);
    }

    @Test void aClosedRingIsUsedWithoutAnEffect() throws Exception {
        ring.enable();
        ring.close();
        ring.close();
        ring.nop(1);
        assertThat(ring.prepared()).isZero();
        assertThat(ring.submit(1)).isEqualTo(-Errno.EBADF.code());
        assertThat(ring.hasCompletion()).isFalse();
        assertThat(ring.take()).isFalse();
        assertThatThrownBy(ring::enable).isInstanceOf(LibcException.class).hasMessageContaining("EBADF");
    }

    @Test void refusesAThreadThatHasNotEnabledIt() throws Exception {
        ring.enable();
        ring.nop(1);
        var other = CompletableFuture.supplyAsync(() -> ring.submit(0));
        assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo(-Errno.EEXIST.code());
        assertThat(ring.submit(1)).isEqualTo(1);
    }

    @Test void pinsAThreadToAProcessor() throws Exception {
        var allowed = new CompletableFuture<String>();
        var failure = new CompletableFuture<Throwable>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                ThreadAffinity.pin(0);
                allowed.complete(Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                        .filter(line -> line.startsWith("Cpus_allowed_list:")).findFirst().orElse(""));
                ThreadAffinity.pin(4000);
                failure.complete(new AssertionError("pinned to a processor that is not there"));
            } catch (IOException e) {
                allowed.complete(e.getMessage());
                failure.complete(e);
            }
        });
        assumeTrue(!allowed.get(20, TimeUnit.SECONDS).contains("EINVAL"), "processor 0 is not one of this process");
        assertThat(allowed.get()).endsWith("\t0");
        assertThat(failure.get(20, TimeUnit.SECONDS)).hasMessageContaining("EINVAL");
    }
}

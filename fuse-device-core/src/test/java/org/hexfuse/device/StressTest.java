package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestServer.zeros;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.hexfuse.abi.DeviceIoctl;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestKernel.Kernel;
import org.hexfuse.device.TestServer.Received;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many callers and servers under small and large limits, undisturbed and with disturbances. All randomness comes from a seed,
 * which is in the names of the tests; {@code -Dhexfuse.seed} sets it.
 */
class StressTest {
    private static final long SEED = Long.getLong("hexfuse.seed", 20_260_823L);

    static Stream<Arguments> shapes() {
        var shapes = new ArrayList<Arguments>();
        for (Kernel kernel : Kernel.values()) {
            for (int clients : new int[]{1, 4, 16}) {
                for (int servers : new int[]{1, 2, 4}) {
                    for (int maxActive : new int[]{1, 2, 1000}) {
                        shapes.add(Arguments.of(kernel, clients, servers, maxActive, SEED));
                    }
                }
            }
        }
        return shapes.stream();
    }

    @AfterAll static void disturbancesHadAllOutcomes() {
        assertThat(StressRun.OUTCOMES).as("%s", StressRun.OUTCOMES).containsKeys(Errno.OK, Errno.ENOENT, Errno.EINTR,
                Errno.EIO, Errno.ECONNABORTED, Errno.ENOTCONN, Errno.ETIMEDOUT);
        assertThat(StressRun.SUBMISSIONS).as("%s", StressRun.SUBMISSIONS).containsKeys(Errno.OK, Errno.ENOENT,
                Errno.EINTR, Errno.ECONNABORTED, Errno.ENOTCONN);
    }

    private static StressRun run(Kernel kernel, int clients, int servers, int maxActive, long seed) {
        KernelProfile profile = kernel == Kernel.LINUX ? kernel.profile() : kernel.profile().withMaxActive(maxActive);
        return new StressRun(profile, clients, servers, maxActive, seed);
    }

    @ParameterizedTest(name = "{0}, {1} clients, {2} servers, {3} maxActive, seed {4}")
    @MethodSource("shapes") void everyUndisturbedCallGetsItsReply(Kernel kernel, int clients, int servers,
            int maxActive,
            long seed) {
        StressRun run = run(kernel, clients, servers, maxActive, seed);
        run.start(false);
        run.joinClients();
        run.device.connection.close();
        run.joinAll();
        assertThat(run.surprises).isEmpty();
        assertThat(run.calls.sum()).isEqualTo(run.replies.sum());
        assertThat(run.forgotten.sum()).isEqualTo(run.forgets.sum());
        run.assertNothingIsLeft();
    }

    @ParameterizedTest(name = "{0}, {1} clients, {2} servers, {3} maxActive, seed {4}")
    @MethodSource("shapes") void everyDisturbedCallEnds(Kernel kernel, int clients, int servers, int maxActive,
            long seed) throws InterruptedException {
        for (long next = seed; next < seed + 3; next++) {
            StressRun run = run(kernel, clients, servers, maxActive, next);
            run.start(true);
            run.disturb();
            run.end();
            run.joinAll();
            assertThat(run.surprises).as("seed %d", next).isEmpty();
            run.assertNothingIsLeft();
        }
    }

    /** Reads before the mount, the mount, and a thread that makes it fail, all concurrently. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4}) void everySynchronousMountReturns(long part) {
        var random = new SplittableRandom(SEED + part);
        for (int i = 0; i < 100; i++) {
            DeviceFile file = DeviceFile.open(KernelProfile.linux());
            file.ioctl(DeviceIoctl.SYNC_INIT.request());
            var mounted = new AtomicReference<Errno>();
            var connection = new AtomicReference<FuseConnection>();
            Thread mount = Thread.ofVirtual().start(() -> mounted.set(errno(() -> connection.set(
                    file.mount(NotificationSink.NONE, ConnectionOptions.DEFAULT, TestKernel.MAX_MESSAGE)))));
            boolean replies = random.nextBoolean();
            var readers = new ArrayList<Thread>();
            for (int j = random.nextInt(1, 4); j > 0; j--) {
                readers.add(Thread.ofVirtual().start(() -> errno(() -> replyToInit(file, replies))));
            }
            switch (random.nextInt(4)) {
                case 0 -> file.close();
                case 1 -> mount.interrupt();
                case 2 -> readers.getFirst().interrupt();
                default -> errno(() -> file.write(zeros(16)));
            }
            if (readers.size() == 1 || !replies) {
                // The only reader that would have replied may be interrupted.
                TestKernel.eventually(() -> !mount.isAlive() || readers.stream().noneMatch(Thread::isAlive));
                file.close();
            }
            TestKernel.eventually(() -> !mount.isAlive());
            assertThat(mounted.get()).isIn(Errno.OK, Errno.ENOTCONN, Errno.EBADF);
            assertThat(mounted.get() == Errno.OK).isEqualTo(connection.get() != null);
            file.close();
            TestKernel.eventually(() -> readers.stream().noneMatch(Thread::isAlive));
        }
    }

    private static void replyToInit(DeviceFile file, boolean well) {
        Received init = TestKernel.read(file);
        file.write(well ? TestKernel.reply(init, TestKernel.initOut(0, 2)) : TestKernel.error(init, Errno.EPROTO));
    }

    /** Several threads abort or close the connection concurrently. */
    @ParameterizedTest(name = "{0}, {1} clients, {2} servers, {3} maxActive, seed {4}")
    @MethodSource("shapes") void concurrentAbortsAbortOnce(Kernel kernel, int clients, int servers, int maxActive,
            long seed) {
        StressRun run = run(kernel, clients, servers, maxActive, seed);
        run.start(true);
        var random = new SplittableRandom(seed);
        var aborters = new ArrayList<Thread>();
        List<Runnable> ways = List.of(run.device.connection::abort, run.device.connection::abortByControl,
                run.device.file::close, () -> errno(() -> run.device.write(message(0, 7, zeros(0)))));
        for (int i = 0; i < 8; i++) {
            aborters.add(Thread.ofVirtual().start(ways.get(random.nextInt(ways.size()))));
        }
        run.end();
        TestKernel.eventually(() -> aborters.stream().noneMatch(Thread::isAlive));
        run.joinAll();
        assertThat(run.surprises).isEmpty();
        assertThat(run.device.connection.state()).isEqualTo(DeviceState.DISCONNECTED);
        assertThat(run.device.callNow(Opcode.UNLINK, 1, _ -> {})).isEqualTo(Errno.ENOTCONN);
        run.assertNothingIsLeft();
    }
}

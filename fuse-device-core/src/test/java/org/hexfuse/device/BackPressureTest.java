package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limits of requests in flight: which requests are admitted, and which are blocked until others end. */
class BackPressureTest {
    private TestKernel device = TestKernel.of(KernelProfile.linux());

    @AfterEach void end() {
        device.close();
        device.assertIdle();
    }

    private void use(KernelProfile profile) {
        device.close();
        device = TestKernel.of(profile);
    }

    private List<Future<Errno>> calls(int count) {
        var calls = new ArrayList<Future<Errno>>();
        for (int i = 0; i < count; i++) {
            calls.add(device.call(Opcode.UNLINK, i));
        }
        device.awaitOutstanding(count);
        return calls;
    }

    @Nested class AMaximumOfAllRequests {
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 5}) void admitsExactlyThatMany(int most) throws Exception {
            use(KernelProfile.gvisor().withMaxActive(most));
            List<Future<Errno>> calls = calls(12);
            assertThat(device.pending()).isEqualTo(most);
            for (int answered = 0; answered < 12; answered++) {
                Received request = device.read();
                assertThat(device.write(reply(request))).isEqualTo(Errno.OK);
                assertThat(device.pending()).isEqualTo(Math.min(most, 12 - answered - 1));
            }
            for (Future<Errno> call : calls) {
                assertThat(outcome(call)).isEqualTo(Errno.OK);
            }
            device.assertIdle();
        }

        @Test void countsARequestUntilItsReply() throws Exception {
            use(KernelProfile.gvisor().withMaxActive(2));
            calls(3);
            Received first = device.read();
            device.read();
            assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
            device.write(reply(first));
            device.read();
        }

        @Test void dequeuesTheBlockedRequestOfAnInterruptedCaller() throws Exception {
            use(KernelProfile.gvisor().withMaxActive(1));
            Future<Errno> first = device.call(Opcode.UNLINK, 1);
            device.awaitPending(1);
            Future<Errno> second = device.call(Opcode.UNLINK, 2);
            device.awaitOutstanding(2);
            device.interrupt();
            assertThat(outcome(second)).isEqualTo(Errno.EINTR);
            assertThat(device.connection.waiting()).isEqualTo(1);
            device.write(reply(device.read()));
            assertThat(outcome(first)).isEqualTo(Errno.OK);
            assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
            device.assertIdle();
        }

        @Test void admitsAnotherWhenAnAdmittedCallerIsInterrupted() throws Exception {
            use(KernelProfile.gvisor().withMaxActive(1));
            Future<Errno> first = device.call(Opcode.UNLINK, 1);
            device.awaitPending(1);
            device.interrupt();
            Future<Errno> second = device.call(Opcode.UNLINK, 2);
            assertThat(outcome(first)).isEqualTo(Errno.EINTR);
            Received request = device.read();
            assertThat(request.node()).isEqualTo(2);
            device.write(reply(request));
            assertThat(outcome(second)).isEqualTo(Errno.OK);
        }

        @Test void admitsAnotherWhenARequestIsTooLong() throws Exception {
            use(KernelProfile.gvisor().withMaxActive(1));
            Future<Errno> large = device.call(Opcode.SETXATTR, 1, request -> request.data(zeros(20_000), 0, 20_000));
            device.awaitPending(1);
            Future<Errno> small = device.call(Opcode.UNLINK, 2);
            device.awaitOutstanding(2);
            device.file.read(zeros(10_000));
            assertThat(outcome(large)).isEqualTo(Errno.E2BIG);
            device.connection.abort();
            assertThat(outcome(small)).isEqualTo(Errno.ECONNABORTED);
        }

        @Test void endsBlockedRequestsOnAbort() throws Exception {
            use(KernelProfile.gvisor().withMaxActive(1));
            List<Future<Errno>> calls = calls(256);
            device.connection.abort();
            for (Future<Errno> call : calls) {
                assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
            }
            assertThat(device.callNow(Opcode.UNLINK, 1, _ -> {})).isEqualTo(Errno.ENOTCONN);
        }

        @Test void admitsAnotherWhenACloneIsClosed() throws Exception {
            use(KernelProfile.linux().withMaxActive(1));
            DeviceFile clone = device.connection.openFile();
            Future<Errno> first = device.call(Opcode.UNLINK, 1);
            TestKernel.read(clone);
            Future<Errno> second = device.call(Opcode.UNLINK, 2);
            device.awaitOutstanding(2);
            clone.close();
            assertThat(outcome(first)).isEqualTo(Errno.ECONNABORTED);
            device.write(reply(device.read()));
            assertThat(outcome(second)).isEqualTo(Errno.OK);
        }
    }

    @Nested class BackgroundRequests {
        private final ConcurrentLinkedQueue<Errno> done = new ConcurrentLinkedQueue<>();

        private void submit(int count) {
            for (int i = 0; i < count; i++) {
                device.connection.submit(device.connection.newRequest(Opcode.RELEASE, i, Caller.KERNEL).force(),
                        done::add);
            }
        }

        @Test void areAdmittedUpToMaxBackground() {
            submit(5);
            assertThat(device.pending()).isEqualTo(2);
            for (int i = 0; i < 5; i++) {
                Received next = device.read();
                assertThat(next.node()).isEqualTo(i);
                device.write(reply(next));
            }
            assertThat(done).hasSize(5).containsOnly(Errno.OK);
        }

        @Test void doNotBlockForegroundRequests() throws Exception {
            submit(5);
            Future<Errno> call = device.call(Opcode.UNLINK, 77);
            device.awaitPending(3);
            device.connection.abort();
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
            assertThat(done).hasSize(5).containsOnly(Errno.ECONNABORTED);
        }

        @Test void areAdmittedUpToTheLimitOfTheControlFile() {
            submit(5);
            device.connection.maxBackground(4);
            assertThat(device.pending()).isEqualTo(4);
            assertThat(errno(() -> device.connection.maxBackground(65_536))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> device.connection.maxBackground(0))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> device.connection.congestionThreshold(65_536))).isEqualTo(Errno.EINVAL);
        }

        @Test void haveBoundedLimitsForAnUnprivilegedServer() {
            try (TestKernel user = new TestKernel(ConnectionOptions.DEFAULT.withProfile(KernelProfile.gvisor())
                    .withPrivileged(false), NotificationSink.NONE)) {
                user.initialize(0, 1000);
                assertThat(user.connection.negotiated().maxBackground()).isEqualTo(12);
                assertThat(user.connection.negotiated().congestionThreshold()).isEqualTo(9);
                assertThat(errno(() -> user.connection.maxBackground(13))).isEqualTo(Errno.EINVAL);
            }
        }

        @Test void congestTheFilesystemAtTheThreshold() {
            device.connection.congestionThreshold(3);
            submit(2);
            assertThat(device.connection.isCongested()).isFalse();
            submit(1);
            assertThat(device.connection.isCongested()).isTrue();
            device.write(reply(device.read()));
            assertThat(device.connection.isCongested()).isFalse();
        }

        @Test void getEnotconnAfterAnAbort() {
            Request late = device.connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL);
            device.connection.abort();
            device.connection.submit(late, done::add);
            assertThat(done).containsExactly(Errno.ENOTCONN);
        }
    }

    @Nested class Forgets {
        @Test void areNotBatchedBeforeMinor16() {
            try (TestKernel old = TestKernel.fresh(KernelProfile.linux())) {
                old.write(reply(old.read(), TestServer.initOut(15, 0, 4096, 0)));
                old.connection.forget(5, 1);
                old.connection.forget(6, 1);
                assertThat(old.read().opcode()).isEqualTo(Opcode.FORGET);
                assertThat(old.read().opcode()).isEqualTo(Opcode.FORGET);
            }
        }

        @Test void areBatchedUpToTheBufferSize() {
            for (int i = 0; i < 600; i++) {
                device.connection.forget(i + 2, 1);
            }
            var buffer = zeros(8192);
            assertThat(device.file.read(buffer)).isEqualTo(48 + 509 * 16);
            assertThat(device.file.read(buffer)).isLessThan(8192);
            assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
        }

        @Test void areDroppedOnAbort() {
            device.connection.forget(5, 1);
            device.connection.abort();
            device.connection.forget(6, 1);
            device.assertIdle();
        }
    }
}

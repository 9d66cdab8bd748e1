package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The timeouts of connections and requests, and the events that a listener gets. */
class TimeoutsTest {
    private static final long MILLISECOND = Duration.ofMillis(1).toNanos();
    private static final ConnectionOptions HASTY = ConnectionOptions.DEFAULT
            .withRequestTimeout(Duration.ofMillis(150));

    @Nested class AConnectionsRequestTimeout {
        @Test void abortsTheConnectionAndEndsTheLateRequestWithEtimedout() throws Exception {
            try (TestKernel device = TestKernel.of(HASTY)) {
                Future<Errno> call = device.call(Opcode.UNLINK, 1);
                device.read();
                assertThat(outcome(call)).isEqualTo(Errno.ETIMEDOUT);
                assertThat(device.connection.state()).isEqualTo(DeviceState.DISCONNECTED);
                assertThat(device.callNow(Opcode.UNLINK, 1, _ -> {})).isEqualTo(Errno.ENOTCONN);
                assertThat(device.readError(8192)).isEqualTo(Errno.ENODEV);
                device.assertIdle();
            }
        }

        @Test void doesNotLimitSetlkw() throws Exception {
            try (TestKernel device = TestKernel.of(HASTY)) {
                Future<Errno> lock = device.call(Opcode.SETLKW, 1);
                Received request = device.read();
                Thread.sleep(500);
                assertThat(device.connection.isConnected()).isTrue();
                device.write(reply(request));
                assertThat(outcome(lock)).isEqualTo(Errno.OK);
                device.assertIdle();
            }
        }

        @Test void appliesToPendingRequests() throws Exception {
            try (TestKernel device = TestKernel.of(HASTY)) {
                assertThat(outcome(device.call(Opcode.UNLINK, 1))).isEqualTo(Errno.ETIMEDOUT);
                device.assertIdle();
            }
        }

        @Test void appliesToBackgroundRequestsInProcessing() throws Exception {
            try (TestKernel device = TestKernel.of(HASTY)) {
                var release = new CompletableFuture<Errno>();
                device.connection.submit(device.connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL),
                        release::complete);
                device.read();
                assertThat(outcome(release)).isEqualTo(Errno.ETIMEDOUT);
                TestKernel.eventually(() -> !device.connection.isConnected());
                device.assertIdle();
            }
        }

        @Test void appliesToBlockedRequests() throws Exception {
            try (TestKernel device = TestKernel.of(HASTY)) {
                var last = new CompletableFuture<Errno>();
                for (int i = 0; i < 5; i++) {
                    device.connection.submit(device.connection.newRequest(Opcode.RELEASE, i, Caller.KERNEL).force(),
                            last::complete);
                }
                assertThat(outcome(last)).isIn(Errno.ETIMEDOUT, Errno.ECONNABORTED);
                TestKernel.eventually(() -> !device.connection.isConnected());
            }
        }

        @Test void doesNotApplyToRequestsInTime() throws Exception {
            try (TestKernel device = TestKernel.of(HASTY.withRequestTimeout(Duration.ofMinutes(1)))) {
                Abort abort = device.connection.core().abort;
                Future<Errno> first = device.call(Opcode.UNLINK, 1);
                Received request = device.read();
                Thread.sleep(5);
                Future<Errno> second = device.call(Opcode.UNLINK, 2);
                device.awaitPending(1);
                abort.checkTimeouts(Duration.ofSeconds(50).toNanos());
                assertThat(device.connection.isConnected()).isTrue();
                device.write(reply(request));
                assertThat(outcome(first)).isEqualTo(Errno.OK);
                device.write(reply(device.read()));
                assertThat(outcome(second)).isEqualTo(Errno.OK);
                // A request that has ended is not late, however long it took.
                abort.checkTimeouts(0);
                assertThat(device.connection.isConnected()).isTrue();
                Future<Errno> third = device.call(Opcode.UNLINK, 3);
                device.awaitPending(1);
                abort.checkTimeouts(0);
                assertThat(outcome(third)).isEqualTo(Errno.ETIMEDOUT);
            }
        }

        @Test void doesNotAbortForARequestThatHasJustEnded() throws Exception {
            try (TestKernel device = TestKernel.of(HASTY.withRequestTimeout(Duration.ofMinutes(1)))) {
                Request request = device.connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL);
                device.connection.submit(request, _ -> {});
                device.write(reply(device.read()));
                device.connection.core().abort.abortOnTimeout(request.state);
                assertThat(device.connection.isConnected()).isTrue();
            }
        }

        @Test void leavesNoThreadAfterAnAbort() {
            TestKernel device = TestKernel.of(ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ofSeconds(60)));
            Thread timeouts = device.connection.core().abort.timeoutThread();
            assertThat(timeouts.isAlive()).isTrue();
            device.close();
            TestKernel.eventually(() -> !timeouts.isAlive());
        }
    }

    @Nested class ARequestsOwnTimeout {
        private final TestKernel device = TestKernel.of(KernelProfile.linux());

        @Test void dequeuesAPendingRequest() throws Exception {
            try (device) {
                Future<Errno> call = device.call(Opcode.UNLINK, 1, request -> request.timeout(20 * MILLISECOND));
                assertThat(outcome(call)).isEqualTo(Errno.ETIMEDOUT);
                assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
                assertThat(device.connection.isConnected()).isTrue();
                device.assertIdle();
            }
        }

        @Test void sendsInterruptAndDropsTheLateReply() throws Exception {
            try (device) {
                Future<Errno> call = device.call(Opcode.READ, 1,
                        request -> request.replyRoom(100).timeout(200 * MILLISECOND));
                Received request = device.read();
                Received interrupt = device.read();
                assertThat(interrupt.unique()).isEqualTo(request.unique() | 1);
                assertThat(outcome(call)).isEqualTo(Errno.ETIMEDOUT);
                assertThat(device.connection.waiting()).isEqualTo(1);
                assertThat(device.write(reply(request, zeros(100)))).isEqualTo(Errno.ENOENT);
                device.assertIdle();
            }
        }

        @Test void doesNotApplyToTheNextRequest() throws Exception {
            try (device) {
                device.callNow(Opcode.UNLINK, 1, request -> request.timeout(MILLISECOND));
                Future<Errno> call = device.call(Opcode.UNLINK, 1);
                Received request = device.read();
                Thread.sleep(20);
                device.write(reply(request));
                assertThat(outcome(call)).isEqualTo(Errno.OK);
            }
        }

        @Test void appliesToABlockedRequest() throws Exception {
            try (TestKernel narrow = TestKernel.of(KernelProfile.gvisor().withMaxActive(1))) {
                Future<Errno> first = narrow.call(Opcode.UNLINK, 1);
                narrow.awaitPending(1);
                assertThat(narrow.callNow(Opcode.UNLINK, 2, request -> request.timeout(MILLISECOND)))
                        .isEqualTo(Errno.ETIMEDOUT);
                narrow.write(reply(narrow.read()));
                assertThat(outcome(first)).isEqualTo(Errno.OK);
                narrow.assertIdle();
            }
        }
    }

    @Nested class AListener {
        private final List<String> events = Collections.synchronizedList(new ArrayList<>());
        private final List<Long> times = Collections.synchronizedList(new ArrayList<>());
        private final ConnectionOptions observed = ConnectionOptions.DEFAULT.withListener(new DeviceListener() {
            @Override public void queued(Opcode opcode, long unique) {
                events.add("queued " + opcode + " " + unique);
            }

            @Override public void read(Opcode opcode, long unique, long nanos) {
                events.add("read " + opcode + " " + unique);
                times.add(nanos);
            }

            @Override public void replied(Opcode opcode, long unique, Errno error, long nanos) {
                events.add("replied " + opcode + " " + unique + " " + error);
                times.add(nanos);
            }

            @Override public void timedOut(Opcode opcode, long unique, long nanos) {
                events.add("timed out " + opcode + " " + unique);
                times.add(nanos);
            }

            @Override public void aborted(int requests) {
                events.add("aborted " + requests);
            }
        });

        @Test void getsEachStepOfARequest() throws Exception {
            try (TestKernel device = TestKernel.of(observed)) {
                events.clear();
                times.clear();
                Future<Errno> call = device.call(Opcode.UNLINK, 1);
                TestKernel.eventually(() -> events.size() == 1);
                Thread.sleep(2);
                Received request = device.read();
                Thread.sleep(2);
                device.write(message(request.unique(), -2, zeros(0)));
                assertThat(outcome(call)).isEqualTo(Errno.ENOENT);
                assertThat(events).containsExactly("queued UNLINK 4", "read UNLINK 4", "replied UNLINK 4 ENOENT");
                assertThat(times.get(0)).isBetween(2 * MILLISECOND, 10_000 * MILLISECOND);
                assertThat(times.get(1)).isGreaterThanOrEqualTo(times.get(0) + 2 * MILLISECOND);
            }
        }

        @Test void getsTimeouts() throws Exception {
            try (TestKernel device = TestKernel.of(observed.withRequestTimeout(Duration.ofMillis(150)))) {
                Future<Errno> call = device.call(Opcode.UNLINK, 1);
                device.read();
                outcome(call);
                TestKernel.eventually(() -> events.contains("aborted 1"));
                assertThat(events).contains("timed out UNLINK 4", "aborted 1");
                assertThat(times.getLast()).isGreaterThanOrEqualTo(150 * MILLISECOND);
            }
        }

        @Test void getsAnAbortOnce() throws Exception {
            try (TestKernel device = TestKernel.of(observed)) {
                Future<Errno> call = device.call(Opcode.UNLINK, 1);
                device.awaitPending(1);
                device.connection.abort();
                device.connection.abort();
                outcome(call);
                assertThat(events.stream().filter(event -> event.startsWith("aborted"))).containsExactly("aborted 1");
            }
        }

        @Test void getsOversizedRequests() throws Exception {
            try (TestKernel device = TestKernel.of(observed)) {
                Future<Errno> call = device.call(Opcode.WRITE, 1, request -> request.data(zeros(20_000), 0, 20_000));
                device.awaitPending(1);
                assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
                outcome(call);
                assertThat(events).contains("replied WRITE 4 EIO");
            }
        }

        @Test void ofNoneCausesNoClockReads() throws Exception {
            try (TestKernel device = TestKernel.of(KernelProfile.linux())) {
                Request request = device.connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL);
                device.connection.submit(request, _ -> {});
                assertThat(request.state.queuedAt).isZero();
                assertThat(errno(() -> device.write(reply(device.read())))).isEqualTo(Errno.OK);
            }
        }
    }
}

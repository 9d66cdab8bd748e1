package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.eventually;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestServer.zeros;

import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.OutgoingRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** However a request ends, its memory is recycled once, when the last reference is released. */
class RequestMemoryTest {
    private final AtomicInteger recycled = new AtomicInteger();
    private TestKernel device = TestKernel.of(KernelProfile.linux());
    private Thread caller = Thread.currentThread();

    @AfterEach void end() {
        device.close();
        device.assertIdle();
        assertThat(recycled).hasValue(1);
    }

    private Request request() {
        return new Request(_ -> recycled.incrementAndGet()).start(Opcode.UNLINK, 1, Caller.KERNEL, 45, 0);
    }

    private void call(long timeout) {
        caller = Thread.ofVirtual().start(() -> errno(() -> {
            try (Request request = request().timeout(timeout)) {
                device.connection.call(request);
            }
        }));
    }

    private void call() {
        call(0);
    }

    private void joinCaller() {
        eventually(() -> !caller.isAlive());
    }

    private OutgoingRequest take() throws InterruptedException {
        return device.file.handle().take(8192);
    }

    @Test void withoutTheTimestampOfItsFormerUse() {
        Request request = new Request(_ -> recycled.incrementAndGet()).start(Opcode.UNLINK, 1, Caller.KERNEL, 45, 0);
        request.state.queuedAt = 4711;
        request.close();
        assertThat(request.start(Opcode.UNLINK, 1, Caller.KERNEL, 45, 0).state.queuedAt).isZero();
    }

    @Test void afterItsReply() {
        call();
        device.write(TestKernel.reply(device.read()));
        joinCaller();
    }

    @Test void afterAnInvalidReply() {
        call();
        device.write(TestKernel.reply(device.read(), zeros(1)));
        joinCaller();
    }

    @Test void whenItIsAbortedWhilePending() {
        call();
        device.awaitPending(1);
        device.connection.abort();
        joinCaller();
    }

    @Test void whenItIsAbortedWhileBlocked() throws Exception {
        device.close();
        device = TestKernel.of(KernelProfile.gvisor().withMaxActive(1));
        device.connection.submit(device.connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL), _ -> {});
        call();
        device.awaitOutstanding(2);
        device.connection.abort();
        joinCaller();
    }

    @Test void whenItIsAbortedWhileItIsBeingCopied() throws Exception {
        call();
        OutgoingRequest copying = take();
        device.connection.abort();
        joinCaller();
        assertThat(recycled).hasValue(0);
        copying.sent();
    }

    @Test void whenItIsAbortedAndItsCopyFails() throws Exception {
        call();
        OutgoingRequest copying = take();
        device.connection.abort();
        joinCaller();
        copying.failed();
    }

    @Test void whenItsCopyFails() throws Exception {
        call();
        take().failed();
        joinCaller();
    }

    @Test void whenItIsAbortedInProcessing() {
        call();
        device.read();
        device.connection.abort();
        joinCaller();
    }

    @Test void whenItIsAbortedWhileItsReplyIsBeingCopied() {
        call();
        Received request = device.read();
        Delivery copying = device.file.handle().reply(request.unique(), 0, 0);
        device.connection.abort();
        joinCaller();
        assertThat(recycled).hasValue(0);
        assertThat(copying.delivered()).isEqualTo(Errno.ENOENT);
    }

    @Test void whenTheCopyOfItsReplyFails() {
        call();
        device.file.handle().reply(device.read().unique(), 0, 0).failed();
        joinCaller();
    }

    @Test void whenItsCallerIsInterrupted() {
        call();
        device.awaitPending(1);
        caller.interrupt();
        joinCaller();
    }

    @Test void afterAReplyThatComesAfterItsTimeout() {
        call(100_000_000);
        Received request = device.read();
        joinCaller();
        assertThat(recycled).hasValue(0);
        device.write(TestKernel.reply(request));
    }

    @Test void whenItIsAbortedAfterItsTimeout() {
        call(100_000_000);
        device.read();
        joinCaller();
        device.connection.abort();
    }

    @Test void whenItIsResent() {
        call();
        device.read();
        device.write(message(0, NotifyCode.RESEND.code(), zeros(0)));
        device.write(TestKernel.reply(device.read()));
        joinCaller();
    }

    @Test void whenItsHandleIsClosed() throws Exception {
        DeviceFile clone = device.connection.openFile();
        call();
        TestKernel.read(clone);
        clone.close();
        joinCaller();
    }

    @Test void whenItIsTooLong() {
        caller = Thread.ofVirtual().start(() -> errno(() -> {
            try (Request request = request().data(zeros(10_000), 0, 10_000)) {
                device.connection.call(request);
            }
        }));
        device.awaitPending(1);
        assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
        joinCaller();
    }

    @Test void afterACallOnAnAbortedConnection() {
        device.connection.abort();
        call();
        joinCaller();
    }

    @Test void afterTheReplyToABackgroundRequest() {
        device.connection.submit(request(), _ -> {});
        device.write(TestKernel.reply(device.read()));
    }

    @Test void afterASubmitOnAnAbortedConnection() {
        device.connection.abort();
        device.connection.submit(request(), _ -> {});
    }

    @Test void whenABackgroundRequestIsAborted() {
        device.connection.submit(request(), _ -> {});
        device.connection.abort();
    }

    @Test void whenARequestWithoutReplyIsRead() {
        device.connection.post(new Request(_ -> recycled.incrementAndGet()).start(Opcode.NOTIFY_REPLY, 1, Caller.KERNEL,
                45, 0));
        assertThat(InHeader.OPCODE.get(device.read().bytes())).isEqualTo(Opcode.NOTIFY_REPLY.code());
    }

    @Test void afterAPostOnAnAbortedConnection() {
        device.connection.abort();
        device.connection.post(request());
    }
}

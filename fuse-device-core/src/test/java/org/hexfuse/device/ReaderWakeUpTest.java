package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.error;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.OutgoingRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An idle reader is woken, and the waiters of poll run, for every kind of message, for an abort and for a close. */
class ReaderWakeUpTest {
    private TestKernel device = TestKernel.of(KernelProfile.linux());
    private final AtomicInteger runs = new AtomicInteger();
    private final CompletableFuture<Opcode> read = new CompletableFuture<>();

    @AfterEach void end() {
        device.close();
        device.assertIdle();
    }

    /** Parks one reader on an empty queue and adds a waiter. */
    private void parkAReader() {
        Thread.ofVirtual().start(() -> {
            Errno how = errno(() -> read.complete(device.read().opcode()));
            if (how != Errno.OK) {
                read.completeExceptionally(new AssertionError(how));
            }
        });
        device.awaitReader();
        device.file.addWaiter(runs::incrementAndGet);
    }

    private void assertReads(Opcode opcode) throws Exception {
        assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(opcode);
        TestKernel.eventually(() -> runs.get() > 0);
    }

    private Request release(int node) {
        return device.connection.newRequest(Opcode.RELEASE, node, Caller.KERNEL).force();
    }

    /** Submits two background requests, which is max_background, and {@code more} that are blocked. */
    private void fill(int more) {
        for (int i = 0; i < 2 + more; i++) {
            device.connection.submit(release(i), _ -> {});
        }
    }

    @Test void forACall() throws Exception {
        parkAReader();
        device.send(Opcode.UNLINK, 1);
        assertReads(Opcode.UNLINK);
    }

    @Test void forABackgroundRequest() throws Exception {
        parkAReader();
        device.connection.submit(release(1), _ -> {});
        assertReads(Opcode.RELEASE);
    }

    @Test void forARequestWithoutReply() throws Exception {
        parkAReader();
        device.connection.post(device.connection.newRequest(Opcode.NOTIFY_REPLY, 1, Caller.KERNEL));
        assertReads(Opcode.NOTIFY_REPLY);
    }

    @Test void forAForget() throws Exception {
        parkAReader();
        device.connection.forget(5, 1);
        assertReads(Opcode.FORGET);
    }

    @Test void forAnInterrupt() throws Exception {
        device.send(Opcode.UNLINK, 1);
        device.read();
        parkAReader();
        device.interrupt();
        assertReads(Opcode.INTERRUPT);
    }

    @Test void forAnInterruptAfterEagain() throws Exception {
        device.send(Opcode.UNLINK, 1);
        device.read();
        device.interrupt();
        Received interrupt = device.read();
        parkAReader();
        assertThat(device.write(error(interrupt, Errno.EAGAIN))).isEqualTo(Errno.OK);
        assertReads(Opcode.INTERRUPT);
    }

    @Test void forAnInterruptDuringTheCopyOfItsRequest() throws Exception {
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        OutgoingRequest copying = device.file.handle().take(8192);
        device.interrupt();
        TestKernel.eventually(() -> isInterrupted((RequestState) copying));
        parkAReader();
        copying.sent();
        assertReads(Opcode.INTERRUPT);
        assertThat(call.isDone()).isFalse();
    }

    private boolean isInterrupted(RequestState request) {
        device.connection.core().background.lock.lock();
        try {
            return request.interrupted;
        } finally {
            device.connection.core().background.lock.unlock();
        }
    }

    @Test void forARequestAdmittedByAReply() throws Exception {
        fill(1);
        Received first = device.read();
        device.read();
        parkAReader();
        device.write(reply(first));
        assertReads(Opcode.RELEASE);
    }

    @Test void forARequestAdmittedByAHigherMaxBackground() throws Exception {
        fill(1);
        device.read();
        device.read();
        parkAReader();
        device.connection.maxBackground(3);
        assertReads(Opcode.RELEASE);
    }

    @Test void forARequestAdmittedByTheCloseOfAClone() throws Exception {
        DeviceFile clone = device.connection.openFile();
        fill(1);
        TestKernel.read(clone);
        TestKernel.read(clone);
        parkAReader();
        clone.close();
        assertReads(Opcode.RELEASE);
    }

    @Test void forARequestAdmittedByAFailedCopy() throws Exception {
        fill(1);
        device.read();
        OutgoingRequest copying = device.file.handle().take(8192);
        parkAReader();
        copying.failed();
        assertReads(Opcode.RELEASE);
    }

    @Test void forARequestAdmittedByADequeuedCall() throws Exception {
        device.close();
        device = TestKernel.of(KernelProfile.gvisor().withMaxActive(1));
        device.send(Opcode.UNLINK, 1);
        device.awaitPending(1);
        device.connection.submit(release(2), _ -> {});
        device.file.addWaiter(runs::incrementAndGet);
        device.interrupt();
        TestKernel.eventually(() -> device.connection.waiting() == 1);
        TestKernel.eventually(() -> runs.get() > 0);
        assertThat(device.read().opcode()).isEqualTo(Opcode.RELEASE);
    }

    @Test void forARequestAdmittedByAnOversizedRequest() throws Exception {
        device.close();
        device = TestKernel.of(KernelProfile.gvisor().withMaxActive(1));
        Future<Errno> write = device.call(Opcode.WRITE, 1, request -> request.data(zeros(20_000), 0, 20_000));
        device.awaitPending(1);
        device.connection.submit(release(2), _ -> {});
        device.file.addWaiter(runs::incrementAndGet);
        assertThat(device.read(8192).opcode()).isEqualTo(Opcode.RELEASE);
        assertThat(TestKernel.outcome(write)).isEqualTo(Errno.EIO);
        assertThat(runs).hasPositiveValue();
    }

    @Test void forARequeuedRequest() throws Exception {
        device.close();
        device = TestKernel.of(KernelProfile.gvisor());
        device.send(Opcode.UNLINK, 1);
        OutgoingRequest copying = device.file.handle().take(8192);
        parkAReader();
        copying.failed();
        assertReads(Opcode.UNLINK);
    }

    @Test void forAResentRequest() throws Exception {
        device.send(Opcode.UNLINK, 1);
        device.read();
        parkAReader();
        device.write(message(0, NotifyCode.RESEND.code(), zeros(0)));
        assertReads(Opcode.UNLINK);
    }

    @Test void forAnAbort() {
        parkAReader();
        device.connection.abort();
        assertThat(read).failsWithin(10, TimeUnit.SECONDS);
        assertThat(runs).hasPositiveValue();
    }

    @Test void forTheCloseOfTheFile() {
        parkAReader();
        DeviceFile other = device.connection.openFile();
        device.file.close();
        assertThat(read).failsWithin(10, TimeUnit.SECONDS);
        assertThat(runs).hasPositiveValue();
        other.close();
    }
}

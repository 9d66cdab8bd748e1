package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.error;
import static org.hexfuse.device.TestKernel.eventually;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.BatchForgetIn;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.ForgetIn;
import org.hexfuse.abi.ForgetOne;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InterruptIn;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.OutgoingRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** INTERRUPT and FORGET messages, and the close of a handle while messages are exchanged. */
class ControlMessagesTest {
    private final TestKernel device = TestKernel.of(KernelProfile.linux());

    @AfterEach void end() {
        device.close();
        device.assertIdle();
    }

    @Test void interruptsComeFirstThenRequestsAlternateWithForgets() throws Exception {
        Future<Errno> sent = device.call(Opcode.UNLINK, 1);
        device.read();
        device.interrupt();
        eventually(device::isReadable);
        device.connection.forget(5, 1);
        Future<Errno> queued = device.call(Opcode.UNLINK, 2);
        device.awaitPending(1);
        var order = new ArrayList<Opcode>();
        for (int i = 0; i < 3; i++) {
            order.add(device.read().opcode());
        }
        // Eight requests alternate with sixteen FORGETs: UNLINK is the first of the eight.
        assertThat(order).containsExactly(Opcode.INTERRUPT, Opcode.UNLINK, Opcode.FORGET);
        device.connection.abort();
        assertThat(outcome(sent)).isEqualTo(Errno.ECONNABORTED);
        assertThat(outcome(queued)).isEqualTo(Errno.ECONNABORTED);
    }

    @Nested class Interrupts {
        private Received interrupted;
        private Received interrupt;
        private Future<Errno> call;

        private void interruptACall() {
            call = device.call(Opcode.UNLINK, 1);
            interrupted = device.read();
            device.interrupt();
            interrupt = device.read();
        }

        private Errno replyToInterrupt(Errno errno) {
            return device.write(error(interrupt, errno));
        }

        @Test void haveTheWireFormat() {
            interruptACall();
            assertThat(interrupt.bytes().byteSize()).isEqualTo(48);
            assertThat(interrupt.unique()).isEqualTo(interrupted.unique() | 1);
            assertThat(interrupt.node()).isZero();
            assertThat(InHeader.UID.get(interrupt.bytes())).isZero();
            assertThat(InterruptIn.UNIQUE.get(interrupt.bytes(), InHeader.SIZE)).isEqualTo(interrupted.unique());
        }

        @ParameterizedTest
        @EnumSource(value = Errno.class, names = {"OK", "EINTR", "EIO",
            "ENOENT"}) void areNotSentAgainAfterAnyOtherReply(
                    Errno errno) throws Exception {
            interruptACall();
            assertThat(replyToInterrupt(errno)).isEqualTo(Errno.OK);
            assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
            assertThat(call.isDone()).isFalse();
            assertThat(device.write(reply(interrupted))).isEqualTo(Errno.OK);
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }

        @Test void rejectAReplyWithAPayload() throws Exception {
            interruptACall();
            assertThat(device.write(reply(interrupt, zeros(8)))).isEqualTo(Errno.EINVAL);
            device.write(reply(interrupted));
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }

        @Test void areNotRequeuedForARequestThatIsNotInterrupted() throws Exception {
            call = device.call(Opcode.UNLINK, 1);
            Received request = device.read();
            assertThat(device.write(message(request.unique() | 1, -Errno.EAGAIN.code(), zeros(0))))
                    .isEqualTo(Errno.EINVAL);
            device.write(reply(request));
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }

        @Test void areUnknownAfterTheReplyToTheirRequest() throws Exception {
            interruptACall();
            device.write(reply(interrupted));
            assertThat(outcome(call)).isEqualTo(Errno.OK);
            assertThat(replyToInterrupt(Errno.EAGAIN)).isEqualTo(Errno.ENOENT);
            assertThat(device.write(message(4711, 0, zeros(8)))).isEqualTo(Errno.ENOENT);
        }

        @Test void areDroppedByTheReplyIfNotReadYet() throws Exception {
            call = device.call(Opcode.UNLINK, 1);
            Received request = device.read();
            device.interrupt();
            eventually(device::isReadable);
            device.write(reply(request));
            assertThat(outcome(call)).isEqualTo(Errno.OK);
            assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
        }

        @Test void areQueuedAfterTheCopyOfTheirRequest() throws Exception {
            call = device.call(Opcode.UNLINK, 1);
            OutgoingRequest copying = device.file.handle().take(8192);
            device.interrupt();
            Thread.sleep(5);
            assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
            long unique = InHeader.UNIQUE.get(copying.head());
            copying.sent();
            eventually(device::isReadable);
            assertThat(device.read().unique()).isEqualTo(unique | 1);
            device.write(message(unique, 0, zeros(0)));
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }
    }

    @Nested class Forgets {
        @Test void ofOneNodeHaveTheWireFormat() {
            device.connection.forget(5, 3);
            Received forget = device.read();
            assertThat(forget.opcode()).isEqualTo(Opcode.FORGET);
            assertThat(forget.bytes().byteSize()).isEqualTo(48);
            assertThat(forget.node()).isEqualTo(5);
            assertThat(ForgetIn.NLOOKUP.get(forget.bytes(), InHeader.SIZE)).isEqualTo(3);
            assertThat(device.write(reply(forget))).isEqualTo(Errno.ENOENT);
        }

        @Test void ofManyNodesAreBatchedInOrder() {
            for (int i = 0; i < 100; i++) {
                device.connection.forget(i + 2, i + 1);
            }
            Received batch = device.read();
            assertThat(batch.opcode()).isEqualTo(Opcode.BATCH_FORGET);
            assertThat(batch.node()).isZero();
            assertThat(BatchForgetIn.COUNT.get(batch.bytes(), InHeader.SIZE)).isEqualTo(100);
            for (int i = 0; i < 100; i++) {
                assertThat(ForgetOne.NODEID.get(batch.bytes(), 48 + 16L * i)).isEqualTo(i + 2);
                assertThat(ForgetOne.NLOOKUP.get(batch.bytes(), 48 + 16L * i)).isEqualTo(i + 1);
            }
        }
    }

    @Nested class ForgetsLeftByOneReader {
        /** Queues them in one exclusive section, so that the first reader is woken for all and finds all of them queued. */
        private void assertTheyWakeTheNextReader(TestKernel kernel, int forgets) throws Exception {
            var read = new ArrayList<CompletableFuture<Opcode>>();
            for (int i = 0; i < 2; i++) {
                var opcode = new CompletableFuture<Opcode>();
                read.add(opcode);
                Thread reader = Thread.ofVirtual().start(() -> opcode.complete(kernel.read(8192).opcode()));
                eventually(() -> reader.getState() == Thread.State.WAITING);
            }
            ConnectionCore core = kernel.connection.core();
            core.input.lock.lock();
            try {
                for (int i = 0; i < forgets; i++) {
                    kernel.connection.forget(i + 2, 1);
                }
            } finally {
                core.input.lock.unlock();
            }
            for (Future<Opcode> each : read) {
                assertThat(each.get(10, TimeUnit.SECONDS)).isIn(Opcode.FORGET, Opcode.BATCH_FORGET);
            }
            kernel.assertIdle();
        }

        @Test void becauseTheyDoNotFitWakeTheNextReader() throws Exception {
            assertTheyWakeTheNextReader(device, (8192 - 48) / 16 + 1);
        }

        @Test void becauseTheServerHasNoBatchForgetWakeTheNextReader() throws Exception {
            try (TestKernel old = TestKernel.fresh(KernelProfile.linux())) {
                old.write(reply(old.read(), TestServer.initOut(15, 0, 4096, 2)));
                assertTheyWakeTheNextReader(old, 2);
            }
        }
    }

    @Test void aRequestWithoutReplyIsCompletedWhenItIsRead() {
        var done = new ArrayList<Errno>();
        device.connection.submit(device.connection.newRequest(Opcode.NOTIFY_REPLY, 1, Caller.KERNEL), done::add);
        assertThat(done).isEmpty();
        assertThat(device.read().opcode()).isEqualTo(Opcode.NOTIFY_REPLY);
        assertThat(done).containsExactly(Errno.OK);
    }

    @Nested class AClosedHandle {
        private final DeviceHandle clone = device.connection.newHandle();

        @Test void endsARequestAfterItsCopy() throws Exception {
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            OutgoingRequest copying = clone.take(8192);
            clone.close();
            assertThat(call.isDone()).isFalse();
            copying.sent();
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
        }

        @Test void dropsTheQueuedInterruptsOfItsRequests() throws Exception {
            DeviceFile file = device.connection.openFile();
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            TestKernel.read(file);
            device.interrupt();
            eventually(device::isReadable);
            file.close();
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
            assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
        }

        @Test void queuesNoInterruptForTheRequestsThatItAborts() throws Exception {
            DeviceFile file = device.connection.openFile();
            var readable = new CompletableFuture<Boolean>();
            var caller = new CompletableFuture<Thread>();
            var blocked = new CompletableFuture<RequestState>();
            // The callback runs in close(), when the UNLINK is out of the processing table and its caller still waits.
            device.connection.submit(device.connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL), _ -> {
                caller.join().interrupt();
                eventually(() -> blocked.join().interrupted && caller.join().getState() == Thread.State.WAITING);
                readable.complete(device.isReadable());
            });
            TestKernel.read(file);
            var outcome = new CompletableFuture<Errno>();
            caller.complete(Thread.ofVirtual()
                    .start(() -> outcome.complete(device.callNow(Opcode.UNLINK, 1, _ -> {}))));
            OutgoingRequest unlink = file.handle().take(8192);
            blocked.complete((RequestState) unlink);
            unlink.sent();
            eventually(() -> caller.join().getState() == Thread.State.WAITING);
            file.close();
            assertThat(readable).isCompletedWithValue(false);
            assertThat(outcome(outcome)).isEqualTo(Errno.ECONNABORTED);
        }

        @Test void leavesTheRequestOfAConcurrentReadToAnAbort() throws Exception {
            ConnectionCore core = device.connection.core();
            var closed = (ConnectionHandle) device.connection.newHandle();
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            device.awaitPending(1);
            Thread closing = Thread.ofVirtual().unstarted(closed::close);
            RequestState request;
            core.input.lock.lock();
            try {
                // A read holds the lock and has found its handle open.
                closing.start();
                eventually(() -> core.input.lock.hasQueuedThread(closing));
                request = core.input.queue.pending().removeFirst();
                closed.startReading(request);
            } finally {
                core.input.lock.unlock();
            }
            closing.join();
            device.connection.abort();
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
            request.sent();
        }

        @Test void deliversAReplyThatIsBeingCopied() throws Exception {
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            OutgoingRequest request = clone.take(8192);
            long unique = InHeader.UNIQUE.get(request.head());
            request.sent();
            Delivery copying = clone.reply(unique, 0, 0);
            clone.close();
            assertThat(copying.delivered()).isEqualTo(Errno.OK);
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }

        @Test void wakesItsReadersAndPollersAndKeepsTheConnection() {
            DeviceFile file = device.connection.openFile();
            var read = new CompletableFuture<Errno>();
            Thread reader = Thread.ofVirtual()
                    .start(() -> read.complete(TestKernel.errno(() -> TestKernel.read(file))));
            var ready = new CompletableFuture<Integer>();
            Thread poller = Thread.ofVirtual()
                    .start(() -> ready.complete(file.poll(DeviceHandle.POLLIN, Duration.ofSeconds(30))));
            eventually(() -> reader.getState() == Thread.State.WAITING
                    && poller.getState() == Thread.State.TIMED_WAITING);
            file.close();
            assertThat(read.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(Errno.ENODEV);
            assertThat(ready.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(DeviceHandle.POLLERR);
            assertThat(device.connection.isConnected()).isTrue();
            assertThat(device.connection.core().input.hasIdleReaders()).isFalse();
        }

        @Test void leavesTheMessagesOfItsWokenReadersToOthers() throws Exception {
            for (int i = 0; i < 100; i++) {
                DeviceHandle dying = device.connection.newHandle();
                var readers = new ArrayList<Thread>();
                for (DeviceHandle handle : List.of(dying, clone)) {
                    readers.add(Thread.ofVirtual().start(() -> TestKernel.errno(() -> readAndReply(handle))));
                }
                Future<Errno> call = device.call(Opcode.UNLINK, 1);
                dying.close();
                assertThat(outcome(call)).isIn(Errno.OK, Errno.ECONNABORTED);
                readers.forEach(Thread::interrupt);
                eventually(() -> readers.stream().noneMatch(Thread::isAlive));
            }
        }

        private void readAndReply(DeviceHandle handle) {
            try {
                OutgoingRequest request = handle.take(8192);
                long unique = InHeader.UNIQUE.get(request.head());
                request.sent();
                handle.reply(unique, 0, 0).delivered();
            } catch (InterruptedException _) {
                // The other reader has taken the request.
            }
        }
    }

    @Test void aReaderThatIsInterruptedAsItIsWokenWakesAnother() throws Exception {
        ConnectionCore core = device.connection.core();
        var read = new CompletableFuture<Opcode>();
        Thread other = Thread.ofVirtual().start(() -> read.complete(device.read().opcode()));
        eventually(() -> other.getState() == Thread.State.WAITING);
        Thread last = Thread.ofVirtual().start(() -> TestKernel.errno(device::read));
        eventually(() -> last.getState() == Thread.State.WAITING);
        core.input.lock.lock();
        try {
            last.interrupt();
            eventually(() -> core.input.lock.hasQueuedThread(last));
            core.input.queue.forgets().add(5, 1);
            // The reader that parked last is woken first: the interrupted one.
            assertThat(core.input.nextReader().thread).isSameAs(last);
        } finally {
            core.input.lock.unlock();
        }
        assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(Opcode.FORGET);
        last.join();
    }

    @Test void aReaderIsWokenForEachResentRequest() throws Exception {
        Future<Errno> first = device.call(Opcode.UNLINK, 1);
        Future<Errno> second = device.call(Opcode.UNLINK, 2);
        device.read();
        device.read();
        var readers = new ArrayList<Thread>();
        for (int i = 0; i < 2; i++) {
            readers.add(Thread.ofVirtual().start(() -> device.write(reply(device.read()))));
        }
        device.awaitReader();
        device.write(message(0, NotifyCode.RESEND.code(), zeros(0)));
        assertThat(outcome(first)).isEqualTo(Errno.OK);
        assertThat(outcome(second)).isEqualTo(Errno.OK);
        eventually(() -> readers.stream().noneMatch(Thread::isAlive));
    }
}

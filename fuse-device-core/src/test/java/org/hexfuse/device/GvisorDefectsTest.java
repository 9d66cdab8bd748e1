package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.hexfuse.device.TestKernel.error;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.device.TestKernel.Kernel;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.spi.WholeMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The defects of gVisor's first device, of 2020: each has a test that the device of either kernel does not have it. */
@ParameterizedClass
@EnumSource(Kernel.class) class GvisorDefectsTest {
    private final Kernel kernel;
    private final TestKernel device;

    GvisorDefectsTest(Kernel kernel) {
        this.kernel = kernel;
        this.device = TestKernel.of(kernel.profile());
    }

    @AfterEach void end() {
        device.close();
        device.assertIdle();
    }

    private Errno unknown() {
        return kernel == Kernel.LINUX ? Errno.ENOENT : Errno.EINVAL;
    }

    /** The device still delivers a request and its reply. */
    private void assertWorks() throws Exception {
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        assertThat(device.write(reply(device.read()))).isEqualTo(Errno.OK);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        device.assertIdle();
    }

    @DisplayName("defect 1: a reply to an unknown unique is rejected, and a reply to RELEASE is an ordinary one")
    @Test void unknownUnique() throws Exception {
        assertThat(device.write(message(4242, 0, zeros(0)))).isEqualTo(unknown());
        var done = new ConcurrentLinkedQueue<Errno>();
        device.connection.submit(device.connection.newRequest(Opcode.RELEASE, 1, Caller.KERNEL), done::add);
        Received release = device.read();
        assertThat(device.write(reply(release))).isEqualTo(Errno.OK);
        assertThat(done).containsExactly(Errno.OK);
        assertThat(device.write(reply(release))).isEqualTo(unknown());
        assertWorks();
    }

    @DisplayName("defect 2: a rejected write leaves no state that affects the next one")
    @Test void noCursor() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(device.write(message(4242, 0, zeros(8)))).isEqualTo(unknown());
        }
        assertWorks();
    }

    @DisplayName("defect 3: a header in pieces is rejected piece by piece")
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8, 12, 15}) void splitHeader(int cut) throws Exception {
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        Received request = device.read();
        MemorySegment whole = reply(request);
        assertThat(device.write(whole.asSlice(0, cut))).isEqualTo(Errno.EINVAL);
        assertThat(device.write(whole.asSlice(cut))).isEqualTo(Errno.EINVAL);
        assertThat(call.isDone()).isFalse();
        assertThat(device.write(whole)).isEqualTo(Errno.OK);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        assertWorks();
    }

    @DisplayName("defect 4: a message that is shorter than its length field completes no request")
    @Test void truncatedPayload() throws Exception {
        Future<Errno> call = device.call(Opcode.GETATTR, 1);
        MemorySegment whole = reply(device.read(), zeros(104));
        assertThat(device.write(whole.asSlice(0, 60))).isEqualTo(Errno.EINVAL);
        assertThat(device.write(whole.asSlice(0, 16))).isEqualTo(Errno.EINVAL);
        assertThat(call.isDone()).isFalse();
        assertThat(device.write(whole)).isEqualTo(Errno.OK);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @DisplayName("defect 4: a header without the struct of its operation is not a success")
    @Test void headerWithoutStruct() throws Exception {
        Future<Errno> call = device.call(Opcode.GETATTR, 1);
        assertThat(device.write(reply(device.read()))).isEqualTo(Errno.EINVAL);
        assertThat(outcome(call)).isEqualTo(Errno.EIO);
    }

    @DisplayName("defect 5: a length below that of a header is rejected without a panic")
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, -1}) void shortLength(int length) throws Exception {
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        MemorySegment whole = reply(device.read());
        OutHeader.LEN.set(whole, length);
        assertThat(device.write(whole)).isEqualTo(Errno.EINVAL);
        OutHeader.LEN.set(whole, 16);
        assertThat(device.write(whole)).isEqualTo(Errno.OK);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @DisplayName("defect 6: four gigabytes are rejected before memory is allocated")
    @Test void hugeLength() throws Exception {
        Future<Errno> call = device.call(Opcode.READ, 1);
        Received request = device.read();
        MemorySegment whole = reply(request);
        OutHeader.LEN.set(whole, 0xFFFFFFFF);
        assertThat(device.write(whole)).isEqualTo(Errno.EINVAL);
        assertThat(call.isDone()).isFalse();
        DeviceHandle other = device.connection.newHandle();
        assertThat(other.reply(request.unique(), 0, 0xFFFFFFFFL - 16).verdict())
                .isEqualTo(kernel == Kernel.LINUX ? Errno.ENOENT : Errno.EINVAL);
        device.write(reply(request));
        assertThat(outcome(call)).isEqualTo(kernel == Kernel.LINUX ? Errno.OK : Errno.EIO);
    }

    @DisplayName("defect 7: a message with trailing bytes is rejected")
    @Test void trailingBytes() throws Exception {
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        MemorySegment whole = reply(device.read());
        MemorySegment longer = zeros(20);
        MemorySegment.copy(whole, 0, longer, 0, 16);
        assertThat(device.write(longer)).isEqualTo(Errno.EINVAL);
        assertThat(call.isDone()).isFalse();
        assertThat(device.write(whole)).isEqualTo(Errno.OK);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @DisplayName("defect 8: a reply that can't be copied ends its request, and does not affect the next message")
    @Test void copyFault() throws Exception {
        Future<Errno> call = device.call(Opcode.READ, 1, request -> request.replyRoom(100));
        Received request = device.read();
        MemorySegment closed;
        try (Arena arena = Arena.ofShared()) {
            closed = arena.allocate(20, 8);
        }
        assertThat(device.write(closed)).isEqualTo(Errno.EFAULT);
        assertThat(call.isDone()).isFalse();
        assertThat(failingReply(request)).isInstanceOf(IllegalStateException.class);
        assertThat(outcome(call)).isEqualTo(Errno.EIO);
        assertThat(device.write(reply(request))).isEqualTo(unknown());
        assertWorks();
    }

    /** The header can be read and the payload can't, as when write(2) faults on a page. */
    private Throwable failingReply(Received request) {
        MemorySegment payload;
        try (Arena arena = Arena.ofShared()) {
            payload = arena.allocate(20, 8);
        }
        DeviceHandle handle = device.file.handle();
        return catchThrowable(() -> WholeMessage.write(handle, request.unique(), 0, payload, 0, 20));
    }

    @DisplayName("defect 9: INIT is completed once, also when it fails and gets a second reply")
    @Test void callbackError() throws Exception {
        try (TestKernel fresh = TestKernel.fresh(kernel.profile())) {
            Received init = fresh.read();
            MemorySegment wrong = TestServer.initOut(45, 0, 4096, 2);
            InitOut.MAJOR.set(wrong, 8);
            assertThat(fresh.write(reply(init, wrong))).isEqualTo(Errno.OK);
            fresh.assertIdle();
            assertThat(fresh.write(reply(init, TestKernel.initOut(0, 2)))).isEqualTo(unknown());
            fresh.assertIdle();
            assertThat(fresh.connection.state()).isEqualTo(DeviceState.REFUSED);
        }
    }

    @DisplayName("defect 10: an INIT that fails, or whose reply is too short, releases its waiters")
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 7, 15}) void initFails(int size) throws Exception {
        try (TestKernel fresh = TestKernel.fresh(kernel.profile())) {
            var calls = new ArrayList<Future<Errno>>();
            for (int i = 0; i < 5; i++) {
                calls.add(fresh.call(Opcode.UNLINK, 1));
            }
            Received init = fresh.read();
            // Linux fills a short reply with zeros, so that a reply without a whole major version has version 0.
            fresh.write(size < 0 ? error(init, Errno.EPROTO) : reply(init, zeros(size)));
            for (Future<Errno> call : calls) {
                assertThat(outcome(call)).isEqualTo(Errno.ECONNREFUSED);
            }
        }
    }

    @DisplayName("defect 11: a request without reply is no longer active when it has been read")
    @Test void noReplySignals() throws Exception {
        try (TestKernel one = TestKernel.of(kernel.profile().withMaxActive(1))) {
            one.connection.post(one.connection.newRequest(Opcode.NOTIFY_REPLY, 1, Caller.KERNEL));
            Future<Errno> call = one.call(Opcode.UNLINK, 2);
            one.awaitOutstanding(2);
            assertThat(one.pending()).isEqualTo(1);
            assertThat(one.read().opcode()).isEqualTo(Opcode.NOTIFY_REPLY);
            Received next = one.read();
            assertThat(next.node()).isEqualTo(2);
            one.write(reply(next));
            assertThat(outcome(call)).isEqualTo(Errno.OK);
            one.assertIdle();
        }
    }

    @DisplayName("defect 12: a pending request can't get a reply, and counts once")
    @Test void predictedId() throws Exception {
        device.connection.post(device.connection.newRequest(Opcode.NOTIFY_REPLY, 1, Caller.KERNEL));
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        device.awaitPending(2);
        // INIT was 2.
        assertThat(device.write(message(4, 0, zeros(0)))).isEqualTo(unknown());
        assertThat(device.write(message(6, 0, zeros(0)))).isEqualTo(unknown());
        assertThat(device.connection.waiting()).isEqualTo(2);
        assertThat(device.read().unique()).isEqualTo(4);
        assertThat(device.write(message(4, 0, zeros(0)))).isEqualTo(unknown());
        device.write(reply(device.read()));
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        device.assertIdle();
    }

    @DisplayName("defect 13: a request that is too long leaves the queue, with or without a waiter")
    @Test void oversizeWithoutCaller() throws Exception {
        var done = new CompletableFuture<Errno>();
        device.connection.submit(device.connection.newRequest(Opcode.WRITE, 1, Caller.KERNEL).data(zeros(20_000), 0,
                20_000), done::complete);
        device.connection.post(device.connection.newRequest(Opcode.NOTIFY_REPLY, 1, Caller.KERNEL).data(
                zeros(20_000), 0, 20_000));
        Future<Errno> call = device.call(Opcode.UNLINK, 3);
        device.awaitPending(3);
        MemorySegment buffer = zeros(10_000);
        device.file.read(buffer);
        assertThat(InHeader.NODEID.get(buffer)).isEqualTo(3);
        assertThat(done.get()).isEqualTo(Errno.EIO);
        device.write(message(InHeader.UNIQUE.get(buffer), 0, zeros(0)));
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        device.assertIdle();
    }

    @DisplayName("defect 14: the length of a WRITE includes its data")
    @Test void lengthOfWrite() throws Exception {
        Future<Errno> call = device.call(Opcode.WRITE, 1, request -> {
            WriteIn.SIZE_FIELD.set(request.arguments(), 1000);
            request.data(zeros(1000), 0, 1000);
        });
        Received write = device.read();
        assertThat(write.bytes().byteSize()).isEqualTo(40 + 40 + 1000);
        assertThat(InHeader.LEN.get(write.bytes())).isEqualTo(40 + 40 + 1000);
        device.write(reply(write, zeros(8)));
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @DisplayName("defect 15: the least buffer for the largest max_write does not overflow")
    @Test void leastBufferDoesNotOverflow() throws Exception {
        try (TestKernel fresh = TestKernel.fresh(kernel.profile())) {
            fresh.write(reply(fresh.read(), TestServer.initOut(45, 0, -1, 2)));
            int maxWrite = fresh.connection.negotiated().maxWrite();
            assertThat(maxWrite).isEqualTo(TestKernel.MAX_MESSAGE - 4096);
            assertThat(fresh.readError(80 + maxWrite - 1)).isEqualTo(Errno.EINVAL);
            assertThat(fresh.readError(80 + maxWrite)).isEqualTo(Errno.EAGAIN);
        }
    }

    @DisplayName("defect 16: a read that is concurrent with an abort gets a request or the error")
    @Test void checksAreLocked() throws Exception {
        for (int i = 0; i < 100; i++) {
            TestKernel racing = TestKernel.of(kernel.profile());
            Future<Errno> call = racing.call(Opcode.UNLINK, 1);
            var read = new CompletableFuture<Errno>();
            Thread reader = Thread.ofVirtual().start(() -> read.complete(errno(racing::read)));
            racing.connection.abort();
            assertThat(outcome(read)).isIn(Errno.OK, kernel.profile().errors().readAfterEnd());
            assertThat(outcome(call)).isIn(Errno.ECONNABORTED, Errno.ENOTCONN);
            reader.join();
            racing.close();
            racing.assertIdle();
        }
    }

    @DisplayName("defect 17: the readiness of a device that is not mounted is POLLERR")
    @Test void readinessUnmounted() {
        try (DeviceFile unmounted = DeviceFile.open(kernel.profile())) {
            assertThat(unmounted.readiness()).isEqualTo(DeviceHandle.POLLERR);
        }
    }

    @DisplayName("defect 18: closing the device wakes callers and readers")
    @Test void releaseAborts() throws Exception {
        Future<Errno> sent = device.call(Opcode.UNLINK, 1);
        device.read();
        var reader = new CompletableFuture<Errno>();
        Thread.ofVirtual().start(() -> reader.complete(errno(device::read)));
        device.awaitReader();
        device.file.close();
        assertThat(outcome(sent)).isEqualTo(Errno.ECONNABORTED);
        assertThat(outcome(reader)).isEqualTo(kernel.profile().errors().readAfterEnd());
        assertThat(device.callNow(Opcode.UNLINK, 1, _ -> {})).isEqualTo(Errno.ENOTCONN);
    }

    @DisplayName("defect 19: aborting an aborted connection does nothing")
    @Test void abortTwice() {
        device.connection.abort();
        device.connection.abort();
        device.connection.abortByControl();
        device.file.close();
        device.file.close();
        assertThat(device.connection.state()).isEqualTo(DeviceState.DISCONNECTED);
        device.assertIdle();
    }

    @DisplayName("defect 20: a positive error is not a success, and an unknown errno does not reach a caller")
    @Test void positiveErrors() throws Exception {
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        Received request = device.read();
        if (kernel == Kernel.LINUX) {
            assertThat(device.write(message(request.unique(), 5, zeros(0)))).isEqualTo(Errno.EINVAL);
            assertThat(call.isDone()).isFalse();
            device.write(message(request.unique(), -41, zeros(0)));
            assertThat(outcome(call)).isEqualTo(Errno.EIO);
        } else {
            assertThat(device.write(message(request.unique(), 5, zeros(0)))).isEqualTo(Errno.OK);
            assertThat(outcome(call)).isEqualTo(Errno.EINVAL);
        }
    }

    @DisplayName("defect 21: unique 0 is a notification")
    @Test void uniqueZero() {
        assertThat(device.write(message(0, 8, zeros(0)))).isEqualTo(Errno.OK);
        assertThat(device.write(message(0, 0, zeros(0)))).isEqualTo(Errno.EINVAL);
    }

    @DisplayName("defect 21: an INTERRUPT has its own unique, which its reply carries")
    @Test void interruptsExist() throws Exception {
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        Received request = device.read();
        device.interrupt();
        Received interrupt = device.read();
        assertThat(interrupt.unique()).isEqualTo(request.unique() | Protocol.UNIQUE_INTERRUPT);
        assertThat(device.write(message(interrupt.unique(), -Errno.ENOSYS.code(), zeros(0)))).isEqualTo(Errno.OK);
        device.write(error(request, Errno.EINTR));
        assertThat(outcome(call)).isEqualTo(Errno.EINTR);
    }

    @DisplayName("defect 21: threads that share one device file don't mix their messages")
    @Test void threadsShareOneFile() throws Exception {
        var servers = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            servers.add(Thread.ofVirtual().start(() -> errno(() -> {
                while (true) {
                    Received request = device.read();
                    device.write(message(request.unique(), request.node() % 2 == 0 ? 0 : -Errno.ENOENT.code(),
                            zeros(0)));
                }
            })));
        }
        var calls = new ArrayList<Future<Errno>>();
        for (int i = 0; i < 400; i++) {
            calls.add(device.call(Opcode.UNLINK, i));
        }
        for (int i = 0; i < 400; i++) {
            assertThat(outcome(calls.get(i))).isEqualTo(i % 2 == 0 ? Errno.OK : Errno.ENOENT);
        }
        device.connection.abort();
        for (Thread server : servers) {
            server.join();
        }
    }

    @DisplayName("defect 21: a second mount of one device file shares the connection and its requests")
    @Test void mountAgain() throws Exception {
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        Received request = device.read();
        FuseConnection again = device.file.mount(NotificationSink.NONE, ConnectionOptions.DEFAULT, 1 << 20);
        assertThat(again).isSameAs(device.connection);
        again.close();
        assertThat(device.write(reply(request))).isEqualTo(Errno.OK);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        device.connection.close();
        assertThat(device.connection.isConnected()).isFalse();
        assertThat(errno(() -> device.file.mount(NotificationSink.NONE, ConnectionOptions.DEFAULT, 1 << 20)))
                .isEqualTo(Errno.ENOTCONN);
    }

    @DisplayName("defect 22: the pending request of an interrupted caller is dequeued, and for one in processing INTERRUPT is sent")
    @Test void interruptedCaller() throws Exception {
        Future<Errno> queued = device.call(Opcode.UNLINK, 1);
        device.awaitPending(1);
        device.interrupt();
        assertThat(outcome(queued)).isEqualTo(Errno.EINTR);
        device.assertIdle();
        Future<Errno> sent = device.call(Opcode.UNLINK, 2);
        Received request = device.read();
        device.interrupt();
        assertThat(device.read().opcode()).isEqualTo(Opcode.INTERRUPT);
        device.write(error(request, Errno.EINTR));
        assertThat(outcome(sent)).isEqualTo(Errno.EINTR);
        device.assertIdle();
    }

    @DisplayName("every defect has its test")
    @Test void allNumbers() {
        List<Integer> missing = new ArrayList<>();
        for (int i = 1; i <= 22; i++) {
            String wanted = "defect " + i + ":";
            boolean found = Arrays.stream(GvisorDefectsTest.class.getDeclaredMethods())
                    .map(method -> method.getAnnotation(DisplayName.class))
                    .anyMatch(name -> name != null && name.value().startsWith(wanted));
            if (!found) {
                missing.add(i);
            }
        }
        assertThat(missing).isEmpty();
    }
}

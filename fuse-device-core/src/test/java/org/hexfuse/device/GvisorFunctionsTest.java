package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.error;
import static org.hexfuse.device.TestKernel.eventually;
import static org.hexfuse.device.TestKernel.initOut;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestKernel.Kernel;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.DeviceHandle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The functions of gVisor's first device, of 2020, one by one, for the device of either kernel. */
@ParameterizedClass
@EnumSource(Kernel.class) class GvisorFunctionsTest {
    private static final int OUT = DeviceHandle.POLLOUT | DeviceHandle.POLLWRNORM;
    private static final int IN = DeviceHandle.POLLIN | DeviceHandle.POLLRDNORM;

    @Parameter Kernel kernel;
    private final List<TestKernel> devices = new ArrayList<>();

    @AfterEach void end() {
        devices.forEach(TestKernel::close);
        devices.forEach(TestKernel::assertIdle);
    }

    private TestKernel fresh(KernelProfile profile) {
        TestKernel device = TestKernel.fresh(profile);
        devices.add(device);
        return device;
    }

    private TestKernel device() {
        return fresh(kernel.profile()).initialize();
    }

    private boolean isLinux() { return kernel == Kernel.LINUX; }

    private Errno end(Errno onLinux) {
        return isLinux() ? onLinux : Errno.EPERM;
    }

    @DisplayName("Open: the device is not mounted at first, and every call gets EPERM")
    @Test void open() {
        try (DeviceFile file = DeviceFile.open(kernel.profile())) {
            assertThat(file.state()).isEqualTo(DeviceState.UNMOUNTED);
            assertThat(errno(() -> file.read(zeros(8192)))).isEqualTo(Errno.EPERM);
            assertThat(errno(() -> file.write(zeros(16)))).isEqualTo(Errno.EPERM);
        }
    }

    @DisplayName("PRead, PWrite, Seek: without a mount they get EPERM before any other check")
    @Test void positional() {
        try (DeviceFile file = DeviceFile.open(kernel.profile())) {
            assertThat(errno(() -> file.read(zeros(1), -1))).isEqualTo(Errno.EPERM);
            assertThat(errno(() -> file.write(zeros(1), -1))).isEqualTo(Errno.EPERM);
            assertThat(errno(() -> file.seek(-1, 99))).isEqualTo(Errno.EPERM);
        }
    }

    @DisplayName("Read: before the reply to INIT the least buffer is 8192 bytes")
    @Test void readBeforeInit() {
        TestKernel device = fresh(kernel.profile());
        assertThat(device.readError(8191)).isEqualTo(Errno.EINVAL);
        assertThat(device.readError(8192)).isEqualTo(Errno.OK);
    }

    @DisplayName("Read: a buffer must hold a WRITE of max_write bytes with both headers")
    @Test void readAfterInit() {
        TestKernel device = fresh(kernel.profile());
        device.write(reply(device.read(), TestServer.initOut(45, 0, 100_000, 2)));
        assertThat(device.readError(40 + 40 + 100_000 - 1)).isEqualTo(Errno.EINVAL);
        assertThat(device.readError(40 + 40 + 100_000)).isEqualTo(Errno.EAGAIN);
    }

    @DisplayName("Read: after an abort it does not block")
    @Test void readAfterEnd() {
        TestKernel device = device();
        device.connection.abort();
        assertThat(errno(device::read)).isEqualTo(end(Errno.ENODEV));
    }

    @DisplayName("Read: a request that does not fit ends with EIO, SETXATTR with E2BIG, and the next one is read")
    @Test void readTooLong() throws Exception {
        TestKernel device = device();
        Future<Errno> write = device.call(Opcode.WRITE, 1, request -> request.data(zeros(9000), 0, 9000));
        device.awaitPending(1);
        Future<Errno> setxattr = device.call(Opcode.SETXATTR, 1, request -> request.data(zeros(9000), 0, 9000));
        device.awaitPending(2);
        Future<Errno> next = device.call(Opcode.UNLINK, 3);
        device.awaitPending(3);
        Received read = device.read(8192);
        assertThat(read.node()).isEqualTo(3);
        assertThat(outcome(write)).isEqualTo(Errno.EIO);
        assertThat(outcome(setxattr)).isEqualTo(Errno.E2BIG);
        device.write(reply(read));
        assertThat(outcome(next)).isEqualTo(Errno.OK);
    }

    @DisplayName("Read: a request that fits exactly is read, and one that is a byte longer is not")
    @Test void readExactly() throws Exception {
        TestKernel device = device();
        int data = 8192 - 80;
        Future<Errno> write = device.call(Opcode.WRITE, 1, request -> request.data(zeros(data), 0, data));
        Received read = device.read(8192);
        assertThat(read.bytes().byteSize()).isEqualTo(8192);
        device.write(reply(read, zeros(8)));
        assertThat(outcome(write)).isEqualTo(Errno.OK);
        write = device.call(Opcode.WRITE, 1, request -> request.data(zeros(data + 1), 0, data + 1));
        device.awaitPending(1);
        assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
        assertThat(outcome(write)).isEqualTo(Errno.EIO);
    }

    @DisplayName("Read: requests are read in the order in which they were queued")
    @Test void readInOrder() {
        TestKernel device = device();
        for (int i = 0; i < 5; i++) {
            device.send(Opcode.UNLINK, i);
            device.awaitPending(i + 1);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(device.read().node()).isEqualTo(i);
        }
    }

    @DisplayName("Read: a request without reply ends when it is read")
    @Test void readNoReply() {
        TestKernel device = device();
        device.connection.post(device.connection.newRequest(Opcode.NOTIFY_REPLY, 1, Caller.KERNEL));
        assertThat(device.connection.waiting()).isEqualTo(1);
        device.read();
        device.assertIdle();
    }

    @DisplayName("Write: after an abort a reply gets an error")
    @Test void writeAfterEnd() throws Exception {
        TestKernel device = device();
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        Received request = device.read();
        device.connection.abort();
        assertThat(device.write(reply(request))).isEqualTo(end(Errno.ENOENT));
        assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
    }

    @DisplayName("Write: the bytes of a reply reach its caller unchanged, and the write returns their number")
    @Test void writeBytes() throws Exception {
        TestKernel device = device();
        var read = new CompletableFuture<byte[]>();
        Future<Errno> call = device.call(Opcode.READ, 1, request -> request.replyRoom(100));
        MemorySegment whole = reply(device.read(), MemorySegment.ofArray(new byte[]{1, 2, 3}));
        assertThat(device.file.write(whole)).isEqualTo(16 + 3);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        Thread.ofVirtual().start(() -> {
            try (Request request = device.connection.newRequest(Opcode.READ, 1, Caller.KERNEL).replyRoom(100)) {
                device.connection.call(request);
                read.complete(TestKernel.bytes(request.reply().asSlice(0, request.replySize())));
            }
        });
        device.write(reply(device.read(), MemorySegment.ofArray(new byte[]{4, 5})));
        assertThat(read.get()).containsExactly(4, 5);
    }

    @DisplayName("Write: zero bytes are not a message")
    @Test void writeNothing() {
        assertThat(device().write(zeros(0))).isEqualTo(Errno.EINVAL);
    }

    @DisplayName("sendResponse: a reply admits exactly one request")
    @Test void sendResponse() {
        TestKernel device = fresh(kernel.profile().withMaxActive(2)).initialize();
        for (int i = 0; i < 4; i++) {
            device.connection.submit(device.connection.newRequest(Opcode.RELEASE, i, Caller.KERNEL).force(), _ -> {});
        }
        assertThat(device.pending()).isEqualTo(2);
        device.write(reply(device.read()));
        assertThat(device.pending()).isEqualTo(2);
        assertThat(device.connection.waiting()).isEqualTo(3);
    }

    @DisplayName("sendError: an error reply ends the caller, and has no payload")
    @Test void sendError() throws Exception {
        TestKernel device = device();
        Future<Errno> call = device.call(Opcode.GETATTR, 1);
        assertThat(device.write(error(device.read(), Errno.EACCES))).isEqualTo(Errno.OK);
        assertThat(outcome(call)).isEqualTo(Errno.EACCES);
        call = device.call(Opcode.READ, 1, request -> request.replyRoom(100));
        Received request = device.read();
        assertThat(device.write(message(request.unique(), -5, zeros(3)))).isEqualTo(Errno.EINVAL);
        assertThat(outcome(call)).isEqualTo(Errno.EIO);
    }

    @DisplayName("Call: blocks until INIT is negotiated")
    @Test void callBeforeInit() throws Exception {
        TestKernel device = fresh(kernel.profile());
        Future<Errno> call = device.call(Opcode.UNLINK, 7);
        Received init = device.read();
        assertThat(device.connection.waiting()).isEqualTo(1);
        device.write(reply(init, initOut(0, 2)));
        Received request = device.read();
        assertThat(request.node()).isEqualTo(7);
        device.write(reply(request));
        assertThat(outcome(call)).isEqualTo(Errno.OK);
    }

    @DisplayName("Call: gets ENOTCONN after an abort, ECONNREFUSED after an INIT that failed, ECONNABORTED on abort")
    @Test void callWithoutServer() throws Exception {
        TestKernel device = device();
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        device.awaitPending(1);
        device.connection.abort();
        assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
        assertThat(device.callNow(Opcode.UNLINK, 1, _ -> {})).isEqualTo(Errno.ENOTCONN);
        TestKernel refused = fresh(kernel.profile());
        refused.write(error(refused.read(), Errno.EPROTO));
        assertThat(refused.callNow(Opcode.UNLINK, 1, _ -> {})).isEqualTo(Errno.ECONNREFUSED);
        refused.connection.abort();
        assertThat(refused.callNow(Opcode.UNLINK, 1, _ -> {})).isEqualTo(Errno.ENOTCONN);
    }

    @DisplayName("INIT: is the first request, with node id, uid, gid and pid 0")
    @Test void init() {
        TestKernel device = fresh(kernel.profile());
        Received init = device.read();
        assertThat(init.opcode()).isEqualTo(Opcode.INIT);
        assertThat(init.unique()).isEqualTo(2);
        assertThat(init.node()).isZero();
        assertThat(InHeader.UID.get(init.bytes())).isZero();
        assertThat(InHeader.GID.get(init.bytes())).isZero();
        assertThat(InHeader.PID.get(init.bytes())).isZero();
    }

    @DisplayName("asyncCallBack: INIT is negotiated before the write of its reply returns")
    @Test void initIsProcessedByItsWriter() {
        TestKernel device = fresh(kernel.profile());
        device.write(reply(device.read(), initOut(0, 2)));
        assertThat(device.connection.state()).isEqualTo(DeviceState.CONNECTED);
        assertThat(device.connection.core().init.negotiated()).isNotNull();
    }

    @DisplayName("EventRegister, EventUnregister: a registered waiter runs for requests and on abort, a removed one does not")
    @Test void events() throws Exception {
        TestKernel device = device();
        var kept = new AtomicInteger();
        var taken = new AtomicInteger();
        Runnable waiter = taken::incrementAndGet;
        device.file.addWaiter(waiter);
        device.file.addWaiter(kept::incrementAndGet);
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        eventually(() -> kept.get() == 1 && taken.get() == 1);
        device.file.removeWaiter(waiter);
        device.connection.abort();
        assertThat(kept).hasValueGreaterThan(1);
        assertThat(taken).hasValue(1);
        assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
    }

    @DisplayName("Readiness: always writable, readable while a message is queued, POLLERR after an abort")
    @Test void readiness() {
        TestKernel device = fresh(kernel.profile());
        assertThat(device.file.readiness()).isEqualTo(OUT | IN);
        device.initialize();
        assertThat(device.file.readiness()).isEqualTo(OUT);
        device.connection.abort();
        assertThat(device.file.readiness()).isEqualTo(DeviceHandle.POLLERR);
    }

    @DisplayName("Release: only the last close aborts the connection")
    @Test void release() {
        TestKernel device = device();
        DeviceFile clone = device.connection.openFile();
        device.file.close();
        assertThat(device.connection.state()).isEqualTo(DeviceState.CONNECTED);
        clone.close();
        assertThat(device.connection.state()).isEqualTo(DeviceState.DISCONNECTED);
    }
}

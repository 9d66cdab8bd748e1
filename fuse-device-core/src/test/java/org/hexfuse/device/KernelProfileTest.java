package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.Future;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The differences between kernels, row by row. */
class KernelProfileTest {
    private final TestKernel linux = TestKernel.of(KernelProfile.linux());
    private final TestKernel gvisor = TestKernel.of(KernelProfile.gvisor());

    @AfterEach void end() {
        linux.close();
        gvisor.close();
        linux.assertIdle();
        gvisor.assertIdle();
    }

    @DisplayName("row 1: a reply to an unknown unique gets ENOENT on Linux, EINVAL on gVisor")
    @Test void unknownUnique() {
        assertThat(linux.write(message(4242, 0, zeros(0)))).isEqualTo(Errno.ENOENT);
        assertThat(gvisor.write(message(4242, 0, zeros(0)))).isEqualTo(Errno.EINVAL);
    }

    @DisplayName("row 2: a read after an abort gets ENODEV on Linux, EPERM on gVisor")
    @Test void readAfterEnd() {
        linux.connection.abort();
        gvisor.connection.abort();
        assertThat(linux.readError(8192)).isEqualTo(Errno.ENODEV);
        assertThat(gvisor.readError(8192)).isEqualTo(Errno.EPERM);
    }

    @DisplayName("row 2: ECONNABORTED after an abort by control, if ABORT_ERROR was negotiated")
    @Test void readAfterControl() {
        try (TestKernel asked = TestKernel.fresh(KernelProfile.linux()).initialize(InitFlag.ABORT_ERROR.mask(), 2)) {
            asked.connection.abortByControl();
            assertThat(asked.readError(8192)).isEqualTo(Errno.ECONNABORTED);
        }
        try (TestKernel plain = TestKernel.fresh(KernelProfile.linux()).initialize(InitFlag.ABORT_ERROR.mask(), 2)) {
            plain.connection.abort();
            plain.connection.abortByControl();
            assertThat(plain.readError(8192)).isEqualTo(Errno.ENODEV);
        }
        linux.connection.abortByControl();
        assertThat(linux.readError(8192)).isEqualTo(Errno.ENODEV);
        gvisor.connection.abortByControl();
        assertThat(gvisor.readError(8192)).isEqualTo(Errno.EPERM);
    }

    @DisplayName("row 3: positions are ignored on Linux and get ENOSYS on gVisor")
    @Test void positional() throws Exception {
        Future<Errno> call = linux.call(Opcode.UNLINK, 1);
        MemorySegment buffer = zeros(8192);
        linux.file.read(buffer, 12_345);
        assertThat(linux.file.write(message(InHeader.UNIQUE.get(buffer), 0, zeros(0)), 99)).isEqualTo(16);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        assertThat(errno(() -> linux.file.read(buffer, -1))).isEqualTo(Errno.EINVAL);
        assertThat(errno(() -> linux.file.seek(0, 0))).isEqualTo(Errno.ESPIPE);
        assertThat(errno(() -> gvisor.file.read(buffer, 0))).isEqualTo(Errno.ENOSYS);
        assertThat(errno(() -> gvisor.file.write(zeros(16), 0))).isEqualTo(Errno.ENOSYS);
        assertThat(errno(() -> gvisor.file.seek(0, 0))).isEqualTo(Errno.ENOSYS);
        DeviceFile unmounted = DeviceFile.open(KernelProfile.gvisor());
        assertThat(errno(() -> unmounted.read(buffer, 0))).isEqualTo(Errno.EPERM);
        assertThat(errno(() -> unmounted.seek(0, 0))).isEqualTo(Errno.EPERM);
    }

    @DisplayName("row 4: on gVisor any clone may reply, and closing one ends no request")
    @Test void processingSet() throws Exception {
        DeviceFile clone = gvisor.connection.openFile();
        Future<Errno> first = gvisor.call(Opcode.UNLINK, 1);
        Received one = TestKernel.read(clone);
        Future<Errno> second = gvisor.call(Opcode.UNLINK, 2);
        Received two = TestKernel.read(clone);
        assertThat(gvisor.write(reply(one))).isEqualTo(Errno.OK);
        assertThat(outcome(first)).isEqualTo(Errno.OK);
        clone.close();
        assertThat(second.isDone()).isFalse();
        assertThat(gvisor.write(reply(two))).isEqualTo(Errno.OK);
        assertThat(outcome(second)).isEqualTo(Errno.OK);
    }

    @DisplayName("row 4: on Linux only the handle that read a request may reply")
    @Test void processingSetOfLinux() throws Exception {
        DeviceFile clone = linux.connection.openFile();
        Future<Errno> call = linux.call(Opcode.UNLINK, 1);
        Received request = TestKernel.read(clone);
        assertThat(linux.write(reply(request))).isEqualTo(Errno.ENOENT);
        clone.close();
        assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
    }

    @DisplayName("row 5: a request that can't be copied ends with EIO on Linux and stays pending on gVisor")
    @Test void copyFailure() throws Exception {
        MemorySegment gone;
        try (Arena arena = Arena.ofShared()) {
            gone = arena.allocate(8192);
        }
        Future<Errno> onLinux = linux.call(Opcode.UNLINK, 1);
        assertThat(errno(() -> linux.file.read(gone))).isEqualTo(Errno.EFAULT);
        assertThat(outcome(onLinux)).isEqualTo(Errno.EIO);
        Future<Errno> onGvisor = gvisor.call(Opcode.UNLINK, 1);
        gvisor.awaitPending(1);
        Future<Errno> behind = gvisor.call(Opcode.UNLINK, 2);
        assertThat(errno(() -> gvisor.file.read(gone))).isEqualTo(Errno.EFAULT);
        gvisor.awaitPending(2);
        Received again = gvisor.read();
        assertThat(again.node()).isEqualTo(1);
        gvisor.write(reply(again));
        assertThat(outcome(onGvisor)).isEqualTo(Errno.OK);
        gvisor.write(reply(gvisor.read()));
        assertThat(outcome(behind)).isEqualTo(Errno.OK);
    }

    @DisplayName("row 6: Linux limits background requests, by INIT; gVisor limits all, at 10000")
    @Test void limits() throws Exception {
        for (int i = 0; i < 5; i++) {
            linux.connection.submit(linux.connection.newRequest(Opcode.RELEASE, i, Caller.KERNEL).force(), _ -> {});
            gvisor.connection.submit(gvisor.connection.newRequest(Opcode.RELEASE, i, Caller.KERNEL).force(), _ -> {});
        }
        assertThat(linux.pending()).isEqualTo(2);
        assertThat(gvisor.pending()).isEqualTo(5);
        var calls = new ArrayList<Future<Errno>>();
        for (int i = 0; i < 5; i++) {
            calls.add(linux.call(Opcode.UNLINK, i));
        }
        linux.awaitPending(7);
        assertThat(KernelProfile.gvisor().maxActive()).isEqualTo(10_000);
        linux.connection.abort();
        for (Future<Errno> call : calls) {
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
        }
    }

    @DisplayName("row 7: a reply to INIT of less than 24 bytes is zero-filled on Linux and rejected on gVisor")
    @Test void shortInit() {
        MemorySegment out = TestServer.initOut(45, 0, 8192, 0).asSlice(0, 23);
        try (TestKernel fresh = TestKernel.fresh(KernelProfile.linux())) {
            assertThat(fresh.write(reply(fresh.read(), out))).isEqualTo(Errno.OK);
            assertThat(fresh.connection.negotiated().minor()).isEqualTo(45);
        }
        try (TestKernel fresh = TestKernel.fresh(KernelProfile.gvisor())) {
            assertThat(fresh.write(reply(fresh.read(), out))).isEqualTo(Errno.EINVAL);
            assertThat(fresh.connection.state()).isEqualTo(DeviceState.REFUSED);
            assertThat(errno(fresh.connection::negotiated)).isEqualTo(Errno.ECONNREFUSED);
        }
    }

    @DisplayName("row 8: a bad errno fails only the write on Linux and ends the caller on gVisor")
    @Test void badErrno() throws Exception {
        Future<Errno> onLinux = linux.call(Opcode.UNLINK, 1);
        Received request = linux.read();
        assertThat(linux.write(message(request.unique(), -512, zeros(0)))).isEqualTo(Errno.EINVAL);
        assertThat(onLinux.isDone()).isFalse();
        assertThat(linux.write(reply(request))).isEqualTo(Errno.OK);
        assertThat(outcome(onLinux)).isEqualTo(Errno.OK);
        Future<Errno> onGvisor = gvisor.call(Opcode.UNLINK, 1);
        request = gvisor.read();
        assertThat(gvisor.write(message(request.unique(), -512, zeros(0)))).isEqualTo(Errno.OK);
        assertThat(outcome(onGvisor)).isEqualTo(Errno.EINVAL);
        assertThat(gvisor.write(reply(request))).isEqualTo(Errno.EINVAL);
    }

    @DisplayName("row 9: gVisor offers 7.31 with MAX_PAGES, in 16 bytes")
    @Test void offers() {
        try (TestKernel fresh = TestKernel.fresh(KernelProfile.gvisor())) {
            Received init = fresh.read();
            assertThat(init.bytes().byteSize()).isEqualTo(40 + 16);
            assertThat(InitIn.MINOR.get(init.bytes(), 40)).isEqualTo(31);
            assertThat(InitIn.FLAGS.get(init.bytes(), 40)).isEqualTo((int) InitFlag.MAX_PAGES.mask());
        }
        try (TestKernel fresh = TestKernel.fresh(KernelProfile.linux())) {
            Received init = fresh.read();
            assertThat(init.bytes().byteSize()).isEqualTo(40 + 64);
            assertThat(InitIn.MINOR.get(init.bytes(), 40)).isEqualTo(45);
        }
    }

    @DisplayName("row 9: a request that gVisor does not have gets ENOSYS and is not sent")
    @Test void opcodes() throws Exception {
        Opcode[] sent = Arrays.stream(Opcode.values()).filter(KernelProfile.gvisor()::sends).toArray(Opcode[]::new);
        assertThat(sent).hasSize(29).contains(Opcode.INIT, Opcode.ACCESS, Opcode.FALLOCATE)
                .doesNotContain(Opcode.FORGET, Opcode.INTERRUPT, Opcode.READDIRPLUS, Opcode.RENAME2, Opcode.CUSE_INIT);
        assertThat(Opcode.values()).allMatch(KernelProfile.linux()::sends);
        assertThat(outcome(gvisor.call(Opcode.SYNCFS, 1))).isEqualTo(Errno.ENOSYS);
        var outcomes = new ArrayList<Errno>();
        gvisor.connection.submit(gvisor.connection.newRequest(Opcode.LSEEK, 1, Caller.KERNEL), outcomes::add);
        assertThat(outcomes).containsExactly(Errno.ENOSYS);
        gvisor.connection.post(gvisor.connection.newRequest(Opcode.NOTIFY_REPLY, 1, Caller.KERNEL));
        gvisor.connection.forget(2, 1);
        assertThat(gvisor.readError(8192)).as("nothing is queued").isEqualTo(Errno.EAGAIN);
    }

    @DisplayName("gVisor accepts the flags that it knows although it offers only one")
    @Test void acceptedFlags() {
        try (TestKernel fresh = TestKernel.fresh(KernelProfile.gvisor())) {
            fresh.initialize(InitFlag.BIG_WRITES.mask() | InitFlag.POSIX_LOCKS.mask(), 2);
            assertThat(fresh.connection.negotiated().has(InitFlag.BIG_WRITES)).isTrue();
            assertThat(fresh.connection.negotiated().has(InitFlag.POSIX_LOCKS)).isFalse();
        }
    }
}

package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.error;
import static org.hexfuse.device.TestKernel.initOut;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.DeviceIoctl;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A device file with SYNC_INIT: its mount blocks until the reply to INIT. */
class SynchronousInitTest {
    private final DeviceFile file = DeviceFile.open(KernelProfile.linux());
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<FuseConnection> mounted = new AtomicReference<>();

    @AfterEach void end() {
        file.close();
        TestKernel.eventually(() -> threads.stream().noneMatch(Thread::isAlive));
    }

    private void enable() {
        file.ioctl(DeviceIoctl.SYNC_INIT.request());
    }

    private <T> CompletableFuture<T> start(Callable<T> action) {
        var result = new CompletableFuture<T>();
        threads.add(Thread.ofVirtual().start(() -> {
            try {
                result.complete(action.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        }));
        return result;
    }

    private CompletableFuture<Errno> mount(ConnectionOptions options) {
        return start(() -> errno(
                () -> mounted.set(file.mount(NotificationSink.NONE, options, TestKernel.MAX_MESSAGE))));
    }

    private CompletableFuture<Errno> mount() {
        return mount(ConnectionOptions.DEFAULT);
    }

    @Test void theMountBlocksUntilTheReply() throws Exception {
        enable();
        CompletableFuture<Errno> mount = mount();
        Received init = TestKernel.read(file);
        assertThat(init.opcode()).isEqualTo(Opcode.INIT);
        assertThat(mount).isNotDone();
        assertThat(TestKernel.write(file, reply(init, initOut(0, 0)))).isEqualTo(Errno.OK);
        assertThat(outcome(mount)).isEqualTo(Errno.OK);
        assertThat(mounted.get().state()).isEqualTo(DeviceState.CONNECTED);
    }

    @Test void aReadBlocksUntilTheMount() throws Exception {
        enable();
        CompletableFuture<Received> read = start(() -> TestKernel.read(file));
        Thread.sleep(5);
        assertThat(read).isNotDone();
        CompletableFuture<Errno> mount = mount();
        TestKernel.write(file, reply(read.get(), initOut(0, 0)));
        assertThat(outcome(mount)).isEqualTo(Errno.OK);
    }

    @Test void aNonBlockingReadGetsEagain() {
        enable();
        assertThat(TestKernel.readError(file, 8192)).isEqualTo(Errno.EAGAIN);
    }

    @Test void aReadGetsEintrOnAnInterrupt() throws Exception {
        enable();
        CompletableFuture<Errno> read = start(() -> errno(() -> file.read(zeros(8192))));
        threads.getFirst().interrupt();
        assertThat(outcome(read)).isEqualTo(Errno.EINTR);
    }

    @Test void aReadGetsEbadfOnClose() throws Exception {
        enable();
        CompletableFuture<Errno> read = start(() -> errno(() -> file.read(zeros(8192))));
        Thread.sleep(5);
        file.close();
        assertThat(outcome(read)).isEqualTo(Errno.EBADF);
    }

    @Test void aWriteDoesNotBlock() {
        enable();
        assertThat(TestKernel.write(file, zeros(16))).isEqualTo(Errno.EPERM);
    }

    @Test void anErrorReplyFailsTheMount() throws Exception {
        enable();
        CompletableFuture<Errno> mount = mount();
        TestKernel.write(file, error(TestKernel.read(file), Errno.EPROTO));
        assertThat(outcome(mount)).isEqualTo(Errno.ENOTCONN);
        assertThat(TestKernel.readError(file, 8192)).isEqualTo(Errno.ENODEV);
    }

    @Test void anotherMajorFailsTheMount() throws Exception {
        enable();
        CompletableFuture<Errno> mount = mount();
        TestKernel.write(file, reply(TestKernel.read(file), zeros(64)));
        assertThat(outcome(mount)).isEqualTo(Errno.ENOTCONN);
    }

    @Test void aDisconnectedServerFailsTheMount() throws Exception {
        enable();
        CompletableFuture<Errno> mount = mount();
        TestKernel.read(file);
        file.close();
        assertThat(outcome(mount)).isEqualTo(Errno.ENOTCONN);
    }

    @Test void theInitTimeoutFailsTheMount() throws Exception {
        enable();
        CompletableFuture<Errno> mount = mount(ConnectionOptions.DEFAULT.withInitTimeout(Duration.ofMillis(20)));
        assertThat(outcome(mount)).isEqualTo(Errno.ENOTCONN);
    }

    @Test void anInterruptFailsTheMount() throws Exception {
        enable();
        CompletableFuture<Errno> mount = mount();
        TestKernel.read(file);
        threads.getFirst().interrupt();
        assertThat(outcome(mount)).isEqualTo(Errno.ENOTCONN);
    }

    @Test void withoutSyncInitAMountDoesNotBlockAndAnEarlierReadFails() {
        assertThat(TestKernel.readError(file, 8192)).isEqualTo(Errno.EPERM);
        FuseConnection connection = file.mount(NotificationSink.NONE, ConnectionOptions.DEFAULT,
                TestKernel.MAX_MESSAGE);
        assertThat(connection.state()).isEqualTo(DeviceState.INITIALIZING);
        assertThat(errno(this::enable)).isEqualTo(Errno.EINVAL);
        connection.abort();
    }

    @Test void gvisorDoesNotSupportSyncInit() {
        DeviceFile other = DeviceFile.open(KernelProfile.gvisor());
        assertThat(errno(() -> other.ioctl(DeviceIoctl.SYNC_INIT.request()))).isEqualTo(Errno.ENOSYS);
        assertThat(TestKernel.readError(other, 8192)).isEqualTo(Errno.EPERM);
    }
}

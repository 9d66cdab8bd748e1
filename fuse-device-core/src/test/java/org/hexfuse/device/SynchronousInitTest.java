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

/** A device whose server asked by SYNC_INIT that a mount waits for INIT. */
class SynchronousInitTest {
    private final DeviceFile file = DeviceFile.open(KernelProfile.linux());
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<FuseConnection> mounted = new AtomicReference<>();

    @AfterEach void end() {
        file.close();
        TestKernel.eventually(() -> threads.stream().noneMatch(Thread::isAlive));
    }

    private void ask() {
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

    @Test void theMountWaitsForTheAnswer() throws Exception {
        ask();
        CompletableFuture<Errno> mount = mount();
        Received init = TestKernel.read(file);
        assertThat(init.opcode()).isEqualTo(Opcode.INIT);
        assertThat(mount).isNotDone();
        assertThat(TestKernel.write(file, reply(init, initOut(0, 0)))).isEqualTo(Errno.OK);
        assertThat(outcome(mount)).isEqualTo(Errno.OK);
        assertThat(mounted.get().state()).isEqualTo(DeviceState.CONNECTED);
    }

    @Test void aReadWaitsForTheMount() throws Exception {
        ask();
        CompletableFuture<Received> read = start(() -> TestKernel.read(file));
        Thread.sleep(5);
        assertThat(read).isNotDone();
        CompletableFuture<Errno> mount = mount();
        TestKernel.write(file, reply(read.get(), initOut(0, 0)));
        assertThat(outcome(mount)).isEqualTo(Errno.OK);
    }

    @Test void aReadThatMustNotWaitGetsEagain() {
        ask();
        assertThat(TestKernel.readError(file, 8192)).isEqualTo(Errno.EAGAIN);
    }

    @Test void aReadIsEndedByAnInterrupt() throws Exception {
        ask();
        CompletableFuture<Errno> read = start(() -> errno(() -> file.read(zeros(8192))));
        threads.getFirst().interrupt();
        assertThat(outcome(read)).isEqualTo(Errno.EINTR);
    }

    @Test void aReadIsEndedByTheClose() throws Exception {
        ask();
        CompletableFuture<Errno> read = start(() -> errno(() -> file.read(zeros(8192))));
        Thread.sleep(5);
        file.close();
        assertThat(outcome(read)).isEqualTo(Errno.EBADF);
    }

    @Test void aWriteDoesNotWait() {
        ask();
        assertThat(TestKernel.write(file, zeros(16))).isEqualTo(Errno.EPERM);
    }

    @Test void anErrorFailsTheMount() throws Exception {
        ask();
        CompletableFuture<Errno> mount = mount();
        TestKernel.write(file, error(TestKernel.read(file), Errno.EPROTO));
        assertThat(outcome(mount)).isEqualTo(Errno.ENOTCONN);
        assertThat(TestKernel.readError(file, 8192)).isEqualTo(Errno.ENODEV);
    }

    @Test void anotherMajorFailsTheMount() throws Exception {
        ask();
        CompletableFuture<Errno> mount = mount();
        TestKernel.write(file, reply(TestKernel.read(file), zeros(64)));
        assertThat(outcome(mount)).isEqualTo(Errno.ENOTCONN);
    }

    @Test void theEndOfTheServerFailsTheMount() throws Exception {
        ask();
        CompletableFuture<Errno> mount = mount();
        TestKernel.read(file);
        file.close();
        assertThat(outcome(mount)).isEqualTo(Errno.ENOTCONN);
    }

    @Test void silenceFailsTheMount() throws Exception {
        ask();
        CompletableFuture<Errno> mount = mount(ConnectionOptions.DEFAULT.withInitTimeout(Duration.ofMillis(20)));
        assertThat(outcome(mount)).isEqualTo(Errno.ENOTCONN);
    }

    @Test void anInterruptFailsTheMount() throws Exception {
        ask();
        CompletableFuture<Errno> mount = mount();
        TestKernel.read(file);
        threads.getFirst().interrupt();
        assertThat(outcome(mount)).isEqualTo(Errno.ENOTCONN);
    }

    @Test void withoutItAMountDoesNotWaitAndAReadBeforeItFails() {
        assertThat(TestKernel.readError(file, 8192)).isEqualTo(Errno.EPERM);
        FuseConnection connection = file.mount(NotificationSink.NONE, ConnectionOptions.DEFAULT,
                TestKernel.MAX_MESSAGE);
        assertThat(connection.state()).isEqualTo(DeviceState.INITIALIZING);
        assertThat(errno(this::ask)).isEqualTo(Errno.EINVAL);
        connection.abort();
    }

    @Test void gvisorHasNoneOfIt() {
        DeviceFile other = DeviceFile.open(KernelProfile.gvisor());
        assertThat(errno(() -> other.ioctl(DeviceIoctl.SYNC_INIT.request()))).isEqualTo(Errno.ENOSYS);
        assertThat(TestKernel.readError(other, 8192)).isEqualTo(Errno.EPERM);
    }
}

package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.readError;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.DeviceIoctl;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.DeviceState.Event;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.DeviceHandle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The system calls on the device, one by one. */
class DeviceFileTest {
    private static final ConnectionOptions OPTIONS = ConnectionOptions.DEFAULT;

    private final TestKernel device = TestKernel.of(KernelProfile.linux());

    @AfterEach void end() {
        device.close();
        device.assertIdle();
    }

    @Nested class Unmounted {
        private final DeviceFile file = DeviceFile.open(KernelProfile.linux());

        @Test void everyCallGetsEperm() {
            assertThat(file.state()).isEqualTo(DeviceState.UNMOUNTED);
            assertThat(errno(() -> file.read(zeros(8192)))).isEqualTo(Errno.EPERM);
            assertThat(errno(() -> file.read(zeros(1)))).isEqualTo(Errno.EPERM);
            assertThat(errno(() -> file.write(zeros(16)))).isEqualTo(Errno.EPERM);
            assertThat(errno(() -> file.read(zeros(8192), 0))).isEqualTo(Errno.EPERM);
            assertThat(errno(() -> file.write(zeros(16), 0))).isEqualTo(Errno.EPERM);
            assertThat(errno(() -> file.seek(0, 0))).isEqualTo(Errno.EPERM);
            assertThat(errno(() -> file.addWaiter(() -> {}))).isEqualTo(Errno.EPERM);
        }

        @Test void pollReturnsPollerrAtOnce() {
            assertThat(file.poll(DeviceHandle.POLLIN, Duration.ofSeconds(30))).isEqualTo(DeviceHandle.POLLERR);
        }

        @Test void aMountBindsItWithInitQueued() {
            FuseConnection connection = file.mount(NotificationSink.NONE, OPTIONS, 1 << 20);
            assertThat(file.state()).isEqualTo(DeviceState.INITIALIZING);
            assertThat(TestKernel.read(file).opcode()).isEqualTo(Opcode.INIT);
            file.close();
            assertThat(connection.state()).isEqualTo(DeviceState.DISCONNECTED);
        }

        @Test void aClosedFileCannotBeMounted() {
            file.close();
            assertThat(file.state()).isEqualTo(DeviceState.CLOSED);
            assertThat(errno(() -> file.mount(NotificationSink.NONE, OPTIONS, 1 << 20))).isEqualTo(Errno.EBADF);
            assertThat(errno(() -> file.read(zeros(8192)))).isEqualTo(Errno.EBADF);
            assertThat(errno(file::readiness)).isEqualTo(Errno.EBADF);
        }
    }

    @Nested class Callbacks {
        /** Has another thread use the same file, which returns only if no lock is held. */
        private boolean isUnlocked(DeviceFile file) {
            Thread other = Thread.ofVirtual().start(() -> errno(() -> file.cloneFrom(file)));
            try {
                return other.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Test void ofACloseRunWithoutLocks() {
            var used = new CompletableFuture<Boolean>();
            DeviceFile file = DeviceFile.open(KernelProfile.linux());
            file.mount(new NotificationSink() {
                @Override public void ended() {
                    used.complete(isUnlocked(file));
                }
            }, OPTIONS, 1 << 20);
            file.close();
            assertThat(used).isCompletedWithValue(true);
        }

        @Test void ofAMountRunWithoutLocks() {
            var used = new CompletableFuture<Boolean>();
            DeviceFile file = DeviceFile.open(KernelProfile.linux());
            file.mount(NotificationSink.NONE, OPTIONS.withListener(new DeviceListener() {
                @Override public void queued(Opcode opcode, long unique) {
                    used.complete(isUnlocked(file));
                }
            }), 1 << 20);
            file.close();
            assertThat(used).isCompletedWithValue(true);
        }
    }

    @Nested class Clones {
        private final DeviceFile clone = DeviceFile.open(KernelProfile.linux());

        @AfterEach void close() {
            clone.close();
        }

        @Test void readFromTheSameQueueAndReplyToWhatTheyRead() throws Exception {
            clone.cloneFrom(device.file);
            assertThat(clone.state()).isEqualTo(DeviceState.CONNECTED);
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            Received request = TestKernel.read(clone);
            assertThat(device.write(reply(request))).isEqualTo(Errno.ENOENT);
            assertThat(TestKernel.write(clone, reply(request))).isEqualTo(Errno.OK);
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }

        @Test void keepTheConnectionWhenTheFirstFileIsClosed() throws Exception {
            clone.cloneFrom(device.file);
            device.file.close();
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            assertThat(TestKernel.write(clone, reply(TestKernel.read(clone)))).isEqualTo(Errno.OK);
            assertThat(outcome(call)).isEqualTo(Errno.OK);
            clone.close();
            assertThat(device.connection.state()).isEqualTo(DeviceState.DISCONNECTED);
        }

        @Test void cannotBeMadeOfABoundFile() {
            clone.cloneFrom(device.file);
            assertThat(errno(() -> clone.cloneFrom(device.file))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> device.file.cloneFrom(clone))).isEqualTo(Errno.EINVAL);
        }

        @ParameterizedTest
        @EnumSource(TestKernel.Kernel.class) void cannotBeMadeFromAnUnmountedFile(TestKernel.Kernel kernel) {
            DeviceFile target = DeviceFile.open(kernel.profile());
            DeviceFile source = DeviceFile.open(kernel.profile());
            assertThat(errno(() -> target.cloneFrom(source)))
                    .isEqualTo(kernel == TestKernel.Kernel.LINUX ? Errno.EPERM : Errno.EINVAL);
            source.close();
            assertThat(errno(() -> target.cloneFrom(source))).isEqualTo(Errno.EBADF);
            assertThat(target.state()).isEqualTo(DeviceState.UNMOUNTED);
        }

        @Test void rejectUnknownIoctls() {
            assertThat(errno(() -> clone.ioctl(42))).isEqualTo(Errno.ENOTTY);
            assertThat(errno(() -> device.file.ioctl(DeviceIoctl.BACKING_OPEN.request())))
                    .isEqualTo(Errno.EOPNOTSUPP);
            assertThat(errno(() -> device.file.ioctl(DeviceIoctl.SYNC_INIT.request()))).isEqualTo(Errno.EINVAL);
            assertThat(errno(() -> DeviceFile.open(KernelProfile.gvisor()).ioctl(DeviceIoctl.SYNC_INIT.request())))
                    .isEqualTo(Errno.ENOSYS);
        }
    }

    @Nested class Read {
        @ParameterizedTest
        @ValueSource(longs = {0, 1, 8191}) void aShortBufferGetsEinvalWithoutBlocking(long capacity) {
            assertThat(errno(() -> device.file.read(zeros(capacity)))).isEqualTo(Errno.EINVAL);
        }

        @Test void getsEagainInsteadOfBlocking() {
            assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
        }

        @Test void getsEintrAndLosesNoRequest() throws Exception {
            var reads = new CompletableFuture<Errno>();
            Thread reader = Thread.ofVirtual().start(() -> reads.complete(errno(device::read)));
            device.awaitReader();
            reader.interrupt();
            assertThat(outcome(reads)).isEqualTo(Errno.EINTR);
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            device.write(reply(device.read()));
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }

        @Test void aShortBufferGetsEinvalAfterAnAbortOnLinux() {
            device.connection.abort();
            assertThat(device.readError(100)).isEqualTo(Errno.EINVAL);
            assertThat(device.readError(8192)).isEqualTo(Errno.ENODEV);
        }

        @Test void aShortBufferGetsEpermAfterAnAbortOnGvisor() {
            TestKernel gvisor = TestKernel.of(KernelProfile.gvisor());
            gvisor.connection.abort();
            assertThat(gvisor.readError(100)).isEqualTo(Errno.EPERM);
        }

        @Test void intoAClosedSegmentGetsEfaultAndEndsTheRequest() throws Exception {
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            MemorySegment gone;
            try (Arena arena = Arena.ofShared()) {
                gone = arena.allocate(8192);
            }
            assertThat(errno(() -> device.file.read(gone))).isEqualTo(Errno.EFAULT);
            assertThat(outcome(call)).isEqualTo(Errno.EIO);
        }

        @Test void intoAReadOnlySegmentGetsEfault() throws Exception {
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            assertThat(errno(() -> device.file.read(zeros(8192).asReadOnly()))).isEqualTo(Errno.EFAULT);
            assertThat(outcome(call)).isEqualTo(Errno.EIO);
        }

        @Test void returnsHeaderArgumentsNamesAndData() throws Exception {
            Future<Errno> call = device.call(Opcode.SETXATTR, 7, request -> request
                    .name(Name.of("user.x")).data(MemorySegment.ofArray(new byte[]{1, 2, 3}), 0, 3));
            Received request = device.read();
            assertThat(request.bytes().byteSize()).isEqualTo(40 + 8 + 7 + 3);
            assertThat(TestKernel.bytes(request.bytes().asSlice(48))).containsExactly('u', 's', 'e', 'r', '.', 'x', 0,
                    1, 2, 3);
            device.write(reply(request));
            assertThat(outcome(call)).isEqualTo(Errno.OK);
        }
    }

    @Nested class Write {
        @Test void ofZeroBytesGetsEinval() {
            assertThat(device.write(zeros(0))).isEqualTo(Errno.EINVAL);
        }

        @Test void ofAReplyAfterAnAbortGetsEnoent() throws Exception {
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            Received request = device.read();
            device.connection.abort();
            assertThat(outcome(call)).isEqualTo(Errno.ECONNABORTED);
            assertThat(device.write(reply(request))).isEqualTo(Errno.ENOENT);
        }

        @Test void checksTheSizeThenTheErrorThenTheUnique() {
            MemorySegment short15 = zeros(15);
            assertThat(device.write(short15)).isEqualTo(Errno.EINVAL);
            assertThat(device.write(message(4242, 1, zeros(0)))).isEqualTo(Errno.EINVAL);
            assertThat(device.write(message(4242, -512, zeros(0)))).isEqualTo(Errno.EINVAL);
            assertThat(device.write(message(4242, -511, zeros(0)))).isEqualTo(Errno.ENOENT);
            assertThat(device.write(message(4243, 0, zeros(4)))).isEqualTo(Errno.ENOENT);
        }
    }

    @Nested class Poll {
        @Test void returnsTheReadyEvents() throws Exception {
            int out = DeviceHandle.POLLOUT | DeviceHandle.POLLWRNORM;
            int in = DeviceHandle.POLLIN | DeviceHandle.POLLRDNORM;
            assertThat(device.file.readiness()).isEqualTo(out);
            device.connection.forget(5, 1);
            assertThat(device.file.readiness()).isEqualTo(out | in);
            device.read();
            assertThat(device.file.readiness()).isEqualTo(out);
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            device.awaitPending(1);
            assertThat(device.file.readiness()).isEqualTo(out | in);
            Received request = device.read();
            device.interrupt();
            TestKernel.eventually(device::isReadable);
            assertThat(device.read().opcode()).isEqualTo(Opcode.INTERRUPT);
            device.write(reply(request));
            assertThat(outcome(call)).isEqualTo(Errno.OK);
            device.connection.abort();
            assertThat(device.file.readiness()).isEqualTo(DeviceHandle.POLLERR);
        }

        @Test void blocksUntilAMessageIsQueued() throws Exception {
            var ready = new CompletableFuture<Integer>();
            Thread.ofVirtual().start(
                    () -> ready.complete(device.file.poll(DeviceHandle.POLLIN, Duration.ofSeconds(30))));
            device.connection.forget(5, 1);
            assertThat(ready.get()).isEqualTo(DeviceHandle.POLLIN);
            device.read();
        }

        @Test void returnsOnAbort() throws Exception {
            var ready = new CompletableFuture<Integer>();
            Thread.ofVirtual().start(
                    () -> ready.complete(device.file.poll(DeviceHandle.POLLIN, Duration.ofSeconds(30))));
            Thread.sleep(5);
            device.connection.abort();
            assertThat(ready.get()).isEqualTo(DeviceHandle.POLLERR);
        }

        @Test void returnsWhenAnotherThreadClosesTheFile() throws Exception {
            DeviceFile other = device.connection.openFile();
            var ready = new CompletableFuture<Integer>();
            Thread.ofVirtual().start(() -> ready.complete(other.poll(DeviceHandle.POLLIN, Duration.ofSeconds(30))));
            Thread.sleep(5);
            device.file.close();
            other.close();
            assertThat(ready.get()).isEqualTo(DeviceHandle.POLLERR);
        }

        @Test void returnsZeroAfterItsTimeout() {
            assertThat(device.file.poll(DeviceHandle.POLLIN, Duration.ofMillis(5))).isZero();
        }

        @Test void getsEintr() throws Exception {
            var ready = new CompletableFuture<Errno>();
            Thread poller = Thread.ofVirtual().start(() -> ready.complete(
                    errno(() -> device.file.poll(DeviceHandle.POLLIN, Duration.ofSeconds(30)))));
            poller.interrupt();
            assertThat(outcome(ready)).isEqualTo(Errno.EINTR);
        }

        @Test void waitersRunForEachMessageUntilTheyAreRemoved() {
            var runs = new AtomicInteger();
            Runnable waiter = runs::incrementAndGet;
            device.file.addWaiter(waiter);
            device.connection.forget(5, 1);
            device.connection.forget(6, 1);
            assertThat(runs).hasValue(2);
            device.file.removeWaiter(waiter);
            device.connection.forget(7, 1);
            assertThat(runs).hasValue(2);
            device.read();
        }
    }

    @Test void transitionsAreAsDocumented() {
        assertThat(DeviceState.UNMOUNTED.after(Event.BIND)).isEqualTo(DeviceState.INITIALIZING);
        assertThat(DeviceState.UNMOUNTED.after(Event.ABORT)).isEqualTo(DeviceState.UNMOUNTED);
        assertThat(DeviceState.INITIALIZING.after(Event.INIT_ACCEPTED)).isEqualTo(DeviceState.CONNECTED);
        assertThat(DeviceState.INITIALIZING.after(Event.INIT_FAILED)).isEqualTo(DeviceState.REFUSED);
        assertThat(DeviceState.REFUSED.after(Event.INIT_ACCEPTED)).isEqualTo(DeviceState.REFUSED);
        assertThat(DeviceState.CONNECTED.after(Event.INIT_FAILED)).isEqualTo(DeviceState.CONNECTED);
        assertThat(DeviceState.DISCONNECTED.after(Event.INIT_ACCEPTED)).isEqualTo(DeviceState.DISCONNECTED);
        assertThat(DeviceState.DISCONNECTED.after(Event.BIND)).isEqualTo(DeviceState.DISCONNECTED);
        for (DeviceState live : new DeviceState[]{DeviceState.INITIALIZING, DeviceState.CONNECTED,
            DeviceState.REFUSED}) {
            assertThat(live.after(Event.ABORT)).isEqualTo(DeviceState.DISCONNECTED);
        }
        for (DeviceState state : DeviceState.values()) {
            assertThat(state.after(Event.CLOSE)).isEqualTo(DeviceState.CLOSED);
            assertThat(DeviceState.CLOSED.after(Event.BIND)).isEqualTo(DeviceState.CLOSED);
        }
    }

    @Test void aClosedCloneEndsOnlyTheRequestsReadOverIt() throws Exception {
        DeviceFile clone = device.connection.openFile();
        Future<Errno> clones = device.call(Opcode.UNLINK, 1);
        TestKernel.read(clone);
        Future<Errno> others = device.call(Opcode.UNLINK, 2);
        Received request = device.read();
        clone.close();
        assertThat(outcome(clones)).isEqualTo(Errno.ECONNABORTED);
        assertThat(device.write(reply(request))).isEqualTo(Errno.OK);
        assertThat(outcome(others)).isEqualTo(Errno.OK);
        assertThat(readError(device.file, 8192)).isEqualTo(Errno.EAGAIN);
        assertThat(InHeader.UNIQUE.get(request.bytes())).isEqualTo(6);
    }
}

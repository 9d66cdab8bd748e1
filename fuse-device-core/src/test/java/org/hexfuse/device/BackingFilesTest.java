package org.hexfuse.device;

import static org.hexfuse.device.TestKernel.errno;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.BackingMap;
import org.hexfuse.abi.DeviceIoctl;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.InitOut;
import org.hexfuse.device.TestServer.Received;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The backing files of a connection: which servers may register them, their backing ids, and when they are closed. */
class BackingFilesTest {
    private final List<Integer> closed = new ArrayList<>();
    private final ConnectionOptions options = ConnectionOptions.DEFAULT.withBackingFiles(this::open);
    private TestKernel device = negotiate(options, 2);

    private BackingFile open(int descriptor) {
        if (descriptor < 0) {
            throw FuseException.of(Errno.EBADF);
        }
        return new BackingFile() {
            @Override public int stackDepth() {
                return descriptor % 10;
            }

            @Override public long read(MemorySegment target, long offset) {
                return descriptor;
            }

            @Override public long write(MemorySegment source, long offset) {
                return descriptor;
            }

            @Override public void close() {
                closed.add(descriptor);
            }
        };
    }

    private static TestKernel negotiate(ConnectionOptions options, int depth) {
        var kernel = new TestKernel(options, NotificationSink.NONE);
        Received init = kernel.read();
        MemorySegment out = TestKernel.initOut(InitFlag.PASSTHROUGH.mask(), 0);
        InitOut.MAX_STACK_DEPTH.set(out, depth);
        kernel.write(reply(init, out));
        return kernel;
    }

    private void use(ConnectionOptions other, int depth) {
        device.close();
        device = negotiate(other, depth);
    }

    @AfterEach void end() {
        device.close();
    }

    private static MemorySegment map(int descriptor) {
        MemorySegment map = zeros(BackingMap.SIZE);
        BackingMap.FD.set(map, descriptor);
        return map;
    }

    private int register(MemorySegment map) {
        return device.file.ioctl(DeviceIoctl.BACKING_OPEN.request(), map);
    }

    private int release(int id) {
        MemorySegment number = zeros(4);
        number.set(JAVA_INT, 0, id);
        return device.file.ioctl(DeviceIoctl.BACKING_CLOSE.request(), number);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false}) void areOfferedIfTheKernelHasThem(boolean supported) {
        ConnectionOptions chosen = supported ? options : ConnectionOptions.DEFAULT;
        try (TestKernel fresh = new TestKernel(chosen, NotificationSink.NONE)) {
            long upper = InitIn.FLAGS2.getUnsigned(fresh.read().bytes(), 40) << 32;
            assertThat(InitFlag.PASSTHROUGH.in(upper)).isEqualTo(supported);
        }
    }

    @Test void getIdsFromOneOnThatAreNotReusedAtOnce() {
        assertThat(register(map(10))).isEqualTo(1);
        assertThat(register(map(20))).isEqualTo(2);
        assertThat(release(2)).isZero();
        assertThat(register(map(30))).isEqualTo(3);
    }

    @Test void areClosedWhenTheirIdIsReleased() {
        register(map(10));
        release(1);
        assertThat(closed).containsExactly(10);
        assertThat(device.connection.backing(1)).isEmpty();
        assertThat(errno(() -> release(1))).isEqualTo(Errno.ENOENT);
    }

    @Test void areClosedWithTheirLastReference() {
        register(map(10));
        BackingFile one = device.connection.backing(1).orElseThrow();
        BackingFile other = device.connection.backing(1).orElseThrow();
        assertThat(one).isSameAs(other);
        release(1);
        one.close();
        assertThat(closed).isEmpty();
        assertThat(other.read(zeros(1), 0)).isEqualTo(10);
        other.close();
        assertThat(closed).containsExactly(10);
    }

    @Test void areClosedOnAbort() {
        register(map(10));
        register(map(20));
        BackingFile used = device.connection.backing(2).orElseThrow();
        device.connection.abort();
        assertThat(closed).containsExactly(10);
        used.close();
        assertThat(closed).containsExactly(10, 20);
    }

    @Test void areNotRegisteredAfterAnAbort() {
        device.connection.abort();
        assertThat(errno(() -> register(map(10)))).isEqualTo(Errno.ENOTCONN);
        assertThat(errno(() -> release(1))).isEqualTo(Errno.ENOENT);
        assertThat(device.connection.backing(1)).isEmpty();
    }

    @Test void areClosedIfTheConnectionIsAbortedWhileTheyAreOpened() {
        use(ConnectionOptions.DEFAULT.withBackingFiles(descriptor -> {
            device.connection.abort();
            return open(descriptor);
        }), 2);
        assertThat(errno(() -> register(map(10)))).isEqualTo(Errno.ENOTCONN);
        assertThat(closed).containsExactly(10);
        assertThat(device.connection.backing(1)).isEmpty();
    }

    @Test void stackedTooDeepAreRejectedAndClosed() {
        assertThat(register(map(1))).isEqualTo(1);
        assertThat(errno(() -> register(map(2)))).isEqualTo(Errno.ELOOP);
        assertThat(closed).containsExactly(2);
    }

    @Test void ofAServerWithoutPassthroughAreRejected() {
        use(options, 0);
        assertThat(errno(() -> register(map(1)))).isEqualTo(Errno.EPERM);
        assertThat(errno(() -> release(1))).isEqualTo(Errno.EPERM);
    }

    @Test void ofAnUnprivilegedServerAreRejected() {
        use(options.withPrivileged(false), 1);
        assertThat(errno(() -> register(map(1)))).isEqualTo(Errno.EPERM);
    }

    @Test void areRejectedBeforeTheReplyToInit() {
        try (TestKernel fresh = new TestKernel(options, NotificationSink.NONE)) {
            assertThat(errno(() -> fresh.file.ioctl(DeviceIoctl.BACKING_OPEN.request(), map(1))))
                    .isEqualTo(Errno.EPERM);
        }
        DeviceFile unmounted = DeviceFile.open(KernelProfile.linux());
        assertThat(errno(() -> unmounted.ioctl(DeviceIoctl.BACKING_OPEN.request(), map(1)))).isEqualTo(Errno.EPERM);
    }

    @Test void areNotSupportedByAKernelWithoutThem() {
        use(ConnectionOptions.DEFAULT, 1);
        assertThat(errno(() -> register(map(1)))).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(errno(() -> release(1))).isEqualTo(Errno.EOPNOTSUPP);
    }

    @Test void areRejectedWithFlagsOrPadding() {
        MemorySegment flagged = map(1);
        BackingMap.FLAGS.set(flagged, 1);
        assertThat(errno(() -> register(flagged))).isEqualTo(Errno.EINVAL);
        MemorySegment padded = map(1);
        padded.set(JAVA_LONG, 8, 1);
        assertThat(errno(() -> register(padded))).isEqualTo(Errno.EINVAL);
        assertThat(closed).isEmpty();
    }

    @Test void withInvalidArgumentsAreRejected() {
        assertThat(errno(() -> register(map(-1)))).isEqualTo(Errno.EBADF);
        assertThat(errno(() -> register(zeros(15)))).isEqualTo(Errno.EFAULT);
        assertThat(errno(() -> device.file.ioctl(DeviceIoctl.BACKING_CLOSE.request()))).isEqualTo(Errno.EFAULT);
        assertThat(errno(() -> release(0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(() -> release(-5))).isEqualTo(Errno.EINVAL);
        assertThat(errno(() -> release(5))).isEqualTo(Errno.ENOENT);
    }
}

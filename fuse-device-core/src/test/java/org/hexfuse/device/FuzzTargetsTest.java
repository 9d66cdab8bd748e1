package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.device.TestKernel.Kernel;
import org.hexfuse.device.TestServer.Received;

/**
 * Fuzzes the messages that a server writes: replies, notifications, replies to INIT. Every build runs the stored inputs; with
 * {@code JAZZER_FUZZ=1} in the environment each target generates inputs for its maximum duration.
 */
class FuzzTargetsTest {
    private static final Set<Errno> VERDICTS = EnumSet.of(Errno.OK, Errno.EINVAL, Errno.ENOENT, Errno.ENAMETOOLONG);
    private static final List<Kernel> KERNELS = List.of(Kernel.values());
    private static final Opcode[] OPCODES = {Opcode.GETATTR, Opcode.LOOKUP, Opcode.READ, Opcode.WRITE, Opcode.UNLINK,
        Opcode.GETXATTR, Opcode.READDIR, Opcode.STATFS, Opcode.OPEN, Opcode.CREATE, Opcode.IOCTL};

    private static MemorySegment segment(byte[] bytes, int from) {
        MemorySegment segment = zeros(Math.max(0, bytes.length - from));
        MemorySegment.copy(bytes, from, segment, JAVA_BYTE, 0, (int) segment.byteSize());
        return segment;
    }

    private static Kernel kernel(byte selector) {
        return KERNELS.get(Math.floorMod(selector, KERNELS.size()));
    }

    private static void assertWorks(TestKernel device) throws Exception {
        while (device.readError(8192) == Errno.OK) {
            // The NOTIFY_REPLY of a RETRIEVE.
        }
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        assertThat(device.write(reply(device.read()))).isEqualTo(Errno.OK);
        assertThat(TestKernel.outcome(call)).isEqualTo(Errno.OK);
        device.assertIdle();
    }

    /** The first byte selects the kernel, the second whether the length is corrected. */
    @FuzzTest(maxDuration = "45s") void messages(byte[] input) throws Exception {
        if (input.length < 2) {
            return;
        }
        try (TestKernel device = new TestKernel(ConnectionOptions.DEFAULT.withProfile(kernel(input[0]).profile()),
                NotificationSink.NONE).initialize()) {
            MemorySegment message = segment(input, 2);
            if (message.byteSize() >= OutHeader.SIZE && (input[1] & 1) != 0) {
                OutHeader.LEN.set(message, (int) message.byteSize());
            }
            assertThat(device.write(message)).isIn(VERDICTS);
            assertWorks(device);
        }
    }

    /** The first two bytes select kernel and operation; the rest is the reply, with its unique and length corrected. */
    @FuzzTest(maxDuration = "45s") void replies(byte[] input) throws Exception {
        if (input.length < 2 + OutHeader.SIZE) {
            return;
        }
        try (TestKernel device = new TestKernel(ConnectionOptions.DEFAULT.withProfile(kernel(input[0]).profile()),
                NotificationSink.NONE).initialize()) {
            Future<Errno> call = device.call(OPCODES[Math.floorMod(input[1], OPCODES.length)], 1,
                    request -> request.replyRoom(64));
            Received request = device.read();
            MemorySegment message = segment(input, 2);
            OutHeader.LEN.set(message, (int) message.byteSize());
            OutHeader.UNIQUE.set(message, request.unique());
            assertThat(device.write(message)).isIn(Errno.OK, Errno.EINVAL);
            // On Linux a request whose reply was rejected for its errno is still outstanding.
            device.write(reply(request));
            assertThat(call.get()).isNotNull();
            assertWorks(device);
        }
    }

    /** The first byte selects the kernel; the rest is the reply after its header. */
    @FuzzTest(maxDuration = "45s") void repliesToInit(byte[] input) throws Exception {
        if (input.length < 1) {
            return;
        }
        try (TestKernel device = TestKernel.fresh(kernel(input[0]).profile())) {
            Received init = device.read();
            assertThat(device.write(reply(init, segment(input, 1)))).isIn(Errno.OK, Errno.EINVAL);
            DeviceState state = device.connection.state();
            assertThat(state).isIn(DeviceState.CONNECTED, DeviceState.REFUSED);
            if (state == DeviceState.CONNECTED) {
                GarbageTest.assertSane(device.connection.negotiated());
            }
            device.assertIdle();
        }
    }
}

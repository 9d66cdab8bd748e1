package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;
import static org.hexfuse.device.TestServer.zeros;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.device.TestKernel.Kernel;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.Segments;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writes random bytes as a server's messages: each write gets a defined error, and the device keeps working. */
class GarbageTest {
    private static final long SEED = Long.getLong("hexfuse.seed", 20_260_823L);
    private static final Set<Errno> VERDICTS = EnumSet.of(Errno.OK, Errno.EINVAL, Errno.ENOENT, Errno.ENAMETOOLONG);

    /** Reads or writes every byte of its arguments. */
    private static final NotificationSink SINK = new NotificationSink() {
        @Override public Errno store(long node, long offset, Segments data) {
            data.copyTo(0, new byte[(int) data.size()], 0, (int) data.size());
            return Errno.OK;
        }

        @Override public long retrieve(long node, long offset, MemorySegment target) {
            target.fill((byte) 1);
            return target.byteSize() + 1;
        }

        @Override public Errno prune(long[] nodes) {
            return Errno.OK;
        }
    };

    private final SplittableRandom random = new SplittableRandom(SEED);

    private MemorySegment noise(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        MemorySegment noise = zeros(size);
        MemorySegment.copy(bytes, 0, noise, JAVA_BYTE, 0, size);
        // Many edge cases are near zero.
        for (int i = 0; i < size && random.nextBoolean(); i++) {
            noise.set(JAVA_BYTE, random.nextInt(size), (byte) random.nextInt(-1, 2));
        }
        return noise;
    }

    private TestKernel device(Kernel kernel) {
        return new TestKernel(ConnectionOptions.DEFAULT.withProfile(kernel.profile()), SINK).initialize();
    }

    private static void assertWorks(TestKernel device) throws Exception {
        drain(device);
        Future<Errno> call = device.call(Opcode.UNLINK, 1);
        assertThat(device.write(reply(device.read()))).isEqualTo(Errno.OK);
        assertThat(outcome(call)).isEqualTo(Errno.OK);
        device.assertIdle();
    }

    private static void drain(TestKernel device) {
        while (device.readError(8192) == Errno.OK) {
            // The NOTIFY_REPLY of a RETRIEVE.
        }
    }

    @ParameterizedTest
    @EnumSource(Kernel.class) void asWholeMessages(Kernel kernel) throws Exception {
        try (TestKernel device = device(kernel)) {
            for (int i = 0; i < 10_000; i++) {
                MemorySegment message = noise(random.nextInt(0, 80));
                if (message.byteSize() >= OutHeader.SIZE && random.nextInt(4) > 0) {
                    OutHeader.LEN.set(message, (int) message.byteSize());
                }
                assertThat(device.write(message)).as("seed %d, message %d", SEED, i).isIn(VERDICTS);
            }
            assertWorks(device);
        }
    }

    @ParameterizedTest
    @EnumSource(Kernel.class) void asNotifications(Kernel kernel) throws Exception {
        try (TestKernel device = device(kernel)) {
            for (int i = 0; i < 10_000; i++) {
                NotifyCode code = NotifyCode.of(random.nextInt(1, 10)).orElseThrow();
                int struct = code.struct().map(s -> s.size()).orElse(0);
                MemorySegment body = noise(struct + (random.nextBoolean() ? 0 : random.nextInt(64)));
                assertThat(device.write(TestKernel.message(0, code.code(), body)))
                        .as("seed %d, message %d, %s", SEED, i, code).isIn(VERDICTS);
                if (i % 100 == 0) {
                    drain(device);
                }
            }
            assertWorks(device);
        }
    }

    @ParameterizedTest
    @EnumSource(Kernel.class) void asReplies(Kernel kernel) throws Exception {
        Opcode[] opcodes = {Opcode.GETATTR, Opcode.LOOKUP, Opcode.READ, Opcode.WRITE, Opcode.UNLINK,
            Opcode.GETXATTR, Opcode.READDIR, Opcode.STATFS, Opcode.OPEN, Opcode.CREATE, Opcode.IOCTL};
        try (TestKernel device = device(kernel)) {
            for (int i = 0; i < 2000; i++) {
                Future<Errno> call = device.call(opcodes[random.nextInt(opcodes.length)], 1,
                        request -> request.replyRoom(64));
                Received request = device.read();
                MemorySegment message = noise(OutHeader.SIZE + random.nextInt(0, 300));
                OutHeader.LEN.set(message, (int) message.byteSize());
                OutHeader.UNIQUE.set(message, request.unique());
                OutHeader.ERROR.set(message, random.nextInt(3) == 0 ? random.nextInt(-600, 5) : 0);
                Errno verdict = device.write(message);
                assertThat(verdict).as("seed %d, message %d", SEED, i).isIn(Errno.OK, Errno.EINVAL);
                // On Linux a request whose reply was rejected for its errno is still outstanding.
                device.write(reply(request));
                assertThat(call.get()).isNotNull();
                device.assertIdle();
            }
            assertWorks(device);
        }
    }

    @ParameterizedTest
    @EnumSource(Kernel.class) void asRepliesToInit(Kernel kernel) {
        for (int i = 0; i < 1500; i++) {
            try (TestKernel device = TestKernel.fresh(kernel.profile())) {
                Received init = device.read();
                MemorySegment out = noise(random.nextInt(0, 70));
                if (out.byteSize() >= 8 && random.nextInt(5) > 0) {
                    InitOut.MAJOR.set(out, 7);
                    if (random.nextBoolean()) {
                        InitOut.MINOR.set(out, random.nextInt(0, 50));
                    }
                }
                assertThat(device.write(reply(init, out))).isIn(Errno.OK, Errno.EINVAL);
                DeviceState state = device.connection.state();
                assertThat(state).as("seed %d, message %d", SEED, i).isIn(DeviceState.CONNECTED, DeviceState.REFUSED);
                if (state == DeviceState.CONNECTED) {
                    assertSane(device.connection.negotiated());
                }
                device.assertIdle();
            }
        }
    }

    static void assertSane(ConnectionInfo negotiated) {
        assertThat(negotiated.minor()).isNotNegative();
        assertThat(negotiated.maxWrite()).isBetween(4096, TestKernel.MAX_MESSAGE);
        assertThat(negotiated.maxPages()).isBetween(1, 256);
        assertThat(negotiated.maxReadahead()).isBetween(0, 131_072);
        assertThat(negotiated.maxBackground()).isBetween(1, 65_535);
        assertThat(negotiated.congestionThreshold()).isBetween(1, 65_535);
        assertThat(negotiated.timeGranularity()).isBetween(1, 1_000_000_000);
        assertThat(negotiated.maxStackDepth()).isBetween(0, 2);
    }
}

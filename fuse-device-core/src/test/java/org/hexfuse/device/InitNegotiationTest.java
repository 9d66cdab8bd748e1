package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.error;
import static org.hexfuse.device.TestKernel.outcome;
import static org.hexfuse.device.TestKernel.reply;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The result of INIT, and the callers that wait for it. */
class InitNegotiationTest {
    private static final KernelProfile EVERYTHING = KernelProfile.linux().withFlags(Flag.of(InitFlag.values()));
    private static final ConnectionOptions OPTIONS = ConnectionOptions.DEFAULT.withProfile(EVERYTHING)
            .withDefaultPermissions(true);

    static IntStream minors() {
        return IntStream.rangeClosed(4, 46);
    }

    private static MemorySegment out(int minor, long flags) {
        MemorySegment out = TestServer.zeros(InitOut.SIZE);
        InitOut.MAJOR.set(out, 7);
        InitOut.MINOR.set(out, minor);
        long all = flags | InitFlag.INIT_EXT.mask();
        InitOut.FLAGS.set(out, (int) all);
        InitOut.FLAGS2.set(out, (int) (all >>> 32));
        InitOut.MAX_WRITE.set(out, 65536);
        InitOut.MAX_READAHEAD.set(out, 65536);
        return out;
    }

    private static ConnectionInfo negotiate(ConnectionOptions options, MemorySegment out) {
        try (TestKernel device = new TestKernel(options, NotificationSink.NONE)) {
            assertThat(device.write(reply(device.read(), out))).isEqualTo(Errno.OK);
            return device.connection.negotiated();
        }
    }

    private static ConnectionInfo negotiate(long flags, Consumer<MemorySegment> change) {
        MemorySegment out = out(45, flags);
        change.accept(out);
        return negotiate(OPTIONS, out);
    }

    private static DeviceState state(ConnectionOptions options, MemorySegment out) {
        try (TestKernel device = new TestKernel(options, NotificationSink.NONE)) {
            device.write(reply(device.read(), out));
            return device.connection.state();
        }
    }

    @Test void theRequestHasAllFields() {
        try (TestKernel device = new TestKernel(OPTIONS, NotificationSink.NONE)) {
            Received init = device.read();
            assertThat(init.unique()).isEqualTo(2);
            assertThat(init.node()).isZero();
            assertThat(InitIn.MAJOR.get(init.bytes(), 40)).isEqualTo(7);
            assertThat(InitIn.MINOR.get(init.bytes(), 40)).isEqualTo(45);
            assertThat(InitIn.MAX_READAHEAD.get(init.bytes(), 40)).isEqualTo(131072);
            long flags = InitIn.FLAGS.getUnsigned(init.bytes(), 40)
                    | InitIn.FLAGS2.getUnsigned(init.bytes(), 40) << 32;
            assertThat(flags).isEqualTo(EVERYTHING.flags());
        }
    }

    @Nested class Versions {
        @ParameterizedTest
        @MethodSource("org.hexfuse.device.InitNegotiationTest#minors") void eachMinorIsAccepted(int minor)
                throws Exception {
            MemorySegment whole = out(minor, InitFlag.BIG_WRITES.mask() | InitFlag.POSIX_LOCKS.mask());
            InitOut.MAX_BACKGROUND.set(whole, (short) 3);
            MemorySegment out = whole.asSlice(0, InitOut.STRUCT.size(minor));
            try (TestKernel device = new TestKernel(OPTIONS, NotificationSink.NONE)) {
                device.write(reply(device.read(), out));
                ConnectionInfo negotiated = device.connection.negotiated();
                assertThat(negotiated.minor()).isEqualTo(minor);
                assertThat(negotiated.maxWrite()).isEqualTo(minor < 5 ? 4096 : 65536);
                assertThat(negotiated.has(InitFlag.BIG_WRITES)).isEqualTo(minor >= 6);
                assertThat(negotiated.has(InitFlag.POSIX_LOCKS)).isEqualTo(minor >= 6);
                assertThat(negotiated.has(InitFlag.FLOCK_LOCKS)).isEqualTo(minor >= 6 && minor < 17);
                assertThat(negotiated.maxReadahead()).isEqualTo(minor < 6 ? 131072 : 65536);
                assertThat(negotiated.maxBackground()).isEqualTo(minor < 13 ? 12 : 3);
                Future<Errno> call = device.call(Opcode.GETATTR, 1);
                Received request = device.read();
                assertThat(request.bytes().byteSize()).isEqualTo(minor < 9 ? 40 : 56);
                device.write(reply(request, TestServer.zeros(minor < 9 ? 96 : 104)));
                assertThat(outcome(call)).isEqualTo(Errno.OK);
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 6, 8, -1}) void anotherMajorIsRefused(int major) {
            MemorySegment out = out(45, 0);
            InitOut.MAJOR.set(out, major);
            assertThat(state(OPTIONS, out)).isEqualTo(DeviceState.REFUSED);
        }

        @Test void theLargestMinorIsUnsigned() {
            ConnectionInfo negotiated = negotiate(OPTIONS, out(-1, InitFlag.BIG_WRITES.mask()));
            assertThat(negotiated.minor()).isEqualTo(Integer.MAX_VALUE);
            assertThat(negotiated.has(InitFlag.BIG_WRITES)).isTrue();
        }
    }

    @Nested class Flags {
        @ParameterizedTest
        @EnumSource(InitFlag.class) void eachIsNegotiatedIfBothEndsHaveIt(InitFlag flag) {
            ConnectionInfo negotiated = negotiate(flag.mask(), out -> InitOut.MAX_STACK_DEPTH.set(out, 1));
            assertThat(negotiated.has(flag)).isTrue();
        }

        @ParameterizedTest
        @EnumSource(value = InitFlag.class, names = "INIT_EXT", mode = EnumSource.Mode.EXCLUDE) void noneIsNegotiatedThatWasNotOffered(
                InitFlag flag) {
            ConnectionOptions poor = OPTIONS.withProfile(KernelProfile.linux().withFlags(InitFlag.INIT_EXT.mask()));
            assertThat(negotiate(poor, out(45, flag.mask())).flags()).isEqualTo(InitFlag.INIT_EXT.mask());
        }

        @Test void theUpperOnesRequireInitExt() {
            MemorySegment out = out(45, InitFlag.HAS_RESEND.mask());
            InitOut.FLAGS.set(out, 0);
            assertThat(negotiate(OPTIONS, out).flags()).isZero();
        }

        @Test void flockLocksFollowPosixLocksBefore17() {
            assertThat(negotiate(OPTIONS, out(16, InitFlag.POSIX_LOCKS.mask())).has(InitFlag.FLOCK_LOCKS)).isTrue();
            assertThat(negotiate(OPTIONS, out(16, InitFlag.FLOCK_LOCKS.mask())).has(InitFlag.FLOCK_LOCKS)).isFalse();
            assertThat(negotiate(OPTIONS, out(17, InitFlag.POSIX_LOCKS.mask())).has(InitFlag.FLOCK_LOCKS)).isFalse();
            assertThat(negotiate(OPTIONS, out(17, InitFlag.FLOCK_LOCKS.mask())).has(InitFlag.FLOCK_LOCKS)).isTrue();
        }

        @Test void exportSupportRequiresMinor9() {
            long export = InitFlag.EXPORT_SUPPORT.mask();
            assertThat(negotiate(OPTIONS, out(8, export)).has(InitFlag.EXPORT_SUPPORT)).isFalse();
            assertThat(negotiate(OPTIONS, out(9, export)).has(InitFlag.EXPORT_SUPPORT)).isTrue();
        }

        @Test void autoInvalDataDisablesExplicitInvalData() {
            ConnectionInfo both = negotiate(InitFlag.AUTO_INVAL_DATA.mask() | InitFlag.EXPLICIT_INVAL_DATA.mask(),
                    _ -> {});
            assertThat(both.has(InitFlag.AUTO_INVAL_DATA)).isTrue();
            assertThat(both.has(InitFlag.EXPLICIT_INVAL_DATA)).isFalse();
        }

        @ParameterizedTest
        @CsvSource({"0,false", "1,true", "2,true", "3,false", "-1,false"}) void passthroughRequiresAStackDepth(
                int depth,
                boolean granted) {
            ConnectionInfo negotiated = negotiate(InitFlag.PASSTHROUGH.mask(),
                    out -> InitOut.MAX_STACK_DEPTH.set(out, depth));
            assertThat(negotiated.has(InitFlag.PASSTHROUGH)).isEqualTo(granted);
            assertThat(negotiated.maxStackDepth()).isEqualTo(granted ? depth : 0);
        }

        @Test void writebackCacheDisablesPassthrough() {
            ConnectionInfo negotiated = negotiate(InitFlag.PASSTHROUGH.mask() | InitFlag.WRITEBACK_CACHE.mask(),
                    out -> InitOut.MAX_STACK_DEPTH.set(out, 1));
            assertThat(negotiated.has(InitFlag.PASSTHROUGH)).isFalse();
            assertThat(negotiated.has(InitFlag.WRITEBACK_CACHE)).isTrue();
        }

        @Test void posixAclImpliesDefaultPermissions() {
            assertThat(negotiate(InitFlag.POSIX_ACL.mask(), _ -> {}).impliesDefaultPermissions()).isTrue();
            assertThat(negotiate(0, _ -> {}).impliesDefaultPermissions()).isFalse();
        }

        @Test void allowIdmapWithoutDefaultPermissionsIsRefused() {
            MemorySegment out = out(45, InitFlag.ALLOW_IDMAP.mask());
            assertThat(state(OPTIONS.withDefaultPermissions(false), out)).isEqualTo(DeviceState.REFUSED);
            assertThat(state(OPTIONS, out)).isEqualTo(DeviceState.CONNECTED);
            assertThat(state(OPTIONS.withDefaultPermissions(false),
                    out(45, InitFlag.ALLOW_IDMAP.mask() | InitFlag.POSIX_ACL.mask())))
                    .isEqualTo(DeviceState.CONNECTED);
        }

        @Test void callersWithInvalidIdsGetEoverflowWithoutAllowIdmap() {
            try (TestKernel device = TestKernel.of(OPTIONS)) {
                assertThat(errno(() -> device.connection.newRequest(Opcode.UNLINK, 1, new Caller(-1, 0, 1))))
                        .isEqualTo(Errno.EOVERFLOW);
                assertThat(errno(() -> device.connection.newRequest(Opcode.UNLINK, 1, new Caller(0, -1, 1))))
                        .isEqualTo(Errno.EOVERFLOW);
            }
            try (TestKernel device = new TestKernel(OPTIONS, NotificationSink.NONE)
                    .initialize(InitFlag.ALLOW_IDMAP.mask(), 2)) {
                device.connection.newRequest(Opcode.UNLINK, 1, new Caller(-1, -1, 1)).close();
            }
        }

        @Test void aMapAlignmentAbove21IsRefused() {
            MemorySegment out = out(45, InitFlag.MAP_ALIGNMENT.mask());
            InitOut.MAP_ALIGNMENT.set(out, (short) 21);
            assertThat(state(OPTIONS, out)).isEqualTo(DeviceState.CONNECTED);
            InitOut.MAP_ALIGNMENT.set(out, (short) 22);
            assertThat(state(OPTIONS, out)).isEqualTo(DeviceState.REFUSED);
        }
    }

    @Nested class Bounds {
        @ParameterizedTest
        @CsvSource({"0,1", "1,1", "32,32", "256,255", "257,255", "65535,255"}) void maxPagesIsClamped(int wanted,
                int pages) {
            ConnectionInfo negotiated = negotiate(InitFlag.MAX_PAGES.mask(),
                    out -> InitOut.MAX_PAGES.set(out, (short) wanted));
            // A message of 1 MiB has room for 255 pages.
            assertThat(negotiated.maxPages()).isEqualTo(pages);
        }

        @Test void maxPagesIs32WithoutTheFlag() {
            assertThat(negotiate(0, out -> InitOut.MAX_PAGES.set(out, (short) 200)).maxPages()).isEqualTo(32);
        }

        @Test void nameMaxIs4095IfTwoNamesFitIntoAMessage() {
            assertThat(negotiate(0, _ -> {}).nameMax()).isEqualTo(1024);
            assertThat(negotiate(InitFlag.MAX_PAGES.mask(), _ -> {}).nameMax()).isEqualTo(1024);
            assertThat(negotiate(InitFlag.MAX_PAGES.mask(), out -> InitOut.MAX_PAGES.set(out, (short) 2)).nameMax())
                    .isEqualTo(4095);
        }

        @ParameterizedTest
        @CsvSource({"0,4096", "1,4096", "4095,4096", "8192,8192", "-1,1044480"}) void maxWriteIsAtLeastAPage(int wanted,
                int negotiated) {
            assertThat(negotiate(0, out -> InitOut.MAX_WRITE.set(out, wanted)).maxWrite()).isEqualTo(negotiated);
        }

        @ParameterizedTest
        @CsvSource({"0,1", "1,1", "1000,1000", "1000000000,1000000000", "1000000001,1",
            "-1,1"}) void timeGranularityIsAtMostASecond(int wanted, int negotiated) {
            assertThat(negotiate(0, out -> InitOut.TIME_GRAN.set(out, wanted)).timeGranularity()).isEqualTo(negotiated);
        }

        @ParameterizedTest
        @CsvSource({"0,0", "4096,4096", "131073,131072", "-1,131072"}) void maxReadaheadIsTheMinimumOfBothEnds(
                int wanted,
                int negotiated) {
            assertThat(negotiate(0, out -> InitOut.MAX_READAHEAD.set(out, wanted)).maxReadahead())
                    .isEqualTo(negotiated);
        }

        @Test void backgroundLimitsAreTheServersOrTheDefaults() {
            ConnectionInfo defaults = negotiate(0, _ -> {});
            assertThat(defaults.maxBackground()).isEqualTo(12);
            assertThat(defaults.congestionThreshold()).isEqualTo(9);
            ConnectionInfo asked = negotiate(0, out -> {
                InitOut.MAX_BACKGROUND.set(out, (short) 65535);
                InitOut.CONGESTION_THRESHOLD.set(out, (short) 40_000);
            });
            assertThat(asked.maxBackground()).isEqualTo(65535);
            assertThat(asked.congestionThreshold()).isEqualTo(40_000);
        }

        @Test void theRequestTimeoutIsAtLeast15SecondsAndAtMostTheMounts() {
            long second = Duration.ofSeconds(1).toNanos();
            assertThat(negotiate(InitFlag.REQUEST_TIMEOUT.mask(), out -> InitOut.REQUEST_TIMEOUT.set(out, (short) 99))
                    .requestTimeout()).isEqualTo(99);
            assertThat(negotiate(0, out -> InitOut.REQUEST_TIMEOUT.set(out, (short) 99)).requestTimeout()).isZero();
            assertThat(InitRequest.timeout(0, 0)).isZero();
            assertThat(InitRequest.timeout(0, 1)).isEqualTo(15 * second);
            assertThat(InitRequest.timeout(0, 99)).isEqualTo(99 * second);
            assertThat(InitRequest.timeout(50 * second, 99)).isEqualTo(50 * second);
            assertThat(InitRequest.timeout(50 * second, 20)).isEqualTo(20 * second);
            assertThat(InitRequest.timeout(7, 0)).isEqualTo(7);
        }
    }

    @Nested class AWaitingCaller {
        private final TestKernel device = TestKernel.fresh(KernelProfile.linux());

        @Test void getsEconnrefusedIfInitFails() throws Exception {
            try (device) {
                var calls = new ArrayList<Future<Errno>>();
                for (int i = 0; i < 20; i++) {
                    calls.add(device.call(Opcode.UNLINK, 1));
                }
                device.write(error(device.read(), Errno.EPROTO));
                for (Future<Errno> call : calls) {
                    assertThat(outcome(call)).isEqualTo(Errno.ECONNREFUSED);
                }
                assertThat(device.readError(8192)).isEqualTo(Errno.EAGAIN);
                device.connection.abort();
                assertThat(device.callNow(Opcode.UNLINK, 1, _ -> {})).isEqualTo(Errno.ENOTCONN);
            }
        }

        @Test void isReleasedOnAbort() throws Exception {
            try (device) {
                Future<Errno> call = device.call(Opcode.UNLINK, 1);
                Thread.sleep(5);
                device.connection.abort();
                assertThat(outcome(call)).isIn(Errno.ECONNABORTED, Errno.ENOTCONN);
                assertThat(device.connection.state()).isEqualTo(DeviceState.DISCONNECTED);
                device.assertIdle();
            }
        }

        @Test void getsEintrOnAnInterrupt() throws Exception {
            try (device) {
                Future<Errno> call = device.call(Opcode.UNLINK, 1);
                device.interrupt();
                assertThat(outcome(call)).isEqualTo(Errno.EINTR);
            }
        }

        @Test void isReleasedWhenTheServerDisconnects() throws Exception {
            try (device) {
                var negotiated = new CompletableFuture<Errno>();
                Thread.ofVirtual().start(() -> negotiated.complete(errno(device.connection::negotiated)));
                device.read();
                device.file.close();
                assertThat(outcome(negotiated)).isEqualTo(Errno.ECONNABORTED);
            }
        }
    }

    @Test void theReplyIsProcessedOnTheThreadOfItsWrite() {
        try (TestKernel device = TestKernel.fresh(KernelProfile.linux())) {
            Received init = device.read();
            device.write(reply(init, out(45, 0)));
            // No other thread could have processed the reply.
            assertThat(device.connection.state()).isEqualTo(DeviceState.CONNECTED);
            assertThat(device.write(reply(init, out(45, 0)))).isEqualTo(Errno.ENOENT);
        }
    }

    @Test void aReplyThatIsTooLongIsRejected() {
        try (TestKernel device = TestKernel.fresh(KernelProfile.linux())) {
            assertThat(device.write(reply(device.read(), TestServer.zeros(65)))).isEqualTo(Errno.EINVAL);
            assertThat(device.connection.state()).isEqualTo(DeviceState.REFUSED);
        }
    }
}

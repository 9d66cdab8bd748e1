package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.reply;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitIn;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.CarriedFlags;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.OfferLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The flags that INIT always offers, and those that it offers only over some links. */
class InitOfferTest {
    /** A link whose server replies to INIT with all offered flags and some that were not offered. */
    private static final class Link implements KernelLink {
        final CompletableFuture<Long> offered = new CompletableFuture<>();
        private final long carried;
        private final long notOffered;
        private OfferLimits limits = OfferLimits.NONE;
        private DeviceHandle handle;

        Link(long carried, long notOffered) {
            this.carried = carried;
            this.notOffered = notOffered;
        }

        Link within(OfferLimits bounds) {
            limits = bounds;
            return this;
        }

        @Override public int maxMessage() {
            return TestKernel.MAX_MESSAGE;
        }

        @Override public void attach(DeviceHandle device) throws IOException {
            handle = device;
            Thread.ofVirtual().start(() -> {
                try {
                    var server = new TestServer(device);
                    Received init = server.take();
                    boolean extended = init.bytes().byteSize() > 56;
                    long flags = InitIn.FLAGS.getUnsigned(init.bytes(), 40)
                            | (extended ? InitIn.FLAGS2.getUnsigned(init.bytes(), 40) << 32 : 0);
                    server.reply(init, TestKernel.initOut(flags | notOffered, 0));
                    offered.complete(flags);
                } catch (InterruptedException | RuntimeException e) {
                    offered.completeExceptionally(e);
                }
            });
        }

        @Override public <T> Optional<T> feature(Class<T> type) {
            if (type == OfferLimits.class) {
                return Optional.of(type.cast(limits));
            }
            return type == CarriedFlags.class && carried != 0
                    ? Optional.of(type.cast(new CarriedFlags(carried)))
                    : Optional.empty();
        }

        @Override public void close() {
            handle.close();
        }
    }

    private static final ConnectionOptions OPTIONS = ConnectionOptions.DEFAULT.withDefaultPermissions(true);
    private static final long CONDITIONAL = Flag.of(InitFlag.SPLICE_READ, InitFlag.SPLICE_WRITE, InitFlag.SPLICE_MOVE,
            InitFlag.OVER_IO_URING, InitFlag.HAS_INODE_DAX, InitFlag.MAP_ALIGNMENT, InitFlag.SUBMOUNTS);

    private static long offer(ConnectionOptions options, Link link) throws IOException {
        try (FuseConnection connection = FuseConnection.mount(link, NotificationSink.NONE, options)) {
            assertThat(connection.isConnected()).isTrue();
            return link.offered.join();
        }
    }

    @ParameterizedTest
    @EnumSource(value = InitFlag.class, mode = Mode.EXCLUDE, names = {"SPLICE_WRITE", "SPLICE_MOVE", "SPLICE_READ",
        "MAP_ALIGNMENT", "SUBMOUNTS", "HAS_INODE_DAX", "PASSTHROUGH", "OVER_IO_URING", "FILE_OPS",
        "POSIX_ACL"}) void linuxAlwaysOffers(InitFlag flag) throws IOException {
        assertThat(flag.in(offer(OPTIONS, new Link(0, 0)))).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = InitFlag.class, names = {"SPLICE_WRITE", "SPLICE_MOVE", "SPLICE_READ", "MAP_ALIGNMENT",
        "SUBMOUNTS", "HAS_INODE_DAX", "OVER_IO_URING"}) void linuxOffersOverALinkThatCarriesIt(InitFlag flag)
                throws IOException {
        assertThat(offer(OPTIONS, new Link(flag.mask(), 0)) & CONDITIONAL).isEqualTo(flag.mask());
        assertThat(offer(OPTIONS, new Link(0, 0)) & CONDITIONAL).isZero();
    }

    @Test void aLinkAddsNoFlagsThatTheKernelDoesNotHave() throws IOException {
        long all = Flag.of(InitFlag.values());
        assertThat(InitFlag.FILE_OPS.in(offer(OPTIONS, new Link(all, 0)))).isFalse();
        assertThat(offer(OPTIONS.withProfile(KernelProfile.gvisor()), new Link(all, 0)))
                .isEqualTo(InitFlag.MAX_PAGES.mask());
    }

    @Test void aFlagThatWasNotOfferedOverALinkIsNotNegotiated() throws IOException {
        try (FuseConnection connection = FuseConnection.mount(new Link(InitFlag.SPLICE_READ.mask(), CONDITIONAL),
                NotificationSink.NONE, OPTIONS)) {
            assertThat(connection.negotiated().flags() & CONDITIONAL).isEqualTo(InitFlag.SPLICE_READ.mask());
        }
    }

    @Test void aLinkLimitsFlagsVersionAndReads() throws IOException {
        var limits = new OfferLimits(20, Flag.of(InitFlag.ASYNC_READ, InitFlag.DONT_MASK), 8192);
        Link link = new Link(0, InitFlag.BIG_WRITES.mask()).within(limits);
        try (FuseConnection connection = FuseConnection.mount(link, NotificationSink.NONE, OPTIONS)) {
            assertThat(link.offered.join()).isEqualTo(limits.flags());
            assertThat(connection.negotiated().flags()).isEqualTo(limits.flags());
            assertThat(connection.negotiated().minor()).as("though the server replies 45").isEqualTo(20);
            assertThat(connection.negotiated().maxRead()).isEqualTo(8192);
            assertThat(connection.negotiated().maxWriteData()).isEqualTo(4096);
        }
    }

    @Test void gvisorAcceptsFlagsThatItDidNotOffer() throws IOException {
        long more = Flag.of(InitFlag.ASYNC_READ, InitFlag.WRITEBACK_CACHE, InitFlag.POSIX_LOCKS);
        try (FuseConnection connection = FuseConnection.mount(new Link(0, more), NotificationSink.NONE,
                OPTIONS.withProfile(KernelProfile.gvisor()))) {
            Set<InitFlag> negotiated = EnumSet.noneOf(InitFlag.class);
            for (InitFlag flag : InitFlag.values()) {
                if (connection.negotiated().has(flag)) {
                    negotiated.add(flag);
                }
            }
            assertThat(negotiated).containsExactlyInAnyOrder(InitFlag.MAX_PAGES, InitFlag.ASYNC_READ,
                    InitFlag.WRITEBACK_CACHE);
        }
    }

    @Test void aDeviceFileCarriesNoConditionalFlags() {
        try (TestKernel device = TestKernel.fresh(KernelProfile.linux())) {
            Received init = device.read();
            assertThat(InitIn.FLAGS.getUnsigned(init.bytes(), 40) & CONDITIONAL).isZero();
            assertThat(device.write(reply(init, TestKernel.initOut(CONDITIONAL, 0)))).isEqualTo(Errno.OK);
            assertThat(device.connection.negotiated().flags() & CONDITIONAL).isZero();
        }
    }
}

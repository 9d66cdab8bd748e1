package org.hexfuse.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.PollFlag;
import org.hexfuse.abi.PollIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.KernelProfile;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Notifications, as the kernel end receives them. */
class NotifierTest {
    private static final MemorySegment DATA = MemorySegment.ofArray("data".getBytes(UTF_8));

    /** Records notifications; has node 7 only. */
    private static final class RecordingSink implements NotificationSink {
        final Queue<String> received = new ConcurrentLinkedQueue<>();

        private Errno note(long node, String what) {
            received.add(what);
            return node == 7 ? Errno.OK : Errno.ENOENT;
        }

        @Override public Errno pollWakeup(long kernelHandle) {
            return note(7, "poll " + kernelHandle);
        }

        @Override public Errno invalidateNode(long node, long offset, long length) {
            return note(node, "node " + node + " " + offset + " " + length);
        }

        @Override public Errno invalidateEntry(long parent, Name name, boolean expireOnly) {
            return note(parent, (expireOnly ? "expire " : "entry ") + parent + " " + name);
        }

        @Override public Errno delete(long parent, long child, Name name) {
            return note(parent, "delete " + parent + " " + child + " " + name);
        }

        @Override public Errno store(long node, long offset, Segments data) {
            byte[] bytes = new byte[(int) data.size()];
            data.copyTo(0, bytes, 0, bytes.length);
            return note(node, "store " + node + " " + offset + " " + new String(bytes, UTF_8));
        }

        @Override public long retrieve(long node, long offset, MemorySegment target) {
            if (node != 7) {
                throw FuseException.of(Errno.ENOENT);
            }
            for (long i = 0; i < Math.min(3, target.byteSize()); i++) {
                target.set(JAVA_BYTE, i, (byte) (offset + i));
            }
            return Math.min(3, target.byteSize());
        }

        @Override public Errno incrementEpoch() {
            return note(7, "epoch");
        }

        @Override public Errno prune(long[] nodes) {
            return note(7, "prune " + Arrays.toString(nodes));
        }
    }

    /** Keeps its notifier and the last wakeup of a POLL. */
    private static final class NotifyingFileSystem implements FuseFileSystem {
        final long flags;
        volatile Notifier notifier;
        volatile Errno early;
        volatile Optional<PollWakeup> wakeup = Optional.empty();

        NotifyingFileSystem(long flags) {
            this.flags = flags;
        }

        @Override public void init(InitNegotiation negotiation) {
            notifier = negotiation.session().notifier();
            early = notifier.incrementEpoch();
            if (InitFlag.HAS_RESEND.in(flags)) {
                negotiation.enable(InitFlag.HAS_RESEND);
            }
            if (!InitFlag.HAS_EXPIRE_ONLY.in(flags)) {
                negotiation.disable(InitFlag.HAS_EXPIRE_ONLY);
            }
        }

        @Override public int poll(Poll op) {
            wakeup = op.wakeup();
            return op.events() & 1;
        }
    }

    private final RecordingSink sink = new RecordingSink();
    private FuseServer server;
    private FuseConnection kernel;
    private NotifyingFileSystem fileSystem;

    private void serve(String address, KernelProfile profile, long flags) throws IOException {
        fileSystem = new NotifyingFileSystem(flags);
        server = FuseServer.serve(fileSystem).at(Address.parse(address)).start();
        kernel = FuseConnection.mount(Transports.connect(server.address()), sink,
                ConnectionOptions.DEFAULT.withProfile(profile));
    }

    private void serve() throws IOException {
        serve("mem:", KernelProfile.linux(), InitFlag.HAS_RESEND.mask() | InitFlag.HAS_EXPIRE_ONLY.mask());
    }

    @AfterEach void end() {
        if (kernel != null) {
            kernel.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void everyNotificationArrivesAsItWasSent(
            String address)
            throws Exception {
        serve(address, KernelProfile.linux(), InitFlag.HAS_EXPIRE_ONLY.mask());
        Notifier notifier = fileSystem.notifier;
        assertThat(notifier.invalidateNode(7)).isEqualTo(Errno.OK);
        assertThat(notifier.invalidateAttributes(7)).isEqualTo(Errno.OK);
        assertThat(notifier.invalidateNode(7, 10, 20)).isEqualTo(Errno.OK);
        assertThat(notifier.invalidateEntry(7, Name.of("name"))).isEqualTo(Errno.OK);
        assertThat(notifier.expireEntry(7, Name.of("näme"))).isEqualTo(Errno.OK);
        assertThat(notifier.deleteEntry(7, 8, Name.of("x"))).isEqualTo(Errno.OK);
        assertThat(notifier.store(7, 5, DATA)).isEqualTo(Errno.OK);
        assertThat(notifier.incrementEpoch()).isEqualTo(Errno.OK);
        assertThat(notifier.prune(1, 2, 3)).isEqualTo(Errno.OK);
        assertThat(notifier.prune()).isEqualTo(Errno.OK);
        assertThat(sink.received).containsExactly("node 7 0 0", "node 7 -1 0", "node 7 10 20", "entry 7 name",
                "expire 7 näme", "delete 7 8 x", "store 7 5 data", "epoch", "prune [1, 2, 3]", "prune []");
    }

    @Test void anUnknownNodeIsEnoent() throws IOException {
        serve();
        assertThat(fileSystem.notifier.invalidateNode(9)).isEqualTo(Errno.ENOENT);
        assertThat(fileSystem.notifier.store(9, 0, DATA)).isEqualTo(Errno.ENOENT);
    }

    @Test void aNameThatIsTooLongIsRefused() throws IOException {
        serve();
        assertThat(fileSystem.notifier.invalidateEntry(7, Name.of("n".repeat(4096)))).isEqualTo(Errno.ENAMETOOLONG);
        assertThat(fileSystem.notifier.store(7, 0, MemorySegment.ofArray(new byte[2 << 20]))).isEqualTo(Errno.EINVAL);
        assertThat(sink.received).isEmpty();
    }

    @Test void nothingIsSentBeforeTheSessionBeginsAndAfterItsEnd() throws Exception {
        serve();
        assertThat(fileSystem.early).isEqualTo(Errno.ENOTCONN);
        kernel.close();
        server.close();
        assertThat(fileSystem.notifier.incrementEpoch()).isEqualTo(Errno.ENOTCONN);
        CompletableFuture<byte[]> late = fileSystem.notifier.retrieve(7, 0, 3);
        assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS)).hasRootCause(FuseException.of(Errno.ENOTCONN));
        assertThat(sink.received).isEmpty();
    }

    @Test void aNotificationWhoseFlagIsNotEnabledIsEnosys() throws IOException {
        serve("mem:", KernelProfile.linux(), 0);
        assertThat(fileSystem.notifier.resend()).isEqualTo(Errno.ENOSYS);
        assertThat(fileSystem.notifier.expireEntry(7, Name.of("x"))).isEqualTo(Errno.ENOSYS);
    }

    @Test void aNotificationThatIsNewerThanTheKernelIsEnosys() throws IOException {
        serve("mem:", KernelProfile.gvisor(), 0);
        assertThat(fileSystem.notifier.incrementEpoch()).isEqualTo(Errno.ENOSYS);
        assertThat(fileSystem.notifier.prune(1)).isEqualTo(Errno.ENOSYS);
        assertThat(fileSystem.notifier.invalidateNode(7)).isEqualTo(Errno.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void cachedDataIsRetrieved(String address)
            throws Exception {
        serve(address, KernelProfile.linux(), 0);
        assertThat(fileSystem.notifier.retrieve(7, 65, 100).get(10, TimeUnit.SECONDS)).containsExactly(65, 66, 67);
        assertThat(fileSystem.notifier.retrieve(7, 65, 2).get(10, TimeUnit.SECONDS)).containsExactly(65, 66);
        assertThat(fileSystem.notifier.retrieve(7, 65, 0).get(10, TimeUnit.SECONDS)).isEmpty();
    }

    @Test void dataOfAnUnknownNodeIsAnError() throws IOException {
        serve();
        CompletableFuture<byte[]> none = fileSystem.notifier.retrieve(9, 0, 100);
        assertThatThrownBy(() -> none.get(10, TimeUnit.SECONDS)).hasRootCause(FuseException.of(Errno.ENOENT));
    }

    @Test void aResendIsAccepted() throws Exception {
        serve();
        assertThat(fileSystem.notifier.resend()).isEqualTo(Errno.OK);
    }

    @Test void aPollerIsWoken() throws IOException {
        serve();
        try (Request request = kernel.newRequest(Opcode.POLL, 7, Caller.KERNEL)) {
            PollIn.KH.set(request.arguments(), 4711);
            PollIn.EVENTS.set(request.arguments(), 5);
            PollIn.FLAGS.set(request.arguments(), (int) PollFlag.SCHEDULE_NOTIFY.mask());
            kernel.call(request);
        }
        assertThat(fileSystem.wakeup.orElseThrow().wake()).isEqualTo(Errno.OK);
        assertThat(sink.received).containsExactly("poll 4711");
    }

    @Test void aPollWithoutAWaiterHasNoWakeup() throws IOException {
        serve();
        try (Request request = kernel.newRequest(Opcode.POLL, 7, Caller.KERNEL)) {
            kernel.call(request);
        }
        assertThat(fileSystem.wakeup).isEmpty();
    }
}

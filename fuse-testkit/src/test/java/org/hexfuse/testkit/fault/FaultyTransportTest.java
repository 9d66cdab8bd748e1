package org.hexfuse.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.tree.StaticDirectory;
import org.hexfuse.server.tree.StaticFile;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.fault.TransportFault.Kind;
import org.hexfuse.testkit.record.Recorder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30) class FaultyTransportTest {
    private static final Duration REQUEST_TIMEOUT = Duration.ofMillis(200);

    private final Recorder recorder = new Recorder();

    private UserKernel kernel(FaultyTransport faults) throws IOException {
        var root = new StaticDirectory().with("f", new StaticFile("0123456789"));
        return UserKernel.serving(TreeFileSystem.of(root)).recorder(recorder).faults(faults)
                .options(mount -> mount.withRequestTimeout(REQUEST_TIMEOUT)).connect();
    }

    private static FaultyTransport one(Kind kind, boolean reply, Opcode opcode, long amount) {
        return FaultyTransport.replaying(List.of(new TransportFault(kind, reply, opcode, 0, amount)));
    }

    private static Errno outcome(Runnable call) {
        try {
            call.run();
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    @Test void aDroppedRequestTimesOutAndAbortsTheConnection() throws Exception {
        try (var kernel = kernel(one(Kind.DROP, false, Opcode.LOOKUP, 0))) {
            assertThat(outcome(() -> kernel.vfs().stat("/f"))).isIn(Errno.ETIMEDOUT, Errno.ECONNABORTED);
            assertThat(outcome(() -> kernel.vfs().stat("/f"))).isEqualTo(Errno.ENOTCONN);
            assertThat(recorder.count(Opcode.LOOKUP)).isZero();
        }
    }

    @Test void aDroppedReplyTimesOutToo() throws Exception {
        try (var kernel = kernel(one(Kind.DROP, true, Opcode.LOOKUP, 0))) {
            assertThat(outcome(() -> kernel.vfs().stat("/f"))).isIn(Errno.ETIMEDOUT, Errno.ECONNABORTED);
            assertThat(recorder.count(Opcode.LOOKUP)).isEqualTo(1);
        }
    }

    @Test void aDelayedReplyComesLater() throws Exception {
        long delay = Duration.ofMillis(60).toNanos();
        try (var kernel = kernel(one(Kind.DELAY, true, Opcode.LOOKUP, delay))) {
            long start = System.nanoTime();
            kernel.vfs().stat("/f");
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(delay);
        }
    }

    @Test void aDuplicatedRequestReachesTheServerTwice() throws Exception {
        try (var kernel = kernel(one(Kind.DUPLICATE, false, Opcode.GETATTR, 0))) {
            kernel.vfs().stat("/");
            for (int i = 0; i < 1000 && recorder.count(Opcode.GETATTR) < 2; i++) {
                Thread.sleep(2);
            }
            assertThat(recorder.requests(Opcode.GETATTR)).hasSize(2).extracting("unique").containsOnly(
                    recorder.requests(Opcode.GETATTR).getFirst().unique());
        }
    }

    @Test void aDuplicatedReplyIsIgnored() throws Exception {
        try (var kernel = kernel(one(Kind.DUPLICATE, true, Opcode.GETATTR, 0))) {
            kernel.vfs().stat("/");
            assertThat(kernel.vfs().readString("/f")).isEqualTo("0123456789");
        }
    }

    @Test void aTruncatedRequestOrReplyIsEio() throws Exception {
        for (boolean reply : new boolean[]{false, true}) {
            try (var kernel = kernel(one(Kind.TRUNCATE, reply, Opcode.GETATTR, 8))) {
                assertThat(outcome(() -> kernel.vfs().stat("/"))).as("reply: " + reply).isIn(Errno.EIO, Errno.EINVAL);
                assertThat(kernel.vfs().readString("/f")).isEqualTo("0123456789");
            }
        }
    }

    @Test void aReorderedMessageArrivesAllTheSame() throws Exception {
        for (boolean reply : new boolean[]{false, true}) {
            try (var kernel = kernel(one(Kind.REORDER, reply, Opcode.LOOKUP, 0))) {
                assertThat(kernel.vfs().readString("/f")).isEqualTo("0123456789");
            }
        }
    }

    @Test void aDeadConnectionEndsItsCallers() throws Exception {
        try (var kernel = kernel(one(Kind.DIE, false, Opcode.LOOKUP, 0))) {
            assertThat(outcome(() -> kernel.vfs().stat("/f"))).isIn(Errno.ECONNABORTED, Errno.ENOTCONN);
        }
    }

    @Test void theSameSeedHasTheSameFaultsAndItsLogReplaysThem() throws Exception {
        List<TransportFault> first = log(FaultyTransport.seeded(3).with(Kind.TRUNCATE, 0.3));
        assertThat(first).isNotEmpty().isEqualTo(log(FaultyTransport.seeded(3).with(Kind.TRUNCATE, 0.3)))
                .isNotEqualTo(log(FaultyTransport.seeded(4).with(Kind.TRUNCATE, 0.3)));
        assertThat(log(FaultyTransport.replaying(first))).isEqualTo(first);
        assertThat(log(FaultyTransport.replaying(List.of()))).isEmpty();
    }

    @Test void theSeedIsPrintedWithTheLog() throws Exception {
        FaultyTransport faults = FaultyTransport.seeded(3).with(Kind.TRUNCATE, 1);
        assertThat(log(faults)).isNotEmpty();
        assertThat(faults.toString()).startsWith("seed 3, " + faults.log().size() + " faults: [TRUNCATE ");
    }

    private List<TransportFault> log(FaultyTransport faults) throws IOException {
        try (var kernel = kernel(faults.where(opcode -> opcode == Opcode.GETATTR || opcode == Opcode.READ))) {
            for (int i = 0; i < 10; i++) {
                outcome(() -> kernel.vfs().readString("/f"));
                outcome(() -> kernel.vfs().stat("/"));
            }
            return faults.log();
        }
    }

    @Test void aMessageHasOneFault() {
        assertThatThrownBy(() -> FaultyTransport.seeded(1).with(Kind.DROP, 0.6).with(Kind.DIE, 0.6))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FaultyTransport.seeded(1).with(Kind.DROP, -0.1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

package org.hexfuse.testkit.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.tree.StaticDirectory;
import org.hexfuse.server.tree.StaticFile;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.VirtualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30) class RecorderTest {
    private static UserKernel kernel(String address, Recorder recorder) throws IOException {
        var root = new StaticDirectory().with("f", new StaticFile("0123456789"));
        return UserKernel.serving(TreeFileSystem.of(root)).at(address).recorder(recorder).connect();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void recordsRequestsWithTheirReplies(String address)
            throws Exception {
        var recorder = new Recorder();
        try (var kernel = kernel(address, recorder)) {
            kernel.vfs().readString("/f");
            assertThat(kernel.vfs().exists("/none")).isFalse();
            assertThat(recorder.await(Opcode.RELEASE).error()).isEqualTo(Errno.OK);
            assertThat(recorder.opcodes()).startsWith(Opcode.INIT).containsSubsequence(Opcode.LOOKUP, Opcode.OPEN,
                    Opcode.READ);
            RecordedRequest lookup = recorder.requests(Opcode.LOOKUP).getFirst();
            assertThat(lookup.names()).containsExactly("f");
            assertThat(lookup.node()).isEqualTo(1);
            RecordedRequest read = recorder.requests(Opcode.READ).getFirst();
            assertThat(read.reply()).contains(new RecordedRequest.Reply(Errno.OK, 10));
            assertThat(read.offset()).hasValue(0);
            assertThat(read.size()).isPositive();
            assertThatThrownBy(() -> read.argument("mode")).hasMessageContaining("READ has no argument mode");
            kernel.vfs().dropCaches();
            assertThat(recorder.await(request -> request.opcode() == Opcode.FORGET
                    || request.opcode() == Opcode.BATCH_FORGET).reply()).isEmpty();
        }
        assertThat(recorder.toString()).contains("LOOKUP node=1 \"f\" -> OK 128 bytes");
    }

    @Test void aFullRecorderFailsTheTestThatReliesOnIt() throws Exception {
        var recorder = new Recorder(2);
        try (var kernel = kernel("mem:", recorder)) {
            kernel.vfs().readString("/f");
            assertThatThrownBy(recorder::requests).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("came after the first 2");
            assertThat(recorder.toString()).startsWith("INIT").contains("which were not recorded");
            recorder.clear();
            assertThat(recorder.requests()).isEmpty();
        }
    }

    @Test void twoLogsAreAligned() {
        SideBySide logs = SideBySide.of(List.of("a", "b", "c"), List.of("a", "c", "d"));
        assertThat(logs.differences()).containsExactly("- b", "+ d");
        assertThat(logs.toString().lines()).containsExactly("a | a", "b * ", "c | c", "  * d");
    }

    @Test void aVirtualClockDoesNotGoBack() {
        var clock = new VirtualClock();
        clock.advance(Duration.ofSeconds(2));
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2));
        assertThat(clock.getAsLong()).isEqualTo(2_000_000_000L);
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}

package org.hexfuse.examples.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.ThreadIdentity;
import org.hexfuse.server.MkDir;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each test has a thread of its own, whose credentials are looked at. */
@Timeout(30) class CallerCredentialsTest {
    @TempDir private Path scratch;
    private final List<String> fatal = new ArrayList<>();
    private CallerCredentials credentials;

    @BeforeEach void make() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root, who alone serves other users");
        credentials = new CallerCredentials(fatal::add);
        assumeTrue(credentials.switches(), "no CAP_SETUID and CAP_SETGID");
    }

    private static <T> T inAThread(Callable<T> action) throws Exception {
        var task = new FutureTask<>(action);
        Thread.ofPlatform().start(task);
        return task.get(20, TimeUnit.SECONDS);
    }

    private static List<String> identity() throws Exception {
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                .filter(line -> line.matches("(Umask|Uid|Gid|Groups|CapEff|CapPrm).*")).toList();
    }

    private static MkDir by(int uid, int gid, Integer... groups) {
        return MkDir.of(1, Name.of("d"), 0777).withCaller(new Caller(uid, gid, 1), groups);
    }

    @Test void isTheCallerUntilClosed() throws Exception {
        inAThread(() -> {
            List<String> before = identity();
            try (var _ = credentials.assume(by(1001, 1002, 2000), 0)) {
                assertThat(identity()).contains("Uid:\t0\t0\t0\t1001", "Gid:\t0\t0\t0\t1002", "Groups:\t2000 ");
                Path made = Files.createDirectory(scratch.resolve("d"));
                assertThat(Files.getAttribute(made, "unix:uid")).isEqualTo(1001);
                assertThat(Files.getAttribute(made, "unix:gid")).isEqualTo(1002);
            }
            assertThat(identity()).isEqualTo(before);
            return true;
        });
    }

    /** The kernel has checked permissions, and does not tell all groups of the caller. */
    @Test void isNotRefusedWhatTheKernelAllowed() throws Exception {
        Files.setPosixFilePermissions(scratch, Set.of());
        inAThread(() -> {
            try (var _ = credentials.assume(by(1001, 1002), 0)) {
                return Files.createDirectory(scratch.resolve("d"));
            }
        });
    }

    /** But is no more than that: it neither owns nor changes what is others'. */
    @Test void hasNoMoreCapabilitiesThanItNeeds() throws Exception {
        Path file = Files.createFile(scratch.resolve("f"));
        inAThread(() -> {
            try (var _ = credentials.assume(by(1001, 1002), 0)) {
                assertThatThrownBy(() -> Files.setPosixFilePermissions(file, Set.of()))
                        .hasMessageContaining("Operation not permitted");
                assertThatThrownBy(() -> Files.setAttribute(file, "unix:uid", 1001))
                        .hasMessageContaining("Operation not permitted");
            }
            Files.setAttribute(file, "unix:uid", 1001);
            return true;
        });
    }

    @Test void theUmaskIsTheCallersAndNoOtherThreads() throws Exception {
        List<String> here = identity();
        inAThread(() -> {
            List<String> before = identity();
            try (var assumed = credentials.assume(by(0, 0), 0123)) {
                assertThat(identity()).contains("Umask:\t0123");
                assertThat(assumed.mode(0777)).isEqualTo(0777);
                assertThat(inAThread(CallerCredentialsTest::identity)).doesNotContain("Umask:\t0000");
            }
            assertThat(identity()).isEqualTo(before);
            return true;
        });
        assertThat(identity()).isEqualTo(here);
    }

    @Test void nothingIsChangedForThisProcessItself() throws Exception {
        inAThread(() -> {
            List<String> before = identity();
            try (var _ = credentials.withoutSetId(false)) {
                assertThat(identity()).isEqualTo(before);
            }
            try (var _ = credentials.withoutSetId(true)) {
                assertThat(identity()).isNotEqualTo(before);
            }
            assertThat(identity()).isEqualTo(before);
            return true;
        });
    }

    @Test void aUserThatCannotBeIsRefusedAndLeavesNothing() throws Exception {
        inAThread(() -> {
            List<String> before = identity();
            assertThatThrownBy(() -> credentials.assume(by(-1, -1), 022)).isInstanceOf(FuseException.class)
                    .hasMessageContaining("may not create files of user 4294967295");
            assertThat(identity()).isEqualTo(before);
            return true;
        });
        assertThat(fatal).isEmpty();
    }

    @Test void aThreadThatCannotBeRestoredIsFatal() throws Exception {
        inAThread(() -> {
            var assumed = credentials.assume(by(1001, 1002), 0);
            ThreadIdentity.become(1003, 1003, Set.of());
            assertThatThrownBy(assumed::close).isInstanceOf(IllegalStateException.class);
            return true;
        });
        assertThat(fatal).singleElement().asString().contains("cannot be restored: user 1003, group 1003");
    }
}

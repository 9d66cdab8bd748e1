package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.examples.memory.ComparedProgram.program;
import static org.hexfuse.examples.memory.ComparedPrograms.ACCESS_LIST;

import java.time.Instant;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.examples.memory.ComparedProgram.Calls;
import org.hexfuse.examples.memory.ComparedProgram.Reason;
import org.hexfuse.examples.memory.ComparedProgram.Serving;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Timestamp;

/** What users other than root do. They are compared by {@link KernelComparisonTest}. */
final class UserPrograms {
    private static final Credentials USER = Credentials.of(1000, 1000);
    private static final Timestamp EARLY = Timestamp.of(Instant.ofEpochSecond(1_000_000_000));
    private static final String ROOT_LIST = "- GETXATTR 1 system.posix_acl_access size=4096 -> ENODATA";

    /** The files are those of {@link ComparedPrograms#ALL}. */
    static final List<ComparedProgram> ALL = List.of(
            program("a user writes to a set-user-id file", UserPrograms::writeToSetUserId)
                    .differs(Reason.ROOT_LIST, ROOT_LIST, ROOT_LIST),
            program("a user writes to a set-user-id file without HANDLE_KILLPRIV_V2",
                    UserPrograms::writeToSetUserId).served(Serving.NO_KILLPRIV)
                    .differs(Reason.ROOT_LIST, ROOT_LIST, ROOT_LIST),
            program("a user may not search a directory", calls -> {
                calls.fs().chmod("/d", 0700);
                PosixClient user = calls.fs().as(USER);
                assertThat(calls.error(() -> user.stat("/d/g"))).isEqualTo(Errno.EACCES);
                calls.passTimeouts().run();
                assertThat(calls.error(() -> user.stat("/d/g"))).isEqualTo(Errno.EACCES);
            }),
            program("a user changes the open file of theirs after the timeout", UserPrograms::changeOwnAfterTimeout),
            program("a user may not change an open file of another's, after the timeout", calls -> {
                calls.fs().chmod("/f", 0666);
                try (PosixFile file = calls.fs().as(USER).open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                    calls.passTimeouts().run();
                    assertThat(calls.error(() -> file.chmod(0600))).isEqualTo(Errno.EPERM);
                    assertThat(calls.error(() -> file.chown(1000, -1))).isEqualTo(Errno.EPERM);
                    assertThat(calls.error(() -> file.utimens(EARLY, EARLY))).isEqualTo(Errno.EPERM);
                    file.utimens(Timestamp.NOW, Timestamp.NOW);
                }
            }),
            program("a user may not change the owner without HANDLE_KILLPRIV_V2", calls -> {
                calls.fs().chmod("/f", 06755);
                assertThat(calls.error(() -> calls.fs().as(USER).chown("/f", 1000, -1))).isEqualTo(Errno.EPERM);
            }).served(Serving.NO_KILLPRIV),
            program("a user unlinks in a sticky directory after a change of access control lists", calls -> {
                PosixClient user = calls.fs().as(USER);
                calls.fs().chown("/d/g", 1000, 1000);
                calls.fs().chmod("/d", 01777);
                user.setxattr("/d/g", "system.posix_acl_access", ACCESS_LIST, 0);
                calls.fs().setxattr("/d/e", "system.posix_acl_access", ACCESS_LIST, 0);
                assertThat(calls.error(() -> user.rmdir("/d/e"))).isEqualTo(Errno.EPERM);
                user.unlink("/d/g");
            }).differs(Reason.ROOT_LIST, ROOT_LIST, ROOT_LIST),
            program("a user sets attributes of a sticky directory of theirs", calls -> {
                calls.fs().chown("/d", 1000, 1000);
                calls.fs().chmod("/d", 01777);
                PosixClient user = calls.fs().as(USER);
                user.setxattr("/d", "user.a", new byte[]{1}, 0);
                user.setxattr("/d", "system.posix_acl_access", ACCESS_LIST, 0);
                user.setxattr("/d", "user.b", new byte[]{1}, 0);
            }).differs(Reason.ROOT_LIST, ROOT_LIST, ROOT_LIST));

    private static void changeOwnAfterTimeout(Calls calls) {
        calls.fs().chown("/f", 1000, 1000);
        try (PosixFile file = calls.fs().as(USER).open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
            calls.passTimeouts().run();
            file.chmod(0640);
            calls.passTimeouts().run();
            file.chown(-1, 1000);
            calls.passTimeouts().run();
            file.utimens(EARLY, EARLY);
            calls.passTimeouts().run();
            file.utimens(Timestamp.NOW, Timestamp.NOW);
        }
    }

    private static void writeToSetUserId(Calls calls) {
        calls.fs().chmod("/f", 06777);
        try (PosixFile file = calls.fs().as(USER).open("/f", OpenFlag.WRITE)) {
            file.write("x".getBytes(UTF_8), 0);
            file.write("y".getBytes(UTF_8), 0);
        }
        assertThat(calls.fs().stat("/f").mode() & 06000).isZero();
        calls.fs().chmod("/f", 06777);
        calls.fs().as(USER).truncate("/f", 1);
        calls.fs().chmod("/f", 06777);
        calls.fs().as(USER).open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
    }

    private UserPrograms() {}
}

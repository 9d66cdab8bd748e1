package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.GetattrIn;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenIn;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What clears set-user-id and set-group-id, with HANDLE_KILLPRIV, HANDLE_KILLPRIV_V2 and neither: the requests that Linux 6.18 sends for the
 * same calls to a server without extended attributes.
 */
class SuidgidTest {
    private static final Credentials USER = Credentials.of(1000, 1000);
    private static final int MODE = 0x1;
    private static final int SIZE = 0x208;
    private static final int FH = 0x40;
    private static final int KILL = 0x800;

    /** What the server said at INIT. */
    enum Killing {
        NONE(0), V1(InitFlag.HANDLE_KILLPRIV.mask()),
        V2(InitFlag.HANDLE_KILLPRIV_V2.mask()), BOTH(Flag.of(InitFlag.HANDLE_KILLPRIV, InitFlag.HANDLE_KILLPRIV_V2));

        private final long flags;

        Killing(long flags) {
            this.flags = flags;
        }

        boolean byServer() {
            return this != NONE;
        }

        boolean onRequest() {
            return this == V2 || this == BOTH;
        }
    }

    private final StandInServer server = new StandInServer();
    private final Node file = server.file(server.root, "f");
    private final List<String> log = new ArrayList<>();
    private Vfs vfs;
    private Vfs user;
    private long openFlags;

    @BeforeEach void noteRequests() {
        file.mode = FileType.REGULAR.mode() | 06777;
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
        server.answers.put(Opcode.GETATTR, request -> {
            log.add("GETATTR " + GetattrIn.GETATTR_FLAGS.get(request.arguments()));
            return server.attributes(request, server.node(request));
        });
        server.answers.put(Opcode.SETATTR, request -> {
            int valid = SetattrIn.VALID.get(request.arguments());
            log.add("SETATTR " + Integer.toHexString(valid));
            if ((valid & MODE) != 0) {
                file.mode = SetattrIn.MODE.get(request.arguments());
            }
            return server.attributes(request, server.node(request));
        });
        server.answers.put(Opcode.OPEN, request -> {
            log.add("OPEN " + OpenIn.OPEN_FLAGS.get(request.arguments()));
            return StandInServer.opened(request, 0, 7, openFlags);
        });
        server.answers.put(Opcode.WRITE, request -> {
            log.add("WRITE " + WriteIn.WRITE_FLAGS.get(request.arguments()));
            WriteOut.SIZE_FIELD.set(request.reply(), WriteIn.SIZE_FIELD.get(request.arguments()));
            return WriteOut.SIZE;
        });
    }

    private void negotiate(Killing killing) {
        server.flags = (server.flags & ~InitFlag.HANDLE_KILLPRIV.mask()) | killing.flags;
        vfs = Vfs.mount(server, VfsOptions.DEFAULT);
        user = vfs.as(USER);
        vfs.stat("/f");
        log.clear();
    }

    private void write(Vfs process) {
        try (OpenFile open = process.open("/f", OpenFlag.WRITE)) {
            log.clear();
            open.write(new byte[5], 0);
        }
    }

    private static String setattr(int valid) {
        return "SETATTR " + Integer.toHexString(valid);
    }

    /** The requests of one call, with those that read the mode and clear it if the server does not. */
    private void assertKilled(Killing killing, int getattr, int valid, String... more) {
        List<String> expected = new ArrayList<>();
        if (!killing.byServer()) {
            expected.add("GETATTR " + getattr);
            expected.add(setattr(valid | MODE));
            assertThat(file.mode).isEqualTo(FileType.REGULAR.mode() | 0777);
        } else {
            expected.add(setattr(valid | (killing.onRequest() ? KILL : 0)));
            assertThat(file.mode & 06000).isEqualTo(06000);
        }
        expected.addAll(List.of(more));
        assertThat(log).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource void aWriteByAUser(Killing killing) {
        negotiate(killing);
        write(user);
        // The SETATTR before a WRITE never carries KILL_SUIDGID: the WRITE does.
        assertThat(log).isEqualTo(killing.byServer()
                ? List.of(setattr(0), killing.onRequest() ? "WRITE 4" : "WRITE 0")
                : List.of("GETATTR 0", setattr(MODE), "WRITE 0"));
    }

    @ParameterizedTest
    @EnumSource void aWriteByRootClearsNothing(Killing killing) {
        negotiate(killing);
        write(vfs);
        assertThat(log).containsExactly("WRITE 0");
    }

    @ParameterizedTest
    @EnumSource void aWriteToAPlainFileSendsTheFlagOnly(Killing killing) {
        file.mode = FileType.REGULAR.mode() | 0777;
        negotiate(killing);
        write(user);
        assertThat(log).containsExactly(killing.onRequest() ? "WRITE 4" : "WRITE 0");
    }

    @ParameterizedTest
    @EnumSource void aDirectWriteByAUserAlwaysCarriesTheFlag(Killing killing) {
        openFlags = OpenOutFlag.DIRECT_IO.mask();
        negotiate(killing);
        write(user);
        write(vfs);
        assertThat(log).containsExactly("WRITE 2");
        write(user);
        assertThat(log).containsExactly("WRITE 6");
    }

    @ParameterizedTest
    @EnumSource void aTruncationByAUser(Killing killing) {
        negotiate(killing);
        user.truncate("/f", 3);
        assertKilled(killing, 0, SIZE);
    }

    @ParameterizedTest
    @EnumSource void aTruncationOfAPlainFile(Killing killing) {
        file.mode = FileType.REGULAR.mode() | 0777;
        negotiate(killing);
        user.truncate("/f", 3);
        assertThat(log).containsExactly(setattr(SIZE | (killing.onRequest() ? KILL : 0)));
    }

    @ParameterizedTest
    @EnumSource void aTruncationByRootClearsNothing(Killing killing) {
        negotiate(killing);
        vfs.truncate("/f", 3);
        assertThat(log).containsExactly(setattr(SIZE));
    }

    @ParameterizedTest
    @EnumSource void aTruncationOfAnOpenFile(Killing killing) {
        negotiate(killing);
        try (OpenFile open = user.open("/f", OpenFlag.WRITE)) {
            log.clear();
            open.truncate(3);
            assertKilled(killing, 1, SIZE | FH);
        }
    }

    @ParameterizedTest
    @EnumSource void anOpenThatTruncates(Killing killing) {
        server.flags &= ~InitFlag.ATOMIC_O_TRUNC.mask();
        negotiate(killing);
        user.open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
        log.removeFirst();
        assertKilled(killing, 1, SIZE);
    }

    @ParameterizedTest
    @EnumSource void anOpenThatTheServerTruncatesSendsNoSetattr(Killing killing) {
        negotiate(killing);
        user.open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
        assertThat(log.subList(1, log.size())).isEqualTo(killing.byServer() ? List.of() : List.of("GETATTR 1"));
    }

    @ParameterizedTest
    @EnumSource void anAllocationPastThePageCacheToo(Killing killing) {
        openFlags = OpenOutFlag.DIRECT_IO.mask();
        server.answers.put(Opcode.FALLOCATE, _ -> 0);
        negotiate(killing);
        try (OpenFile open = user.open("/f", OpenFlag.WRITE)) {
            log.clear();
            open.fallocate(0, 0, 1);
        }
        assertThat(log).isEqualTo(killing.byServer() ? List.of(setattr(0)) : List.of("GETATTR 0", setattr(MODE)));
    }

    @ParameterizedTest
    @EnumSource void anOpenThatTheServerTruncates(Killing killing) {
        negotiate(killing);
        user.open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
        vfs.open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
        assertThat(log.stream().filter(request -> request.startsWith("OPEN")))
                .containsExactly(killing.onRequest() ? "OPEN 1" : "OPEN 0", "OPEN 0");
    }

    @ParameterizedTest
    @EnumSource void aChangeOfTheOwnerByRootToo(Killing killing) {
        negotiate(killing);
        vfs.chown("/f", 5, -1);
        assertKilled(killing, 0, 0x2);
    }

    @ParameterizedTest
    @EnumSource void aChangeOfNoOwner(Killing killing) {
        negotiate(killing);
        vfs.chown("/f", -1, -1);
        assertThat(log).isEqualTo(killing.byServer() ? List.of(setattr(0)) : List.of("GETATTR 0", setattr(MODE)));
    }

    @ParameterizedTest
    @CsvSource({"-1,0", "4,2"}) void aDirectoryKeepsThem(int uid, int valid) {
        Node directory = server.directory(server.root, "d");
        directory.mode |= 02000;
        negotiate(Killing.NONE);
        vfs.chown("/d", uid, -1);
        assertThat(log).containsExactly(setattr(valid));
    }

    @ParameterizedTest
    @CsvSource({"02767,true", "02777,false"}) void setGroupIdWithoutGroupExecuteStays(String mode, boolean stays) {
        file.mode = FileType.REGULAR.mode() | Integer.parseInt(mode, 8);
        negotiate(Killing.NONE);
        vfs.chown("/f", 5, 5);
        assertThat(file.mode & 02000).isEqualTo(stays ? 02000 : 0);
    }

    @ParameterizedTest
    @EnumSource void thePresentModeCountsNotTheCachedOne(Killing killing) {
        negotiate(killing);
        file.mode = FileType.REGULAR.mode() | 0640;
        user.truncate("/f", 3);
        assertThat(file.mode).isEqualTo(FileType.REGULAR.mode() | 0640);
        assertThat(log).endsWith(setattr(SIZE | (killing.onRequest() ? KILL : 0)));
    }
}

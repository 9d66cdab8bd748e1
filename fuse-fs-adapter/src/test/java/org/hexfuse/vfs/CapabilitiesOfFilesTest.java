package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.GetxattrOut;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.KernelProfile;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code security.capability} is looked for before a file is changed, and removed: the requests of Linux 6.18, also by root. */
@Timeout(60) class CapabilitiesOfFilesTest {
    private static final String GET = "GETXATTR security.capability";

    private final StandInServer server = new StandInServer();
    private final Node file = server.file(server.root, "f");
    private final List<String> log = new ArrayList<>();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    private boolean has;
    private long openFlags;

    @BeforeEach void noteRequests() {
        server.flags &= ~InitFlag.HANDLE_KILLPRIV.mask();
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
        server.answers.put(Opcode.GETXATTR, request -> {
            log.add("GETXATTR " + StandInServer.name(request));
            assertThat(GetxattrIn.SIZE_FIELD.get(request.arguments())).isZero();
            if (!has) {
                throw FuseException.of(Errno.ENODATA);
            }
            request.reply().asSlice(0, GetxattrOut.SIZE).fill((byte) 0);
            GetxattrOut.SIZE_FIELD.set(request.reply(), 20);
            return GetxattrOut.SIZE;
        });
        server.answers.put(Opcode.REMOVEXATTR, request -> {
            log.add("REMOVEXATTR " + StandInServer.name(request));
            has = false;
            return 0;
        });
        server.answers.put(Opcode.GETATTR, request -> {
            log.add("GETATTR");
            return server.attributes(request, server.node(request));
        });
        server.answers.put(Opcode.SETATTR, request -> {
            log.add("SETATTR " + Integer.toHexString(SetattrIn.VALID.get(request.arguments())));
            return server.attributes(request, server.node(request));
        });
        server.answers.put(Opcode.OPEN, request -> {
            log.add("OPEN");
            return StandInServer.opened(request, 0, 7, openFlags);
        });
        server.answers.put(Opcode.WRITE, request -> {
            log.add("WRITE");
            WriteOut.SIZE_FIELD.set(request.reply(), WriteIn.SIZE_FIELD.get(request.arguments()));
            return WriteOut.SIZE;
        });
        server.answers.put(Opcode.FALLOCATE, _ -> {
            log.add("FALLOCATE");
            return 0;
        });
        server.answers.put(Opcode.SETXATTR, _ -> 0);
        vfs.stat("/f");
    }

    private void write(int times) {
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            log.clear();
            for (int i = 0; i < times; i++) {
                open.write(new byte[1], 0);
            }
        }
    }

    @Test void eachWriteLooksForThem() {
        write(2);
        assertThat(log).containsExactly(GET, "WRITE", GET, "WRITE");
    }

    @Test void withHandleKillpriv2TheAnswerIsCachedAsLongAsTheAttributes() {
        server.flags |= InitFlag.HANDLE_KILLPRIV_V2.mask();
        write(2);
        assertThat(log).containsExactly(GET, "WRITE", "WRITE");
        write(1);
        assertThat(log).containsExactly("WRITE");
        vfs.stat("/f");
        write(1);
        assertThat(log).containsExactly(GET, "WRITE");
        vfs.setxattr("/f", "security.other", new byte[1], 0);
        write(1);
        assertThat(log).containsExactly(GET, "WRITE");
        vfs.setxattr("/f", "user.other", new byte[1], 0);
        write(1);
        assertThat(log).containsExactly("WRITE");
    }

    @Test void noneAreLookedForByAKernelThatRemovesNone() {
        var options = VfsOptions.DEFAULT
                .withConnection(ConnectionOptions.DEFAULT.withProfile(KernelProfile.gvisor()));
        try (OpenFile open = Vfs.mount(server, options).open("/f", OpenFlag.WRITE)) {
            log.clear();
            open.write(new byte[1], 0);
            open.truncate(0);
        }
        assertThat(log).containsExactly("WRITE", "SETATTR 248");
    }

    private OpenFile limited(OpenFlag... flags) {
        var restrictions = MountRestrictions.NONE.withFileSizeLimit(100);
        OpenFile open = Vfs.mount(server, VfsOptions.DEFAULT.withRestrictions(restrictions)).open("/f", flags);
        log.clear();
        return open;
    }

    /** {@code generic_write_checks} and {@code inode_newsize_ok} come before {@code file_remove_privs}. */
    @Test void aWriteOrAnAllocationBeyondTheLimitOfSizesRemovesNothing() {
        has = true;
        file.size = 100;
        try (OpenFile open = limited(OpenFlag.WRITE)) {
            assertFails(Errno.EFBIG, () -> open.write(new byte[1], 100));
            assertFails(Errno.EFBIG, () -> open.fallocate(0, 0, 101));
        }
        try (OpenFile open = limited(OpenFlag.APPEND)) {
            assertFails(Errno.EFBIG, () -> open.write(new byte[1], 0));
        }
        assertThat(log).isEmpty();
    }

    /** In {@code do_truncate} the check comes after {@code dentry_needs_remove_privs}, and before the removal. */
    @Test void aTruncationBeyondTheLimitOfSizesLooksForThemAndRemovesNothing() {
        has = true;
        try (OpenFile open = limited(OpenFlag.WRITE)) {
            assertFails(Errno.EFBIG, () -> open.truncate(101));
        }
        assertThat(log).containsExactly(GET, GET);
    }

    @Test void ofASetUserIdFileTheAnswerIsNotCached() {
        server.flags |= InitFlag.HANDLE_KILLPRIV_V2.mask();
        file.mode = FileType.REGULAR.mode() | 04644;
        vfs.dropCaches();
        write(2);
        assertThat(log).containsExactly(GET, "WRITE", GET, "WRITE");
    }

    @Test void aWriteRemovesThemAndSendsAnEmptySetattr() {
        has = true;
        write(2);
        assertThat(log).containsExactly(GET, GET, "REMOVEXATTR security.capability", "SETATTR 0", "WRITE", GET,
                "WRITE");
    }

    @Test void ofASetUserIdFileTheModeIsReadBeforeTheyAreRemoved() {
        file.mode = FileType.REGULAR.mode() | 04666;
        vfs.dropCaches();
        has = true;
        try (OpenFile open = vfs.as(Credentials.of(5, 5)).open("/f", OpenFlag.WRITE)) {
            log.clear();
            open.write(new byte[1], 0);
        }
        assertThat(log).containsExactly(GET, GET, "GETATTR", "REMOVEXATTR security.capability", "SETATTR 1", "WRITE");
    }

    @Test void aFileThatIsWrittenPastTheCacheKeepsThem() {
        openFlags = OpenOutFlag.DIRECT_IO.mask();
        write(1);
        assertThat(log).containsExactly("WRITE");
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            log.clear();
            open.fallocate(0, 0, 1);
        }
        assertThat(log).containsExactly(GET, "FALLOCATE");
    }

    @Test void aTruncationRemovesThem() {
        has = true;
        log.clear();
        vfs.truncate("/f", 1);
        assertThat(log).containsExactly(GET, GET, "REMOVEXATTR security.capability", "SETATTR 208");
        log.clear();
        vfs.truncate("/f", 1);
        assertThat(log).containsExactly(GET, "SETATTR 208");
    }

    @Test void anOpenThatTheServerTruncatesLooksForThemAfterwards() {
        log.clear();
        vfs.open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
        assertThat(log).containsExactly("OPEN", GET);
    }

    @Test void aChangeOfTheOwnerLooksForThemOnce() {
        has = true;
        server.directory(server.root, "d");
        log.clear();
        vfs.chown("/f", 5, -1);
        assertThat(log).containsExactly(GET, "GETATTR", "REMOVEXATTR security.capability", "SETATTR 2");
        log.clear();
        vfs.chown("/d", 5, -1);
        assertThat(log).containsExactly("SETATTR 2");
    }

    @Test void aServerWithoutGetxattrIsAskedOnce() {
        server.fail(Opcode.GETXATTR, Errno.ENOSYS);
        write(3);
        assertThat(server.count(Opcode.GETXATTR)).isEqualTo(1);
    }

    @Test void anErrorMeansThatThereAreNone() {
        for (Errno errno : List.of(Errno.EIO, Errno.EACCES, Errno.EOPNOTSUPP)) {
            server.fail(Opcode.GETXATTR, errno);
            write(1);
            assertThat(log).containsExactly("WRITE");
        }
    }

    @Test void aShortReplyMeansThatThereAreNone() {
        server.answers.put(Opcode.GETXATTR, _ -> 4);
        write(1);
        assertThat(log).containsExactly("WRITE");
    }

    @Test void ifTheyCannotBeRemovedNothingIsWritten() {
        has = true;
        server.fail(Opcode.REMOVEXATTR, Errno.EIO);
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            assertFails(Errno.EIO, () -> open.write(new byte[1], 0));
        }
        assertThat(log).doesNotContain("WRITE");
        server.fail(Opcode.REMOVEXATTR, Errno.ENOSYS);
        write(1);
        assertThat(log).containsExactly(GET, GET, "SETATTR 0", "WRITE");
    }
}

package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.IoctlFlag;
import org.hexfuse.abi.IoctlIn;
import org.hexfuse.abi.IoctlOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** FS_IOC_GETFLAGS, SETFLAGS, FSGETXATTR and FSSETXATTR, with the requests that Linux 6.18 sends. */
class FileAttrTest {
    private static final int GETFLAGS = 0x80086601;
    private static final int SETFLAGS = 0x40086602;
    private static final int IMMUTABLE = 0x10;
    private static final int NODUMP = 0x40;

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    private final List<String> ioctls = new ArrayList<>();
    private final int[] words = {0, 1, 2, 3, 4};
    private Node file;

    @BeforeEach void serve() {
        file = server.file(server.root, "f");
        file.uid = 1000;
        server.directory(server.root, "d");
        server.symlink(server.root, "l", "f");
        server.answers.put(Opcode.IOCTL, request -> reply(request, 0, 0));
    }

    private int reply(Request request, int result, long flags) {
        MemorySegment in = request.arguments();
        long inSize = IoctlIn.IN_SIZE.getUnsigned(in, 0);
        long outSize = IoctlIn.OUT_SIZE.getUnsigned(in, 0);
        var sent = new byte[(int) request.data().size()];
        request.data().copyTo(0, sent, 0, sent.length);
        ioctls.add(Integer.toHexString(IoctlIn.CMD.get(in)) + " fh=" + IoctlIn.FH.get(in) + " flags="
                + IoctlIn.FLAGS.get(in) + " in=" + inSize + " out=" + outSize
                + (sent.length == 0 ? "" : " " + MemorySegment.ofArray(sent).get(JAVA_INT_UNALIGNED, 0)));
        IoctlOut.RESULT.set(request.reply(), result);
        IoctlOut.FLAGS.set(request.reply(), (int) flags);
        for (int i = 0; 4L * i < outSize; i++) {
            request.reply().set(JAVA_INT_UNALIGNED, IoctlOut.SIZE + 4L * i, i < words.length ? words[i] : 0);
        }
        return IoctlOut.SIZE + (int) outSize;
    }

    @Test void flagsAreReadFromAFileThatIsOpenedForIt() {
        words[0] = NODUMP;
        assertThat(vfs.fileFlags("/f")).isEqualTo(NODUMP);
        assertThat(server.calls).containsSubsequence(Opcode.OPEN, Opcode.IOCTL, Opcode.RELEASE)
                .doesNotContain(Opcode.FLUSH);
        assertThat(ioctls).containsExactly("80086601 fh=7 flags=0 in=0 out=4");
        ioctls.clear();
        vfs.fileFlags("/d");
        assertThat(ioctls).containsExactly("80086601 fh=7 flags=16 in=0 out=4");
        assertThat(server.calls).endsWith(Opcode.OPENDIR, Opcode.IOCTL, Opcode.RELEASEDIR);
    }

    @Test void flagsAreSetAfterTheyWereRead() {
        vfs.setFileFlags("/f", NODUMP);
        assertThat(ioctls).containsExactly("801c581f fh=7 flags=0 in=0 out=28",
                "40086602 fh=7 flags=0 in=4 out=0 " + NODUMP);
        assertThat(server.count(Opcode.OPEN)).isEqualTo(2);
        assertThat(server.count(Opcode.RELEASE)).isEqualTo(2);
    }

    @Test void xflagsAndHintsAreReadAndSet() {
        words[0] = 0x80;
        assertThat(vfs.fsXattr("/f")).isEqualTo(new FsXattr(0x80, 1, 2, 3, 4));
        ioctls.clear();
        vfs.setFsXattr("/f", new FsXattr(0x80, 0, 0, 9, 0));
        assertThat(ioctls).containsExactly("801c581f fh=7 flags=0 in=0 out=28",
                "401c5820 fh=7 flags=0 in=28 out=0 128");
    }

    @Test void theIoctlsOfAnOpenFileAreThese() {
        server.answers.put(Opcode.OPEN, request -> StandInServer.opened(request, 0, 40 + server.count(Opcode.OPEN), 0));
        words[0] = NODUMP;
        var memory = MemorySegment.ofArray(new byte[28]);
        try (OpenFile open = vfs.open("/f"); OpenDirectory directory = vfs.opendir("/d")) {
            assertThat(open.ioctl(GETFLAGS, memory)).isZero();
            assertThat(memory.get(JAVA_INT_UNALIGNED, 0)).isEqualTo(NODUMP);
            assertThat(directory.ioctl(0x801C581F, memory)).isZero();
            assertThat(memory.get(JAVA_INT_UNALIGNED, 16)).isEqualTo(4);
            open.ioctl(SETFLAGS, memory);
            assertFails(Errno.EFAULT, () -> open.ioctl(GETFLAGS, MemorySegment.ofArray(new byte[3])));
        }
        assertThat(ioctls).hasSize(4).startsWith("80086601 fh=42 flags=0 in=0 out=4");
    }

    @Test void onlyTheOwnerAndRootChangeThem() {
        assertFails(Errno.EPERM, () -> vfs.as(Credentials.of(5, 5)).setFileFlags("/f", NODUMP));
        assertThat(ioctls).isEmpty();
        vfs.as(Credentials.of(1000, 5)).setFileFlags("/f", NODUMP);
        vfs.setFileFlags("/f", NODUMP);
        try (Vfs bound = vfs.bind("/", MountRestrictions.NONE.withReadOnly(true))) {
            assertFails(Errno.EROFS, () -> bound.setFileFlags("/f", NODUMP));
            bound.fileFlags("/f");
        }
    }

    @Test void onlyRootProtectsAFileOrEndsThat() {
        Vfs owner = vfs.as(Credentials.of(1000, 5));
        assertFails(Errno.EPERM, () -> owner.setFileFlags("/f", IMMUTABLE));
        assertFails(Errno.EPERM, () -> owner.setFsXattr("/f", new FsXattr(FsXattr.APPEND, 0, 0, 0, 0)));
        words[0] = FsXattr.IMMUTABLE;
        assertFails(Errno.EPERM, () -> owner.setFileFlags("/f", 0));
        owner.setFileFlags("/f", IMMUTABLE | NODUMP);
        vfs.setFileFlags("/f", 0);
    }

    @ParameterizedTest
    @CsvSource({"-25,0,ENOTTY", "-38,0,ENOTTY", "-95,0,EOPNOTSUPP", "0,4,EIO"}) void anErrorReleasesTheFile(int result,
            long flags, Errno errno) {
        assertThat(IoctlFlag.RETRY.mask()).isEqualTo(4);
        server.answers.put(Opcode.IOCTL, request -> reply(request, result, flags));
        assertFails(errno, () -> vfs.fileFlags("/f"));
        assertThat(server.count(Opcode.RELEASE)).isEqualTo(1);
        server.answers.remove(Opcode.IOCTL);
        assertFails(Errno.ENOTTY, () -> vfs.setFileFlags("/f", 0));
        assertThat(server.count(Opcode.RELEASE)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 28}) void aReplyOfAnotherSizeIsEio(int size) {
        server.answers.put(Opcode.IOCTL, request -> {
            request.reply().asSlice(0, IoctlOut.SIZE).fill((byte) 0);
            return IoctlOut.SIZE + size;
        });
        assertFails(Errno.EIO, () -> vfs.fileFlags("/f"));
        assertThat(server.count(Opcode.RELEASE)).isEqualTo(1);
    }

    @Test void specialFilesHaveNone() {
        server.add(server.root, "fifo", FileType.FIFO.mode() | 0644);
        assertFails(Errno.ENOTTY, () -> vfs.fileFlags("/fifo"));
        assertThat(server.count(Opcode.OPEN)).isZero();
    }
}

package org.hexfuse.vfs;

import static org.hexfuse.vfs.FuseAssertions.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.LseekOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies that violate the protocol end in a defined error, and nothing hangs or grows. */
@Timeout(60) class HostileServerTest {
    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    private final Node file = server.file(server.root, "f");

    private static int dirent(MemorySegment out, int at, String name, long cookie) {
        byte[] bytes = name.getBytes(UTF_8);
        int size = Dirent.recordSize(bytes.length);
        out.asSlice(at, size).fill((byte) 0);
        Dirent.INO.set(out, at, 5);
        Dirent.OFF.set(out, at, cookie);
        Dirent.NAMELEN.set(out, at, bytes.length);
        MemorySegment.copy(bytes, 0, out, JAVA_BYTE, at + Dirent.SIZE, bytes.length);
        return at + size;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a\0b"}) void entriesBeforeABadNameAreReadFirst(String bad) {
        server.answers.put(Opcode.READDIR, request -> {
            long offset = ReadIn.OFFSET.get(request.arguments());
            int at = offset == 0 ? dirent(request.reply(), 0, "good", 1) : 0;
            return dirent(request.reply(), at, bad, 2);
        });
        try (OpenDirectory directory = vfs.opendir("/")) {
            assertThat(directory.next()).hasValueSatisfying(entry -> assertThat(entry.name()).hasToString("good"));
            assertFails(Errno.EIO, directory::next);
        }
    }

    @Test void aTargetOfASymbolicLinkEndsAtItsFirstNul() {
        server.symlink(server.root, "l", "f\0/../g");
        server.symlink(server.root, "empty", "\0f");
        assertThat(vfs.readlink("/l")).isEqualTo("f");
        assertThat(vfs.stat("/l").ino()).isEqualTo(file.number);
        assertThat(vfs.readlink("/empty")).isEmpty();
        assertFails(Errno.ENOENT, () -> vfs.stat("/empty"));
    }

    @Test void aTargetOfASymbolicLinkThatIsTooLongIsEIO() {
        Node link = server.symlink(server.root, "l", "t".repeat(4095));
        assertThat(vfs.readlink("/l")).hasSize(4095);
        link.target += "t";
        assertFails(Errno.EIO, () -> vfs.readlink("/l"));
    }

    @Test void aDirectoryWhoseOffsetsDoNotAdvanceIsAnError() {
        server.answers.put(Opcode.READDIR, request -> dirent(request.reply(), 0, "again", 1));
        assertFails(Errno.EIO, () -> vfs.list("/"));
        assertThat(server.count(Opcode.READDIR)).isLessThan(10);
    }

    @Test void aServerThatKeepsThePositionItselfNeedsNoOffsets() {
        int[] replies = {0};
        server.answers.put(Opcode.READDIR,
                request -> replies[0] == 3 ? 0 : dirent(request.reply(), 0, "n" + replies[0]++, 0));
        assertThat(vfs.list("/")).hasSize(3);
    }

    @Test void anImpossibleSizeMakesTheInodeBad() {
        try (OpenFile open = vfs.open("/f")) {
            file.size = -1;
            assertFails(Errno.EIO, open::stat);
            file.size = 5;
            assertFails(Errno.EIO, open::stat);
            assertThat(vfs.stat("/f").size()).isEqualTo(5);
        } catch (FuseException e) {
            assertThat(e.errno()).as("FLUSH of a bad inode").isEqualTo(Errno.EIO);
        }
    }

    @Test void aFileIsReadByItsContentWhateverItsSize() {
        file.size = Long.MAX_VALUE;
        server.answers.put(Opcode.READ, request -> {
            boolean start = ReadIn.OFFSET.get(request.arguments()) == 0;
            request.reply().set(JAVA_BYTE, 0, (byte) 42);
            return start ? 1 : 0;
        });
        long before = Runtime.getRuntime().totalMemory();
        assertThat(vfs.readAllBytes("/f")).containsExactly(42);
        assertThat(Runtime.getRuntime().totalMemory() - before).isLessThan(1L << 30);
    }

    @Test void anAppendBeyondTheLargestSizeIsRefused() {
        file.size = Long.MAX_VALUE - 5;
        try (OpenFile open = vfs.open("/f", OpenFlag.APPEND)) {
            assertFails(Errno.EFBIG, () -> open.write(new byte[10], 0));
        }
        assertThat(server.count(Opcode.WRITE)).isZero();
    }

    @Test void aNegativeOffsetIsNotFound() {
        server.answers.put(Opcode.LSEEK, request -> {
            LseekOut.OFFSET.set(request.reply(), -1);
            return LseekOut.SIZE;
        });
        try (OpenFile open = vfs.open("/f")) {
            assertFails(Errno.EINVAL, () -> open.seekData(0));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Opcode.class, names = {"MKNOD", "MKDIR", "CREATE"}) void aCreatedNodeIsNotTheRoot(
            Opcode opcode) {
        answerRoot(opcode);
        assertFails(Errno.EIO, () -> {
            switch (opcode) {
                case MKNOD -> vfs.mknod("/new", 0644, 0);
                case MKDIR -> vfs.mkdir("/new");
                default -> vfs.open("/new", OpenFlag.CREATE, OpenFlag.WRITE);
            }
        });
        assertThat(server.count(Opcode.FORGET)).isZero();
        assertThat(vfs.stat("/").type()).isEqualTo(FileType.DIRECTORY);
    }

    private void answerRoot(Opcode opcode) {
        server.answers.put(opcode, request -> {
            int size = server.entry(request, file);
            server.lookups.clear();
            EntryOut.NODEID.set(request.reply(), server.root.number);
            return opcode == Opcode.CREATE ? StandInServer.opened(request, size, 7, 0) : size;
        });
    }

    @Test void anOpenWithAllFlagsIsReleased() {
        server.answers.put(Opcode.OPEN, request -> openedWithAllFlags(request));
        assertFails(Errno.EIO, () -> vfs.open("/f"));
        assertThat(server.count(Opcode.RELEASE)).isEqualTo(1);
        server.answers.put(Opcode.OPENDIR, request -> openedWithAllFlags(request));
        server.answers.put(Opcode.READDIR, _ -> 0);
        assertThat(vfs.list("/")).isEmpty();
    }

    private static int openedWithAllFlags(Request request) {
        return StandInServer.opened(request, 0, 7, -1);
    }
}

package org.hexfuse.vfs;

import static org.hexfuse.vfs.FuseAssertions.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hexfuse.abi.CopyFileRangeOut;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The position of an open file, and what FOPEN_NONSEEKABLE and FOPEN_STREAM take away: {@code lseek}, {@code pread}, {@code pwrite}. */
class SeekabilityTest {
    private static final byte[] CONTENT = "0123456789".getBytes(UTF_8);

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    private final Node file = server.file(server.root, "f");
    /** The offsets of READ and WRITE. */
    private final List<Long> offsets = new ArrayList<>();
    private byte[] stored = CONTENT;
    private long openFlags;

    @BeforeEach void serve() {
        file.size = CONTENT.length;
        server.answers.put(Opcode.OPEN, request -> StandInServer.opened(request, 0, 1, openFlags));
        server.answers.put(Opcode.OPENDIR, request -> StandInServer.opened(request, 0, 1, openFlags));
        server.answers.put(Opcode.READ, this::read);
        server.answers.put(Opcode.WRITE, this::write);
    }

    private int read(Request request) {
        long offset = ReadIn.OFFSET.get(request.arguments());
        offsets.add(offset);
        int length = Math.clamp(stored.length - offset, 0, ReadIn.SIZE_FIELD.get(request.arguments()));
        MemorySegment.copy(stored, (int) Math.min(offset, stored.length), request.reply(), JAVA_BYTE, 0, length);
        return length;
    }

    private int write(Request request) {
        long offset = WriteIn.OFFSET.get(request.arguments());
        offsets.add(offset);
        byte[] bytes = new byte[WriteIn.SIZE_FIELD.get(request.arguments())];
        request.data().copyTo(0, MemorySegment.ofArray(bytes), 0, bytes.length);
        stored = Arrays.copyOf(stored, Math.max(stored.length, (int) offset + bytes.length));
        System.arraycopy(bytes, 0, stored, (int) offset, bytes.length);
        file.size = stored.length;
        WriteOut.SIZE_FIELD.set(request.reply(), bytes.length);
        return WriteOut.SIZE;
    }

    private OpenFile open(OpenOutFlag flag, OpenFlag... flags) {
        openFlags = flag.mask();
        return vfs.open("/f", flags);
    }

    private static String next(OpenFile open, int length) {
        byte[] bytes = new byte[length];
        return new String(bytes, 0, open.read(bytes), UTF_8);
    }

    @ParameterizedTest
    @EnumSource(names = {"NONSEEKABLE", "STREAM"}) void readAndWriteAtAnOffsetAndSeekAreESPIPE(OpenOutFlag flag) {
        try (OpenFile open = open(flag, OpenFlag.READ, OpenFlag.WRITE)) {
            assertFails(Errno.ESPIPE, () -> open.read(new byte[1], 0));
            assertFails(Errno.ESPIPE, () -> open.read(new byte[0], 5));
            assertFails(Errno.ESPIPE, () -> open.write(new byte[1], 0));
            assertFails(Errno.ESPIPE, () -> open.readAll(0));
            assertFails(Errno.ESPIPE, () -> open.seek(0));
            assertFails(Errno.ESPIPE, open::position);
            assertFails(Errno.ESPIPE, () -> open.seekData(0));
            assertFails(Errno.ESPIPE, () -> open.seekHole(-1));
            // As pread(2): the offset is checked before the file, and the file before the access mode.
            assertFails(Errno.EINVAL, () -> open.read(new byte[1], -1));
        }
        try (OpenFile open = open(flag, OpenFlag.READ)) {
            assertFails(Errno.ESPIPE, () -> open.write(new byte[1], 0));
            assertFails(Errno.EBADF, () -> open.write(new byte[1]));
        }
        assertThat(server.calls).doesNotContain(Opcode.READ, Opcode.WRITE, Opcode.LSEEK);
    }

    @ParameterizedTest
    @EnumSource(names = {"NONSEEKABLE", "STREAM"}) void aClosedFileIsEBADF(OpenOutFlag flag) {
        OpenFile open = open(flag, OpenFlag.READ, OpenFlag.WRITE);
        open.close();
        assertFails(Errno.EBADF, () -> open.read(new byte[1], 0));
        assertFails(Errno.EBADF, () -> open.write(new byte[1], 0));
        assertFails(Errno.EBADF, () -> open.read(new byte[1]));
        assertFails(Errno.EBADF, () -> open.seek(0));
        assertFails(Errno.EBADF, open::position);
        assertFails(Errno.EBADF, () -> open.seekData(0));
    }

    @Test void aNonseekableFileIsReadAndWrittenAtItsPosition() {
        try (OpenFile open = open(OpenOutFlag.NONSEEKABLE, OpenFlag.READ, OpenFlag.WRITE)) {
            assertThat(next(open, 3)).isEqualTo("012");
            assertThat(open.write("ab".getBytes(UTF_8))).isEqualTo(2);
            assertThat(next(open, 20)).isEqualTo("56789");
            assertThat(next(open, 20)).isEmpty();
        }
        assertThat(offsets).containsExactly(0L, 3L, 5L, 10L);
        assertThat(stored).asString(UTF_8).isEqualTo("012ab56789");
    }

    @Test void aStreamHasNoPositionAndItsRequestsBeginAtOffset0() {
        try (OpenFile open = open(OpenOutFlag.STREAM, OpenFlag.READ, OpenFlag.WRITE)) {
            assertThat(next(open, 3)).isEqualTo("012");
            assertThat(next(open, 3)).isEqualTo("012");
            assertThat(open.write("ab".getBytes(UTF_8))).isEqualTo(2);
            assertThat(open.write("cd".getBytes(UTF_8))).isEqualTo(2);
        }
        assertThat(offsets).containsExactly(0L, 0L, 0L, 0L);
    }

    @Test void aStreamThatIsAlsoNonseekableIsAStream() {
        openFlags = OpenOutFlag.STREAM.mask() | OpenOutFlag.NONSEEKABLE.mask();
        try (OpenFile open = vfs.open("/f")) {
            assertThat(next(open, 3)).isEqualTo("012");
            assertThat(next(open, 3)).isEqualTo("012");
        }
    }

    @Test void anOrdinaryFileHasAPositionToo() {
        try (OpenFile open = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
            assertThat(next(open, 4)).isEqualTo("0123");
            assertThat(open.position()).isEqualTo(4);
            // Reads and writes at an offset leave the position as it is.
            assertThat(open.read(new byte[2], 8)).isEqualTo(2);
            assertThat(open.write(new byte[]{'x'}, 9)).isEqualTo(1);
            assertThat(next(open, 2)).isEqualTo("45");
            open.seek(9);
            assertThat(next(open, 2)).isEqualTo("x");
            open.seek(1000);
            assertThat(next(open, 2)).isEmpty();
            assertFails(Errno.EINVAL, () -> open.seek(-1));
            assertThat(open.position()).isEqualTo(1000);
        }
    }

    @Test void anErrorLeavesThePositionAsItIs() {
        try (OpenFile open = vfs.open("/f", OpenFlag.READ)) {
            assertThat(next(open, 4)).isEqualTo("0123");
            server.fail(Opcode.READ, Errno.EIO);
            assertFails(Errno.EIO, () -> next(open, 4));
            assertThat(open.position()).isEqualTo(4);
        }
    }

    @Test void anAppendMovesThePositionToTheEnd() {
        try (OpenFile open = vfs.open("/f", OpenFlag.READ, OpenFlag.APPEND)) {
            assertThat(next(open, 2)).isEqualTo("01");
            assertThat(open.write("ab".getBytes(UTF_8))).isEqualTo(2);
            assertThat(open.position()).isEqualTo(12);
        }
        assertThat(offsets).containsExactly(0L, 10L);
    }

    @Test void anAppendToAStreamIsAtTheEnd() {
        try (OpenFile open = open(OpenOutFlag.STREAM, OpenFlag.WRITE, OpenFlag.APPEND)) {
            assertThat(open.write("ab".getBytes(UTF_8))).isEqualTo(2);
        }
        assertThat(offsets).containsExactly(10L);
    }

    @ParameterizedTest
    @EnumSource(names = {"NONSEEKABLE", "STREAM"}) void aWholeFileIsReadAndReplacedWithoutSeeking(OpenOutFlag flag) {
        openFlags = flag.mask();
        assertThat(vfs.readString("/f")).isEqualTo("0123456789");
        vfs.writeString("/f", "ABCDEFGHIJ");
        assertThat(stored).asString(UTF_8).isEqualTo("ABCDEFGHIJ");
    }

    @ParameterizedTest
    @EnumSource(names = {"NONSEEKABLE", "STREAM"}) void holdsForAFileThatCREATEOpens(OpenOutFlag flag) {
        server.answers.put(Opcode.CREATE, request -> {
            server.entry(request, file);
            return StandInServer.opened(request, EntryOut.SIZE, 1, flag.mask());
        });
        try (OpenFile open = vfs.open("/new", OpenFlag.READ, OpenFlag.CREATE)) {
            assertFails(Errno.ESPIPE, () -> open.read(new byte[1], 0));
            assertThat(next(open, 2)).isEqualTo("01");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NONSEEKABLE", "STREAM"}) void aDirectoryIsReadButNotSought(OpenOutFlag flag) {
        server.answers.put(Opcode.READDIR, _ -> 0);
        openFlags = flag.mask();
        try (OpenDirectory directory = vfs.opendir("/")) {
            assertThat(directory.next()).isEmpty();
            assertFails(Errno.ESPIPE, () -> directory.seek(0));
        }
    }

    @Test void theServerCopiesFromANonseekableFileButItIsNotReadForThat() {
        server.file(server.root, "g");
        server.answers.put(Opcode.COPY_FILE_RANGE_64, request -> {
            CopyFileRangeOut.BYTES_COPIED.set(request.reply(), 4);
            return CopyFileRangeOut.SIZE;
        });
        try (OpenFile from = open(OpenOutFlag.NONSEEKABLE, OpenFlag.READ);
                OpenFile to = vfs.open("/g", OpenFlag.WRITE)) {
            assertThat(from.copyFileRange(to, 0, 0, 4)).isEqualTo(4);
            server.fail(Opcode.COPY_FILE_RANGE_64, Errno.EXDEV);
            // As splice_direct_to_actor, which requires an input that is seekable.
            assertFails(Errno.EINVAL, () -> from.copyFileRange(to, 0, 0, 4));
        }
        assertThat(server.calls).doesNotContain(Opcode.READ);
    }
}

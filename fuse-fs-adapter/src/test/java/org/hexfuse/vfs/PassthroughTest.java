package org.hexfuse.vfs;

import static org.hexfuse.vfs.FuseAssertions.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOut;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.device.BackingFile;
import org.hexfuse.device.Request;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Files that the server opens with FOPEN_PASSTHROUGH. */
class PassthroughTest {
    /** A backing file in memory. */
    private static final class Backing implements BackingFile {
        final byte[] content = new byte[20_000];
        final List<String> calls = new ArrayList<>();
        int size = 10_000;

        @Override public int stackDepth() {
            return 0;
        }

        @Override public long read(MemorySegment target, long offset) {
            long length = Math.clamp(size - offset, 0, target.byteSize());
            MemorySegment.copy(MemorySegment.ofArray(content), offset, target, 0, length);
            calls.add("read " + offset);
            return length;
        }

        @Override public long write(MemorySegment source, long offset) {
            calls.add("write " + offset);
            if (offset >= content.length) {
                throw FuseException.of(Errno.ENOSPC);
            }
            long length = Math.min(source.byteSize(), content.length - offset);
            MemorySegment.copy(source, 0, MemorySegment.ofArray(content), offset, length);
            size = (int) Math.max(size, offset + length);
            return length;
        }

        @Override public void close() {
            calls.add("close");
        }
    }

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    private final Backing backing = new Backing();
    private long openFlags = OpenOutFlag.PASSTHROUGH.mask();
    private int id = 1;

    @BeforeEach void fill() {
        server.flags |= InitFlag.PASSTHROUGH.mask();
        server.file(server.root, "f").size = 10_000;
        server.backing.put(1, backing);
        server.backing.put(2, new Backing());
        server.answers.put(Opcode.OPEN, this::opened);
    }

    private int opened(Request request) {
        int size = StandInServer.opened(request, 0, 7, openFlags);
        OpenOut.BACKING_ID.set(request.reply(), id);
        return size;
    }

    private void assertOpenFails() {
        long released = server.count(Opcode.RELEASE);
        assertFails(Errno.EIO, () -> vfs.open("/f"));
        assertThat(server.count(Opcode.RELEASE)).isEqualTo(released + 1);
    }

    @Test void readsAndWritesDoNotReachTheServer() {
        backing.content[9_999] = 42;
        try (OpenFile open = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
            byte[] all = new byte[12_000];
            assertThat(open.read(all, 0)).isEqualTo(10_000);
            assertThat(all[9_999]).isEqualTo((byte) 42);
            assertThat(open.write(new byte[]{1, 2, 3}, 10_000)).isEqualTo(3);
            assertThat(open.read(all, 10_001)).isEqualTo(2);
        }
        assertThat(server.count(Opcode.READ) + server.count(Opcode.WRITE)).isZero();
        assertThat(backing.calls).containsExactly("read 0", "read 8192", "write 10000", "read 10001", "close");
    }

    @Test void errorsOfTheBackingFileReachTheCaller() {
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            assertFails(Errno.ENOSPC, () -> open.write(new byte[1], 20_000));
            assertThat(open.write(new byte[10], 19_995)).isEqualTo(5);
        }
    }

    @Test void theBackingFileIsClosedWithTheOpenOne() {
        vfs.open("/f").close();
        assertThat(backing.calls).containsExactly("close");
        assertThat(server.count(Opcode.RELEASE)).isEqualTo(1);
    }

    @Test void directIoReachesTheServer() {
        openFlags |= OpenOutFlag.DIRECT_IO.mask();
        server.answers.put(Opcode.READ, _ -> 0);
        try (OpenFile open = vfs.open("/f")) {
            assertThat(open.read(new byte[5], 0)).isZero();
        }
        assertThat(backing.calls).containsExactly("close");
        assertThat(server.count(Opcode.READ)).isEqualTo(1);
    }

    @Test void anUnknownBackingIdIsEio() {
        id = 99;
        assertOpenFails();
    }

    @ParameterizedTest
    @EnumSource(value = OpenOutFlag.class, mode = Mode.INCLUDE, names = {"KEEP_CACHE", "NONSEEKABLE", "CACHE_DIR",
        "STREAM"}) void aFlagThatExcludesPassthroughIsEio(OpenOutFlag flag) {
        openFlags |= flag.mask();
        assertOpenFails();
    }

    @Test void passthroughThatWasNotNegotiatedIsEio() {
        server.flags &= ~InitFlag.PASSTHROUGH.mask();
        assertOpenFails();
    }

    @Test void twoBackingFilesOfOneInodeAreEio() {
        try (OpenFile open = vfs.open("/f"); OpenFile same = vfs.open("/f")) {
            assertThat(open.read(new byte[1], 0)).isEqualTo(same.read(new byte[1], 0));
            id = 2;
            assertOpenFails();
        }
        vfs.open("/f").close();
    }

    @Test void cachedDirectAndPassthroughOpensExcludeEachOther() {
        openFlags = 0;
        try (OpenFile cached = vfs.open("/f")) {
            assertThat(cached.stat().size()).isEqualTo(10_000);
            openFlags = OpenOutFlag.PASSTHROUGH.mask();
            assertOpenFails();
        }
        try (OpenFile passing = vfs.open("/f")) {
            assertThat(passing.read(new byte[1], 0)).isEqualTo(1);
            openFlags = 0;
            assertOpenFails();
            // As Linux: an inode that is open for passthrough is opened for nothing else.
            openFlags = OpenOutFlag.DIRECT_IO.mask();
            assertOpenFails();
        }
        vfs.open("/f").close();
    }
}

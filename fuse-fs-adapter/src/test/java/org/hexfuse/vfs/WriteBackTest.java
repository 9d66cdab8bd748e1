package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.WriteFlag;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server with WRITEBACK_CACHE: size, mtime and ctime of files are local. */
class WriteBackTest {
    private static final Credentials USER = Credentials.of(1000, 1000);

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT).as(USER);
    private final Node file = server.file(server.root, "f");
    private final List<Integer> writeFlags = new ArrayList<>();
    private final List<Integer> writers = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>();
    /** The FATTR flags of each SETATTR. */
    private final List<Integer> changes = new ArrayList<>();
    private final List<Integer> changers = new ArrayList<>();
    private final List<Long> mtimes = new ArrayList<>();

    @BeforeEach void fill() {
        server.flags |= InitFlag.WRITEBACK_CACHE.mask();
        file.size = 100;
        server.answers.put(Opcode.WRITE, request -> {
            writeFlags.add(WriteIn.WRITE_FLAGS.get(request.arguments()));
            writers.add(InHeader.UID.get(request.head()));
            offsets.add(WriteIn.OFFSET.get(request.arguments()));
            WriteOut.SIZE_FIELD.set(request.reply(), WriteIn.SIZE_FIELD.get(request.arguments()));
            return WriteOut.SIZE;
        });
        server.answers.put(Opcode.SETATTR, request -> {
            changers.add(InHeader.UID.get(request.head()));
            changes.add(SetattrIn.VALID.get(request.arguments()));
            mtimes.add(SetattrIn.MTIME.get(request.arguments()));
            if (SetattrFlag.SIZE.in(SetattrIn.VALID.get(request.arguments()))) {
                file.size = SetattrIn.SIZE_FIELD.get(request.arguments());
            }
            return server.attributes(request, file);
        });
    }

    private static int bits(SetattrFlag... flags) {
        int bits = 0;
        for (SetattrFlag flag : flags) {
            bits |= (int) flag.mask();
        }
        return bits;
    }

    @Test void writesCarryTheCacheFlagAndNoCaller() {
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            open.write(new byte[10], 5);
        }
        assertThat(writeFlags).containsExactly((int) WriteFlag.CACHE.mask());
        assertThat(writers).containsExactly(0);
    }

    @Test void directWritesCarryTheCaller() {
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE, OpenFlag.DIRECT)) {
            open.write(new byte[10], 5);
        }
        server.answers.put(Opcode.OPEN, request -> StandInServer.opened(request, 0, 7, OpenOutFlag.DIRECT_IO.mask()));
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            open.write(new byte[10], 5);
        }
        // Not WriteFlag.CACHE; they carry the lock owner, as DataOperationsTest finds Linux to do, and the caller is not root.
        assertThat(writeFlags).containsOnly((int) (WriteFlag.LOCKOWNER.mask() | WriteFlag.KILL_SUIDGID.mask()))
                .hasSize(2);
        assertThat(writers).containsExactly(1000, 1000);
    }

    /** As by {@code file_modified} and {@code fuse_flush_time_update}: also if the server does not allocate. */
    @Test void anAllocationSetsTheTimesAndSendsThem() {
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            server.answers.put(Opcode.FALLOCATE, _ -> 0);
            open.fallocate(1, 0, 10);
            assertThat(changes).containsExactly(bits(SetattrFlag.MTIME, SetattrFlag.CTIME, SetattrFlag.FH));
            server.fail(Opcode.FALLOCATE, Errno.ENOSPC);
            FuseException thrown = catchThrowableOfType(FuseException.class, () -> open.fallocate(1, 0, 10));
            assertThat(thrown.errno()).isEqualTo(Errno.ENOSPC);
            assertThat(changes).hasSize(2);
        }
        assertThat(changes).as("the close has nothing to send").hasSize(2);
    }

    @Test void theLocalSizeWins() {
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            open.write(new byte[10], 500);
            assertThat(open.stat().size()).isEqualTo(510);
            file.size = 3;
            assertThat(open.stat().size()).isEqualTo(510);
            assertThat(vfs.stat("/f").size()).isEqualTo(510);
        }
    }

    @Test void aFailedAppendDoesNotExtendTheFile() {
        try (OpenFile open = vfs.open("/f", OpenFlag.APPEND)) {
            open.write(new byte[10], 0);
            server.fail(Opcode.WRITE, Errno.ENOSPC);
            FuseException thrown = catchThrowableOfType(FuseException.class, () -> open.write(new byte[10], 0));
            assertThat(thrown.errno()).isEqualTo(Errno.ENOSPC);
            assertThat(open.stat().size()).isEqualTo(110);
        }
    }

    @Test void theLocalTimesWin() {
        Instant before = Instant.now().minusMillis(1);
        assertThat(vfs.stat("/f").mtime().toInstant()).isEqualTo(Instant.EPOCH);
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            open.write(new byte[10], 0);
            assertThat(open.stat().mtime().toInstant()).isAfter(before).isEqualTo(open.stat().ctime().toInstant());
        }
    }

    @Test void directoriesHaveTheServersTimes() {
        Node directory = server.directory(server.root, "d");
        vfs.stat("/d");
        directory.size = 4711;
        assertThat(vfs.stat("/d").size()).isEqualTo(4711);
    }

    @Test void closingSendsDirtyTimesOnceBeforeFlush() {
        OpenFile open = vfs.open("/f", OpenFlag.WRITE);
        open.write(new byte[10], 0);
        server.calls.clear();
        open.close();
        assertThat(server.calls).startsWith(Opcode.SETATTR, Opcode.FLUSH, Opcode.RELEASE);
        assertThat(changes).containsExactly(bits(SetattrFlag.MTIME, SetattrFlag.CTIME, SetattrFlag.FH));
        assertThat(changers).containsExactly(1000);
        assertThat(mtimes.getFirst()).isCloseTo(Instant.now().getEpochSecond(),
                Offset.offset(60L));
        vfs.open("/f").close();
        assertThat(changes).hasSize(1);
    }

    @Test void syncingSendsDirtyTimes() {
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            open.write(new byte[10], 0);
            open.sync(true);
            assertThat(changes).hasSize(1);
        }
        assertThat(changes).hasSize(1);
    }

    @Test void timesThatCouldNotBeSentStayDirty() {
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            open.write(new byte[10], 0);
            var working = server.answers.get(Opcode.SETATTR);
            server.fail(Opcode.SETATTR, Errno.EDQUOT);
            FuseException thrown = catchThrowableOfType(FuseException.class, () -> open.sync(false));
            assertThat(thrown.errno()).isEqualTo(Errno.EDQUOT);
            server.answers.put(Opcode.SETATTR, working);
        }
        assertThat(changes).hasSize(1);
    }

    @Test void before7_23CtimeIsNotSent() {
        server.minor = 22;
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            open.write(new byte[10], 0);
        }
        assertThat(changes).containsExactly(bits(SetattrFlag.MTIME, SetattrFlag.FH));
    }

    @Test void appendsGoToTheLocalEnd() {
        file.size = 100;
        try (OpenFile open = vfs.open("/f", OpenFlag.APPEND)) {
            open.write(new byte[10], 0);
            open.write(new byte[10], 0);
            open.write(new byte[10], 0);
        }
        assertThat(offsets).containsExactly(100L, 110L, 120L);
    }

    @Test void truncationCarriesMtimeAndCtime() {
        vfs.truncate("/f", 7);
        assertThat(changes)
                .containsExactly(bits(SetattrFlag.SIZE, SetattrFlag.LOCKOWNER, SetattrFlag.MTIME, SetattrFlag.CTIME));
        assertThat(vfs.stat("/f").size()).isEqualTo(7);
        assertThat(vfs.stat("/f").mtime().toInstant()).isAfter(Instant.EPOCH);
    }

    @Test void openingWithTruncResetsTheLocalSize() {
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE)) {
            assertThat(open.stat().size()).isZero();
        }
        assertThat(changes).containsExactly(bits(SetattrFlag.MTIME, SetattrFlag.CTIME, SetattrFlag.FH));
    }

    @Test void timeNowIsTheLocalClocks() {
        vfs.utimens("/f", Timestamp.NOW, Timestamp.NOW);
        assertThat(changes).containsExactly(bits(SetattrFlag.ATIME, SetattrFlag.ATIME_NOW, SetattrFlag.MTIME,
                SetattrFlag.CTIME));
    }

    @Test void aTimeThatIsSetStays() {
        vfs.utimens("/f", Timestamp.OMIT, Timestamp.of(Instant.ofEpochSecond(5)));
        assertThat(vfs.stat("/f").mtime().toInstant()).isEqualTo(Instant.ofEpochSecond(5));
        assertThat(mtimes).containsExactly(5L);
    }

    @Test void settingAnExtendedAttributeSendsCtimeAtOnce() {
        server.answers.put(Opcode.SETXATTR, _ -> 0);
        vfs.setxattr("/f", "user.x", new byte[1], 0);
        assertThat(changes).containsExactly(bits(SetattrFlag.MTIME, SetattrFlag.CTIME));
        assertThat(vfs.stat("/f").mtime().toInstant()).isEqualTo(Instant.EPOCH);
        assertThat(vfs.stat("/f").ctime().toInstant()).isAfter(Instant.EPOCH);
    }

    @Test void aRefusedCtimeDoesNotFailTheChange() {
        server.answers.put(Opcode.SETXATTR, _ -> 0);
        server.fail(Opcode.SETATTR, Errno.EIO);
        vfs.setxattr("/f", "user.x", new byte[1], 0);
        assertThat(server.count(Opcode.SETXATTR)).isEqualTo(1);
    }

    @Test void noflushIsIgnored() {
        server.answers.put(Opcode.OPEN, request -> StandInServer.opened(request, 0, 7, OpenOutFlag.NOFLUSH.mask()));
        vfs.open("/f").close();
        assertThat(server.count(Opcode.FLUSH)).isEqualTo(1);
    }

    @Test void withoutWritebackCacheTheServersTimesWin() {
        server.flags &= ~InitFlag.WRITEBACK_CACHE.mask();
        try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
            open.write(new byte[10], 500);
            file.size = 3;
            assertThat(open.stat().size()).isEqualTo(3);
        }
        assertThat(changes).isEmpty();
        assertThat(writers).containsExactly(1000);
    }
}

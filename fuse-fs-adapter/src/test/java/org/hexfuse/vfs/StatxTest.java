package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.StatxData;
import org.hexfuse.abi.StatxIn;
import org.hexfuse.abi.StatxOut;
import org.hexfuse.abi.SxTime;
import org.hexfuse.device.Request;
import org.hexfuse.posix.DeviceNumber;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Statx.Sync;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code statx(2)}: which request it sends, and what the reply becomes. */
class StatxTest {
    private static final int ALL = Statx.BASIC_STATS | Statx.BTIME;

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    private final Node file = server.file(server.root, "f");
    private int mask = ALL;

    @BeforeEach void serve() {
        server.entrySeconds = 60;
        server.answers.put(Opcode.STATX, this::answer);
    }

    private int answer(Request request) {
        assertThat(StatxIn.SX_FLAGS.get(request.arguments())).isZero();
        assertThat(StatxIn.GETATTR_FLAGS.get(request.arguments())).isZero();
        assertThat(StatxIn.SX_MASK.get(request.arguments())).isEqualTo(ALL);
        MemorySegment out = request.reply();
        out.asSlice(0, StatxOut.SIZE).fill((byte) 0);
        StatxOut.ATTR_VALID.set(out, server.attributeSeconds);
        long base = StatxOut.STAT.offset();
        StatxData.MASK.set(out, base, mask);
        StatxData.BLKSIZE.set(out, base, 512);
        StatxData.ATTRIBUTES.set(out, base, 0x10);
        StatxData.NLINK.set(out, base, 3);
        StatxData.UID.set(out, base, 4);
        StatxData.GID.set(out, base, 5);
        StatxData.MODE.set(out, base, (short) 0100642);
        StatxData.INO.set(out, base, 6);
        StatxData.SIZE_FIELD.set(out, base, 7);
        StatxData.BLOCKS.set(out, base, 8);
        StatxData.ATTRIBUTES_MASK.set(out, base, 0x30);
        time(out, base + StatxData.ATIME.offset(), 1);
        time(out, base + StatxData.BTIME.offset(), 2);
        time(out, base + StatxData.CTIME.offset(), 3);
        time(out, base + StatxData.MTIME.offset(), 4);
        StatxData.RDEV_MAJOR.set(out, base, 9);
        StatxData.RDEV_MINOR.set(out, base, 10);
        return StatxOut.SIZE;
    }

    private static void time(MemorySegment out, long base, int seconds) {
        SxTime.TV_SEC.set(out, base, seconds);
        SxTime.TV_NSEC.set(out, base, -1);
    }

    private static Timespec clamped(int seconds) {
        return new Timespec(seconds, 999_999_999);
    }

    @Test void allFieldsOfTheReplyAreThere() {
        assertThat(vfs.statx("/f", Sync.AS_STAT, ALL)).isEqualTo(new Statx(ALL,
                new Stat(6, 0100642, 3, 4, 5, DeviceNumber.of(9, 10), 7, 8, 512, clamped(1), clamped(4), clamped(3)),
                java.util.Optional.of(clamped(2)), 0x10, 0x30));
        assertThat(server.count(Opcode.GETATTR)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"AS_STAT,0,1,0", "AS_STAT,60,0,0", "FORCE_SYNC,60,1,0", "DONT_SYNC,0,0,0",
        "DONT_SYNC,60,0,0"}) void basicStatsAreRequestedByGetattr(Sync sync, int timeout, int getattrs, int statxs) {
        server.attributeSeconds = timeout;
        vfs.lstat("/f");
        server.calls.clear();
        Statx statx = vfs.statx("/f", sync, Statx.BASIC_STATS);
        assertThat(statx.stat().ino()).isEqualTo(file.number);
        assertThat(statx.mask()).isEqualTo(Statx.BASIC_STATS);
        assertThat(server.count(Opcode.GETATTR)).isEqualTo(getattrs);
        assertThat(server.count(Opcode.STATX)).isEqualTo(statxs);
    }

    @ParameterizedTest
    @CsvSource({"AS_STAT,0,2", "AS_STAT,60,1", "FORCE_SYNC,60,2", "DONT_SYNC,0,0"}) void btimeIsCachedAsTheRest(
            Sync sync,
            int timeout, int statxs) {
        server.attributeSeconds = timeout;
        vfs.statx("/f", sync, ALL);
        Statx again = vfs.statx("/f", sync, Statx.BTIME);
        assertThat(again.btime().isPresent()).isEqualTo(statxs > 0);
        assertThat((again.mask() & Statx.BTIME) != 0).isEqualTo(statxs > 0);
        assertThat(server.count(Opcode.STATX)).isEqualTo(statxs);
    }

    @Test void theAbsenceOfABtimeIsCachedToo() {
        server.attributeSeconds = 60;
        mask = Statx.BASIC_STATS;
        assertThat(vfs.btime("/f")).isEmpty();
        assertThat(vfs.btime("/f")).isEmpty();
        assertThat(server.count(Opcode.STATX)).isEqualTo(1);
    }

    @Test void nothingWantedIsNothingRequested() {
        vfs.lstat("/f");
        server.calls.clear();
        vfs.statx("/f", Sync.FORCE_SYNC, 0);
        vfs.statx("/f", Sync.FORCE_SYNC, 0x1000);
        assertThat(server.calls).isEmpty();
    }

    @Test void afterEnosysGetattrIsSentInstead() {
        server.fail(Opcode.STATX, Errno.ENOSYS);
        Statx statx = vfs.statx("/f", Sync.FORCE_SYNC, ALL);
        assertThat(statx.btime()).isEmpty();
        assertThat(statx.mask()).isEqualTo(Statx.BASIC_STATS);
        vfs.statx("/f", Sync.FORCE_SYNC, ALL);
        assertThat(server.count(Opcode.STATX)).isEqualTo(1);
        assertThat(server.count(Opcode.GETATTR)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Statx.BTIME, Statx.BASIC_STATS & ~0x200}) void aPartialReplyIsShownAndNotCached(int sent) {
        server.attributeSeconds = 60;
        mask = sent;
        Statx statx = vfs.statx("/f", Sync.FORCE_SYNC, ALL);
        assertThat(statx.mask()).isEqualTo(sent | 1);
        assertThat(statx.stat().isRegular()).isTrue();
        assertThat(vfs.stat("/f").size()).isZero();
    }

    @Test void anErrorReachesTheCaller() {
        server.fail(Opcode.STATX, Errno.EACCES);
        assertFails(Errno.EACCES, () -> vfs.statx("/f", Sync.AS_STAT, ALL));
    }

    @Test void openFilesAndDirectoriesHaveItToo() {
        server.directory(server.root, "d");
        try (OpenFile open = vfs.open("/f"); OpenDirectory directory = vfs.opendir("/d")) {
            assertThat(open.statx(Sync.AS_STAT, ALL).btime()).contains(clamped(2));
            assertThat(directory.statx(Sync.FORCE_SYNC, Statx.BASIC_STATS).stat().isDirectory()).isTrue();
        }
    }
}

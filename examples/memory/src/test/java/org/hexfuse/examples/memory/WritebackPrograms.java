package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.examples.memory.ComparedProgram.program;

import java.time.Instant;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.examples.memory.ComparedProgram.Calls;
import org.hexfuse.examples.memory.ComparedProgram.Reason;
import org.hexfuse.examples.memory.ComparedProgram.Serving;
import org.hexfuse.posix.FallocateFlags;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Timestamp;

/** Files with the writeback cache. They are compared by {@link KernelComparisonTest}. */
final class WritebackPrograms {
    private static final Timestamp EARLY = Timestamp.of(Instant.ofEpochSecond(1_000_000_000));

    /** The files are those of {@link ComparedPrograms#ALL}. */
    static final List<ComparedProgram> ALL = List.of(
            program("write with the writeback cache, stat before and after the close", calls -> {
                try (PosixFile file = calls.fs().open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                    file.write("hello".getBytes(UTF_8), 0);
                    file.sync(false);
                    assertThat(file.stat().size()).isEqualTo(5);
                }
                calls.fs().stat("/f");
                calls.fs().stat("/f");
            }).served(Serving.WRITEBACK).differs(Reason.OVERWRITTEN, "- READ 2 size=4096"),
            program("allocate with the writeback cache", calls -> {
                try (PosixFile file = written(calls)) {
                    file.fallocate(0, 0, 20_000);
                    file.stat();
                    rewrite(calls, file);
                    file.fallocate(FallocateFlags.KEEP_SIZE, 0, 40_000);
                    file.stat();
                }
            }).served(Serving.WRITEBACK).differs(Reason.WHOLE_PAGES, "- WRITE 7 size=12288 write_flags=1",
                    "+ WRITE 7 size=9000 write_flags=1"),
            program("punch a hole with the writeback cache", calls -> {
                try (PosixFile file = written(calls)) {
                    file.write(new byte[4096], 100_000 / 4096 * 4096);
                    file.fallocate(FallocateFlags.KEEP_SIZE | FallocateFlags.PUNCH_HOLE, 0, 4096);
                    file.stat();
                }
            }).served(Serving.WRITEBACK),
            program("zero a range with the writeback cache", calls -> {
                try (PosixFile file = written(calls)) {
                    file.fallocate(FallocateFlags.ZERO_RANGE, 4096, 20_000);
                    file.stat();
                }
            }).served(Serving.WRITEBACK),
            program("allocate beyond what there is with the writeback cache", calls -> {
                try (PosixFile file = written(calls)) {
                    assertThat(calls.error(() -> file.fallocate(0, 0, 1L << 40))).isEqualTo(Errno.ENOSPC);
                    file.stat();
                }
            }).served(Serving.WRITEBACK),
            program("copy a range with the writeback cache", calls -> {
                try (PosixFile from = written(calls);
                        PosixFile to = calls.fs().open("/d/g", OpenFlag.READ, OpenFlag.WRITE)) {
                    to.write(new byte[8192], 0);
                    assertThat(from.copyFileRange(to, 0, 4096, 4096)).isEqualTo(4096);
                    from.stat();
                    to.stat();
                }
            }).served(Serving.WRITEBACK),
            program("change mode and owner of an open file with the writeback cache", calls -> {
                try (PosixFile file = written(calls)) {
                    file.chmod(0600);
                    rewrite(calls, file);
                    file.chown(1000, 1000);
                    rewrite(calls, file);
                    file.utimens(EARLY, EARLY);
                    file.write(new byte[9000], 0);
                    file.utimens(Timestamp.NOW, Timestamp.NOW);
                }
            }).served(Serving.WRITEBACK),
            program("truncate an open file with the writeback cache", calls -> {
                try (PosixFile file = written(calls)) {
                    file.truncate(4096);
                    file.stat();
                }
            }).served(Serving.WRITEBACK).differs(Reason.LAUNDERED),
            program("names and attributes of an open file with the writeback cache", calls -> {
                try (PosixFile file = written(calls)) {
                    file.setxattr("user.a", new byte[]{1}, 0);
                    calls.fs().link("/new", "/linked");
                    calls.fs().rename("/new", "/renamed");
                    calls.fs().unlink("/linked");
                    file.stat();
                }
            }).served(Serving.WRITEBACK),
            program("open a file twice with the writeback cache", calls -> {
                try (PosixFile file = written(calls)) {
                    calls.read("/new");
                    file.stat();
                }
            }).served(Serving.WRITEBACK).differs(Reason.LAUNDERED,
                    "- WRITE 7 size=4096 write_flags=1", "- WRITE 7 size=4096 offset=4096 write_flags=1",
                    "- WRITE 7 size=808 offset=8192 write_flags=1", "- READ 7 size=12288",
                    "+ WRITE 7 size=9000 write_flags=1"),
            program("seek data and holes with the writeback cache", calls -> {
                try (PosixFile file = written(calls)) {
                    calls.error(() -> file.seekData(0));
                    calls.error(() -> file.seekHole(0));
                }
            }).served(Serving.WRITEBACK).differs(Reason.SOUGHT, "- LSEEK 7 whence=3 -> ENXIO",
                    "- LSEEK 7 whence=4 -> ENXIO", "+ LSEEK 7 whence=3", "+ LSEEK 7 whence=4"),
            program("rename over and unlink with the writeback cache", calls -> {
                calls.fs().rename("/f", "/d/g");
                calls.fs().unlink("/d/g");
            }).served(Serving.WRITEBACK));

    /** With the writeback cache Linux requests the number of blocks only after a close; its log is compared nowhere. */
    static final ComparedProgram BLOCKS = program("the blocks of a file with the writeback cache", calls -> {
        try (PosixFile file = written(calls)) {
            file.sync(false);
            assertThat(file.stat().blocks()).as("as before the write").isZero();
        }
        assertThat(calls.fs().stat("/new").blocks()).isPositive();
    }).served(Serving.WRITEBACK);

    /** The new file {@code /new} of 9000 bytes that are not written out yet. */
    private static PosixFile written(Calls calls) {
        PosixFile file = calls.fs().create("/new");
        file.write(new byte[9000], 0);
        return file;
    }

    /** Later, since Linux marks the times dirty only when the tick of its clock is another. */
    private static void rewrite(Calls calls, PosixFile file) {
        calls.passTimeouts().run();
        file.write(new byte[9000], 0);
    }

    private WritebackPrograms() {}
}

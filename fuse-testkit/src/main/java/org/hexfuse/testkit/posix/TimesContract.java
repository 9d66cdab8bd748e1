package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.CREATE;
import static org.hexfuse.vfs.OpenFlag.READ;
import static org.hexfuse.vfs.OpenFlag.TRUNCATE;
import static org.hexfuse.vfs.OpenFlag.WRITE;

import java.time.Duration;
import java.time.Instant;
import org.hexfuse.abi.Errno;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;
import org.junit.jupiter.api.Test;

/** {@code utimensat(2)}, and implicit changes of times. */
public interface TimesContract extends PosixFixture {
    @Test default void aNewFileHasThePresentTime() {
        Instant before = Instant.now().minus(Duration.ofSeconds(1));
        Stat stat = fs().stat(file("f", ""));
        Instant after = Instant.now().plus(Duration.ofSeconds(1));
        assertThat(stat.atime().toInstant()).isBetween(before, after);
        assertThat(stat.mtime().toInstant()).isBetween(before, after);
        assertThat(stat.ctime().toInstant()).isBetween(before, after);
    }

    @Test default void timesAreSetToTheNanosecond() {
        file("f", "");
        Instant later = LONG_AGO.plusSeconds(1000).plusNanos(1);
        fs().utimens(at("f"), Timestamp.of(LONG_AGO), Timestamp.of(later));
        assertThat(fs().stat(at("f")).atime().toInstant()).isEqualTo(LONG_AGO);
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(later);
    }

    @Test default void timesBefore1970AreKept() {
        file("f", "");
        Instant old = Instant.ofEpochSecond(-1_000_000, 500_000_000);
        fs().utimens(at("f"), Timestamp.of(old), Timestamp.of(old));
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(old);
    }

    @Test default void timesAfter2038AreKept() {
        file("f", "");
        Instant far = Instant.ofEpochSecond(5_000_000_000L, 1);
        fs().utimens(at("f"), Timestamp.of(far), Timestamp.of(far));
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(far);
    }

    @Test default void anOmittedTimeIsKept() {
        age(file("f", ""));
        Instant later = LONG_AGO.plusSeconds(1000);
        fs().utimens(at("f"), Timestamp.OMIT, Timestamp.of(later));
        assertThat(fs().stat(at("f")).atime().toInstant()).isEqualTo(LONG_AGO);
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(later);
        fs().utimens(at("f"), Timestamp.of(later), Timestamp.OMIT);
        assertThat(fs().stat(at("f")).atime().toInstant()).isEqualTo(later);
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(later);
    }

    @Test default void nowIsThePresentTime() {
        age(file("f", ""));
        Instant before = Instant.now().minus(Duration.ofSeconds(1));
        fs().utimens(at("f"), Timestamp.NOW, Timestamp.NOW);
        Instant after = Instant.now().plus(Duration.ofSeconds(1));
        assertThat(fs().stat(at("f")).atime().toInstant()).isBetween(before, after);
        assertThat(fs().stat(at("f")).mtime().toInstant()).isBetween(before, after);
    }

    @Test default void settingTimesMovesTheTimeOfChange() {
        file("f", "");
        Instant before = fs().stat(at("f")).ctime().toInstant();
        tick();
        age(at("f"));
        assertThat(fs().stat(at("f")).ctime().toInstant()).isAfter(before);
    }

    @Test default void setsTimesOfASymbolicLink() {
        file("f", "");
        fs().symlink("f", at("s"));
        fs().lutimens(at("s"), Timestamp.of(LONG_AGO), Timestamp.of(LONG_AGO));
        assertThat(fs().lstat(at("s")).mtime().toInstant()).isEqualTo(LONG_AGO);
        assertThat(fs().stat(at("s")).mtime().toInstant()).isAfter(LONG_AGO);
        Instant later = LONG_AGO.plusSeconds(1000);
        fs().utimens(at("s"), Timestamp.of(later), Timestamp.of(later));
        assertThat(fs().lstat(at("s")).mtime().toInstant()).isEqualTo(LONG_AGO);
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(later);
    }

    @Test default void timesOfAnOpenFileAreSet() {
        try (PosixFile file = fs().open(file("f", ""))) {
            file.utimens(Timestamp.of(LONG_AGO), Timestamp.of(LONG_AGO));
            assertThat(file.stat().mtime().toInstant()).isEqualTo(LONG_AGO);
        }
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(LONG_AGO);
    }

    @Test default void timesOfADirectoryAreSet() {
        age(directory("d"));
        assertThat(fs().stat(at("d")).mtime().toInstant()).isEqualTo(LONG_AGO);
    }

    @Test default void onlyTheOwnerSetsTimes() {
        file("f", "");
        fs().chmod(at("f"), 0666);
        fails(Errno.EPERM, () -> alice().utimens(at("f"), Timestamp.of(LONG_AGO), Timestamp.of(LONG_AGO)));
        fails(Errno.EPERM, () -> alice().utimens(at("f"), Timestamp.OMIT, Timestamp.NOW));
        file(alice(), "g", "");
        alice().utimens(at("g"), Timestamp.of(LONG_AGO), Timestamp.of(LONG_AGO));
        assertThat(fs().stat(at("g")).mtime().toInstant()).isEqualTo(LONG_AGO);
    }

    @Test default void aWriterMaySetBothTimesToNow() {
        age(file("f", ""));
        fs().chmod(at("f"), 0646);
        alice().utimens(at("f"), Timestamp.NOW, Timestamp.NOW);
        assertThat(fs().stat(at("f")).mtime().toInstant()).isAfter(LONG_AGO);
        fs().chmod(at("f"), 0644);
        fails(Errno.EACCES, () -> alice().utimens(at("f"), Timestamp.NOW, Timestamp.NOW));
    }

    @Test default void theOwnerMaySetTimesOfWhatMayNotBeWritten() {
        file(alice(), "f", "");
        fs().chmod(at("f"), 0);
        alice().utimens(at("f"), Timestamp.NOW, Timestamp.NOW);
        alice().utimens(at("f"), Timestamp.of(LONG_AGO), Timestamp.of(LONG_AGO));
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(LONG_AGO);
    }

    @Test default void writingMovesTheTimesOfModificationAndChange() {
        age(file("f", "content"));
        Stat before = fs().stat(at("f"));
        tick();
        try (PosixFile file = open(at("f"))) {
            write(file, "C", 0);
        }
        Stat after = fs().stat(at("f"));
        assertThat(after.mtime().toInstant()).isAfter(before.mtime().toInstant());
        assertThat(after.ctime().toInstant()).isAfter(before.ctime().toInstant());
    }

    @Test default void truncatingMovesTheTimesOfModificationAndChange() {
        age(file("f", "content"));
        Stat before = fs().stat(at("f"));
        tick();
        fs().truncate(at("f"), 3);
        Stat after = fs().stat(at("f"));
        assertThat(after.mtime().toInstant()).isAfter(before.mtime().toInstant());
        assertThat(after.ctime().toInstant()).isAfter(before.ctime().toInstant());
    }

    @Test default void openingToTruncateMovesTheTimes() {
        age(file("f", "content"));
        fs().open(at("f"), 0, WRITE, TRUNCATE).close();
        assertThat(fs().stat(at("f")).mtime().toInstant()).isAfter(LONG_AGO);
    }

    @Test default void readingMovesOnlyTheAccessTime() {
        age(file("f", "content"));
        Stat before = fs().stat(at("f"));
        tick();
        assertThat(content(at("f"))).isEqualTo("content");
        Stat after = fs().stat(at("f"));
        assertThat(after.mtime().toInstant()).isEqualTo(before.mtime().toInstant());
        assertThat(after.ctime().toInstant()).isEqualTo(before.ctime().toInstant());
    }

    @Test default void openingAnExistingFileMovesNoTime() {
        age(file("f", "content"));
        Stat before = fs().stat(at("f"));
        tick();
        fs().open(at("f"), 0600, READ, WRITE, CREATE).close();
        assertThat(fs().stat(at("f"))).isEqualTo(before);
    }

    @Test default void aNewNameMovesTheTimesOfItsDirectory() {
        directory("d");
        for (String name : new String[]{"file", "directory", "link"}) {
            age(at("d"));
            Instant changed = fs().stat(at("d")).ctime().toInstant();
            tick();
            switch (name) {
                case "file" -> file("d/file", "");
                case "directory" -> directory("d/directory");
                default -> fs().symlink("file", at("d/link"));
            }
            assertThat(fs().stat(at("d")).mtime().toInstant()).isAfter(LONG_AGO);
            assertThat(fs().stat(at("d")).ctime().toInstant()).isAfter(changed);
        }
    }

    @Test default void aRemovedNameMovesTheTimesOfItsDirectory() {
        directory("d");
        file("d/f", "");
        directory("d/e");
        age(at("d"));
        fs().unlink(at("d/f"));
        assertThat(fs().stat(at("d")).mtime().toInstant()).isAfter(LONG_AGO);
        age(at("d"));
        fs().rmdir(at("d/e"));
        assertThat(fs().stat(at("d")).mtime().toInstant()).isAfter(LONG_AGO);
    }

    @Test default void writingToAFileMovesNoTimeOfItsDirectory() {
        directory("d");
        file("d/f", "");
        age(at("d"));
        try (PosixFile file = open(at("d/f"))) {
            write(file, "content", 0);
        }
        assertThat(fs().stat(at("d")).mtime().toInstant()).isEqualTo(LONG_AGO);
    }

    @Test default void changesOfAttributesMoveOnlyTheTimeOfChange() {
        age(file("f", ""));
        Instant before = fs().stat(at("f")).ctime().toInstant();
        tick();
        fs().chmod(at("f"), 0600);
        Stat moded = fs().stat(at("f"));
        assertThat(moded.ctime().toInstant()).isAfter(before);
        assertThat(moded.mtime().toInstant()).isEqualTo(LONG_AGO);
        tick();
        fs().chown(at("f"), 7, 8);
        assertThat(fs().stat(at("f")).ctime().toInstant()).isAfter(moded.ctime().toInstant());
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(LONG_AGO);
    }

    @Test default void openingAnEmptyFileToTruncateMovesItsTimes() {
        age(file("f", ""));
        fs().open(at("f"), 0, WRITE, TRUNCATE).close();
        assertThat(fs().stat(at("f")).mtime().toInstant()).isAfter(LONG_AGO);
    }

    @Test default void anOpenForWritingAllowsNoChangeOfTimes() {
        file("f", "");
        fs().chmod(at("f"), 0666);
        try (PosixFile file = alice().open(at("f"), WRITE)) {
            fails(Errno.EPERM, () -> file.utimens(Timestamp.of(LONG_AGO), Timestamp.of(LONG_AGO)));
            file.utimens(Timestamp.NOW, Timestamp.NOW);
        }
    }

    @Test default void omittingBothTimesDoesNothingForAnyUser() {
        age(file("f", ""));
        Stat before = fs().stat(at("f"));
        tick();
        alice().utimens(at("f"), Timestamp.OMIT, Timestamp.OMIT);
        assertThat(fs().stat(at("f"))).isEqualTo(before);
    }
}

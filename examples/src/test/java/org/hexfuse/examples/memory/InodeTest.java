package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InodeTest extends TreeFixture {
    private static final Instant BIRTH = Instant.ofEpochSecond(1);

    private RegularFile file;

    @BeforeEach void aFile() {
        file = file("f");
        nextSecond();
    }

    private void assertTimes(Inode inode, Instant atime, Instant mtime, Instant ctime) {
        assertThat(inode.stat()).returns(atime, Stat::atime).returns(mtime, Stat::mtime).returns(ctime, Stat::ctime);
    }

    @Nested class Times {
        @Test void ofWriting() {
            write(file, 0, "x");
            assertTimes(file, BIRTH, time, time);
        }

        @Test void ofWritingNothing() {
            write(file, 0, "");
            assertTimes(file, BIRTH, BIRTH, BIRTH);
        }

        @Test void ofReading() {
            file.accessed(time);
            assertTimes(file, time, BIRTH, BIRTH);
        }

        @Test void ofTruncatingAlsoToTheSameSize() {
            file.change(Change.ofSize(0, false), time);
            assertTimes(file, BIRTH, time, time);
        }

        @Test void ofChangingAttributes() {
            file.change(Change.ofMode(0600), time);
            assertTimes(file, BIRTH, BIRTH, time);
        }

        @Test void ofBeingSet() {
            Instant early = Instant.ofEpochSecond(-5_000_000_000L, 1);
            Instant late = Instant.ofEpochSecond(50_000_000_000L, 999_999_999);
            file.change(Change.ofTimes(Optional.of(early), Optional.of(late)), time);
            assertTimes(file, early, late, time);
        }

        @Test void ofLinksAndTheirDirectory() {
            tree.link(file.number(), ROOT, name("g"));
            assertTimes(file, BIRTH, BIRTH, time);
            assertTimes(tree.root(), BIRTH, time, time);
            nextSecond();
            tree.unlink(ROOT, name("g"));
            assertTimes(file, BIRTH, BIRTH, time);
            assertTimes(tree.root(), BIRTH, time, time);
        }

        @Test void ofListing() {
            tree.list(ROOT, 0, (_, _, _) -> true);
            assertTimes(tree.root(), time, BIRTH, BIRTH);
        }

        @Test void ofExtendedAttributes() {
            file.setXattr(name("user.a"), new byte[1], 0, time);
            assertTimes(file, BIRTH, BIRTH, time);
            nextSecond();
            file.removeXattr(name("user.a"), time);
            assertTimes(file, BIRTH, BIRTH, time);
        }
    }

    @Nested class Privileges {
        private int modeAfter(int mode, Change change) {
            file.change(Change.ofMode(mode), time);
            return file.change(change, time).mode() & 07777;
        }

        @ParameterizedTest
        @CsvSource({"06755,0755", "06745,02745", "04711,0711", "0644,0644"}) void endWithANewOwner(String mode,
                String after) {
            Change owner = Change.ofOwner(OptionalInt.of(5), OptionalInt.empty());
            assertThat(modeAfter(Integer.parseInt(mode, 8), owner)).isEqualTo(Integer.parseInt(after, 8));
            assertThat(file.stat()).returns(5, Stat::uid).returns(100, Stat::gid);
        }

        @Test void ofADirectoryStayWithANewOwner() {
            Directory d = directory("d");
            d.change(Change.ofMode(02755), time);
            assertThat(d.change(Change.ofOwner(OptionalInt.of(5), OptionalInt.of(6)), time).mode())
                    .isEqualTo(0042755);
        }

        @Test void endWithANewSizeUnlessTheCallerMayKeepThem() {
            assertThat(modeAfter(06755, Change.ofSize(1, false))).isEqualTo(06755);
            assertThat(modeAfter(06755, Change.ofSize(1, true))).isEqualTo(0755);
        }

        @Test void endWithWritingUnlessTheCallerMayKeepThem() {
            file.change(Change.ofMode(06755), time);
            file.setXattr(name("security.capability"), new byte[20], 0, time);
            file.write(0, 1, source("x"), false, time);
            assertThat(file.mode()).isEqualTo(0106755);
            assertThat(file.xattrNames()).hasSize(1);
            file.append(1, source("x"), true, time);
            assertThat(file.mode()).isEqualTo(0100755);
            assertThat(file.xattrNames()).isEmpty();
        }

        @Test void canBeSetAgainInTheSameChange() {
            var both = new Change(OptionalInt.of(04755), OptionalInt.of(5), OptionalInt.of(6),
                    java.util.OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);
            assertThat(file.change(both, time).mode()).isEqualTo(0104755);
        }
    }

    @Test void aChangeOfModeKeepsTheType() {
        assertThat(file.change(Change.ofMode(0040777), time).mode()).isEqualTo(0100777);
    }

    @Test void aChangeThatFailsChangesNothing() {
        Directory d = directory("d");
        Stat before = d.stat();
        nextSecond();
        var change = new Change(OptionalInt.of(0), OptionalInt.of(5), OptionalInt.empty(),
                java.util.OptionalLong.of(1), Optional.empty(), Optional.empty(), Optional.empty(), false);
        assertFails(Errno.EISDIR, () -> d.change(change, time));
        assertThat(d.stat()).isEqualTo(before);
        Inode fifo = tree.makeNode(ROOT, name("p"), 0010600, 0, ANNA);
        assertFails(Errno.EINVAL, () -> fifo.change(change, time));
    }

    @Nested class ExtendedAttributesOfANode {
        private void set(String name, String value, int flags) {
            file.setXattr(name(name), value.getBytes(UTF_8), flags, time);
        }

        @Test void areSetListedAndRemoved() {
            set("user.a", "1", 0);
            set("trusted.overlay.redirect", "22", ExtendedAttributes.CREATE);
            set("user.a", "333", ExtendedAttributes.REPLACE);
            assertThat(file.xattr(name("user.a"))).asString(UTF_8).isEqualTo("333");
            assertThat(file.xattrNames()).containsExactlyInAnyOrder(name("user.a"), name("trusted.overlay.redirect"));
            assertThat(space.usedBytes()).isEqualTo(6 + 3 + 24 + 2);
            file.removeXattr(name("user.a"), time);
            file.removeXattr(name("trusted.overlay.redirect"), time);
            assertThat(space.usedBytes()).isZero();
        }

        @Test void thatAreMissingAreNoData() {
            assertFails(Errno.ENODATA, () -> file.xattr(name("user.a")));
            assertFails(Errno.ENODATA, () -> file.removeXattr(name("user.a"), time));
            assertFails(Errno.ENODATA, () -> set("user.a", "", ExtendedAttributes.REPLACE));
        }

        @Test void areRefusedWhenTheyMakeNoSense() {
            set("user.a", "", 0);
            assertFails(Errno.EEXIST, () -> set("user.a", "", ExtendedAttributes.CREATE));
            assertFails(Errno.EINVAL, () -> set("user.a", "", 3));
            assertFails(Errno.EINVAL, () -> set("user.a", "", 4));
            assertFails(Errno.EOPNOTSUPP, () -> set("system.posix_acl_access", "", 0));
            assertFails(Errno.EOPNOTSUPP, () -> set("nothing", "", 0));
            assertFails(Errno.ERANGE, () -> set("user." + "n".repeat(251), "", 0));
        }

        @Test void areLimited() {
            set("user.large", "v".repeat(65_536), 0);
            assertFails(Errno.E2BIG, () -> set("user.larger", "v".repeat(65_537), 0));
            for (int i = 100; i < 355; i++) {
                set("user." + i + "n".repeat(247), "", 0);
            }
            assertFails(Errno.ENOSPC, () -> set("user.one" + "n".repeat(247), "", 0));
            assertThat(file.xattrNames().stream().mapToInt(name -> name.length() + 1).sum()).isLessThan(65_537);
        }

        @Test void takeSpaceUntilTheirNodeEnds() {
            for (int i = 0; i < 15; i++) {
                set("user." + i, "v".repeat(65_536), 0);
            }
            long used = space.usedBytes();
            assertFails(Errno.ENOSPC, () -> set("user.16", "v".repeat(65_536), 0));
            assertThat(space.usedBytes()).isEqualTo(used);
            tree.unlink(ROOT, name("f"));
            tree.forget(file.number(), 1);
            assertThat(space.usedBytes()).isZero();
        }
    }
}

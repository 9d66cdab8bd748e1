package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.hexfuse.posix.Timespec;
import org.hexfuse.abi.Errno;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.AccessControlList.Entry;
import org.hexfuse.posix.AccessControlList.Tag;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InodeTest extends TreeFixture {
    private static final Timespec BIRTH = new Timespec(1, 0);

    private RegularFile file;

    @BeforeEach void aFile() {
        file = file("f");
        nextSecond();
    }

    private void assertTimes(Inode inode, Timespec atime, Timespec mtime, Timespec ctime) {
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
            Timespec early = new Timespec(-5_000_000_000L, 1);
            Timespec late = new Timespec(50_000_000_000L, 999_999_999);
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

    @Nested class Lists {
        private static final Entry OWNER = new Entry(Tag.OWNER, 7);
        private static final Entry BOB = new Entry(Tag.USER, 6, 5);
        private static final Entry GROUP = new Entry(Tag.OWNING_GROUP, 4);
        private static final Entry MASK = new Entry(Tag.MASK, 6);
        private static final Entry OTHERS = new Entry(Tag.OTHERS, 1);
        private static final AccessControlList NAMING = AccessControlList.of(List.of(OWNER, BOB, GROUP, MASK, OTHERS));
        private static final AccessControlList PLAIN = AccessControlList.of(List.of(OWNER, GROUP, OTHERS));

        private final long before = space.usedBytes();

        private AccessControlList access(Inode inode) {
            return AccessControlList.parse(inode.xattr(AccessControlList.ACCESS)).orElseThrow();
        }

        private Directory withDefault(AccessControlList list) {
            Directory d = directory("d");
            d.setListForChildren(Optional.of(list), time);
            return d;
        }

        @Test void areShownByTheMode() {
            file.change(Change.ofMode(02600), time);
            file.setAccessList(Optional.of(NAMING), false, time);
            assertThat(file.mode()).isEqualTo(0102761);
            assertThat(access(file)).isEqualTo(NAMING);
            assertThat(file.xattrNames()).containsExactly(AccessControlList.ACCESS);
            assertTimes(file, BIRTH, BIRTH, time);
            file.setAccessList(Optional.of(NAMING), true, time);
            assertThat(file.mode()).isEqualTo(0100761);
        }

        @Test void thatSayNoMoreThanAModeAreNoMore() {
            file.setAccessList(Optional.of(NAMING), false, time);
            file.setAccessList(Optional.of(PLAIN), false, time);
            assertThat(file.mode()).isEqualTo(0100741);
            assertThat(file.xattrNames()).isEmpty();
            assertThat(space.usedBytes()).isEqualTo(before);
        }

        @Test void followTheMode() {
            file.setAccessList(Optional.of(NAMING), false, time);
            file.change(Change.ofMode(0510), time);
            assertThat(access(file)).isEqualTo(AccessControlList.of(List.of(new Entry(Tag.OWNER, 5), BOB, GROUP,
                    new Entry(Tag.MASK, 1), new Entry(Tag.OTHERS, 0))));
            file.setAccessList(Optional.empty(), false, time);
            file.setAccessList(Optional.empty(), false, time);
            assertThat(file.mode()).isEqualTo(0100510);
            assertThat(file.xattrNames()).isEmpty();
        }

        @Test void ofADirectoryArePassedOnInPlaceOfTheUmask() {
            Directory d = withDefault(NAMING);
            RegularFile f = tree.createFile(d.number(), name("f"), 0666, new Maker(1, 1, 077));
            assertThat(f.mode()).isEqualTo(0100660);
            assertThat(access(f).entries()).containsExactly(new Entry(Tag.OWNER, 6), BOB, GROUP, MASK,
                    new Entry(Tag.OTHERS, 0));
            Directory e = tree.makeDirectory(d.number(), name("e"), 0777, new Maker(1, 1, 077));
            assertThat(e.mode()).isEqualTo(0040761);
            assertThat(e.listForChildren()).contains(NAMING);
            assertThat(tree.makeSymbolicLink(d.number(), name("l"), name("x"), ANNA).xattrNames()).isEmpty();
            assertThat(tree.createNameless(d.number(), 0600, new Maker(1, 1, 077)).mode()).isEqualTo(0100600);
        }

        @Test void thatSayNoMoreThanAModeArePassedOnToDirectoriesAlone() {
            Directory d = withDefault(PLAIN);
            assertThat(tree.createFile(d.number(), name("f"), 0666, ANNA)).returns(0100640, Inode::mode)
                    .returns(List.of(), Inode::xattrNames);
            assertThat(tree.makeDirectory(d.number(), name("e"), 0777, ANNA).xattrNames())
                    .containsExactly(AccessControlList.DEFAULT);
        }

        @Test void belongToDirectoriesWhereTheyAreForOthers() {
            assertFails(Errno.EACCES, () -> file.setListForChildren(Optional.of(NAMING), time));
            file.setListForChildren(Optional.empty(), time);
            SymbolicLink link = tree.makeSymbolicLink(ROOT, name("l"), name("x"), ANNA);
            assertFails(Errno.EOPNOTSUPP, () -> link.setAccessList(Optional.of(NAMING), false, time));
        }

        @Test void takeRoomThatComesBack() {
            file.setAccessList(Optional.of(NAMING), false, time);
            assertThat(space.usedBytes() - before).isEqualTo(44 + AccessControlList.ACCESS.length());
            tree.unlink(ROOT, name("f"));
            tree.forget(file.number(), 1);
            assertThat(space.usedBytes()).isEqualTo(before);
        }

        @Test void forWhichThereIsNoRoomEndTheMaking() {
            Directory d = withDefault(NAMING);
            long nodes = space.usedNodes();
            long room = space.takeUpTo(BYTES);
            space.giveBack(60);
            assertFails(Errno.ENOSPC, () -> directory(d.number(), "e"));
            assertThat(space.usedNodes()).isEqualTo(nodes);
            assertThat(number(d.number(), "e")).isZero();
            assertThat(space.freeBytes()).isEqualTo(60);
            space.giveBack(room - 60);
            assertThat(directory(d.number(), "e").xattrNames()).hasSize(2);
        }
    }
}

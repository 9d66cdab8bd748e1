package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TreeTest extends TreeFixture {
    @Test void aNewFileBelongsToItsMakerAndIsFoundAgain() {
        RegularFile file = file("f");
        Stat stat = file.stat();
        assertThat(stat).isEqualTo(new Stat(file.number(), 0100644, 1, 1000, 100, 0, 0, 0, time, time, time));
        assertThat(number(ROOT, "f")).isEqualTo(file.number());
        assertThat(number(ROOT, "g")).isZero();
    }

    @Test void namesAreBytes() {
        Name odd = Name.of(new byte[]{(byte) 0xFF, (byte) 0xC3, '\n'});
        RegularFile file = tree.createFile(ROOT, odd, 0644, ANNA);
        assertThat(tree.lookup(ROOT, odd)).containsSame(file);
        assertThat(tree.lookup(ROOT, Name.of(new byte[]{(byte) 0xFE, (byte) 0xC3, '\n'}))).isEmpty();
    }

    @Test void aNameHasUpTo255Bytes() {
        file("n".repeat(255));
        assertFails(Errno.ENAMETOOLONG, () -> file("n".repeat(256)));
        assertFails(Errno.ENAMETOOLONG, () -> tree.lookup(ROOT, name("ä".repeat(128))));
        assertFails(Errno.ENAMETOOLONG, () -> rename("n".repeat(255), "m".repeat(256)));
        assertFails(Errno.ENAMETOOLONG, () -> tree.unlink(ROOT, name("m".repeat(256))));
    }

    @ParameterizedTest
    @CsvSource({".,EEXIST", "..,EEXIST", "a/b,EINVAL", "'',ENOENT"}) void aNameThatIsNoneIsRefused(String name,
            Errno errno) {
        assertFails(errno, () -> file(name));
        assertFails(errno, () -> directory(name));
    }

    @Test void dotsCanBeLookedUp() {
        Directory sub = directory(directory("d").number(), "sub");
        assertThat(number(sub.number(), ".")).isEqualTo(sub.number());
        assertThat(number(sub.number(), "..")).isEqualTo(number(ROOT, "d"));
        assertThat(number(ROOT, "..")).isEqualTo(ROOT);
    }

    @Test void whatIsThereIsNotMadeAgain() {
        file("f");
        assertFails(Errno.EEXIST, () -> file("f"));
        assertFails(Errno.EEXIST, () -> directory("f"));
        assertFails(Errno.EEXIST, () -> tree.makeSymbolicLink(ROOT, name("f"), name("t"), ANNA));
        assertFails(Errno.EEXIST, () -> tree.link(number(ROOT, "f"), ROOT, name("f")));
        assertThat(space.usedNodes()).isEqualTo(2);
    }

    @Test void onlyDirectoriesHaveNames() {
        long file = file("f").number();
        assertFails(Errno.ENOTDIR, () -> tree.lookup(file, name("x")));
        assertFails(Errno.ENOTDIR, () -> file(file, "x"));
        assertFails(Errno.ENOTDIR, () -> tree.list(file, 0, (_, _, _) -> true));
        assertFails(Errno.ESTALE, () -> tree.lookup(999, name("x")));
    }

    @Test void aDirectoryHasALinkForEachSubdirectory() {
        Directory d = directory("d");
        assertThat(d.stat().links()).isEqualTo(2);
        directory(d.number(), "a");
        file(d.number(), "b");
        assertThat(d.stat().links()).isEqualTo(3);
        tree.removeDirectory(d.number(), name("a"));
        assertThat(d.stat().links()).isEqualTo(2);
        assertThat(tree.root().stat().links()).isEqualTo(3);
    }

    @Test void unlinkIsForFilesAndRemoveDirectoryForEmptyDirectories() {
        Directory d = directory("d");
        file(d.number(), "f");
        assertFails(Errno.EISDIR, () -> tree.unlink(ROOT, name("d")));
        assertFails(Errno.ENOTEMPTY, () -> tree.removeDirectory(ROOT, name("d")));
        assertFails(Errno.ENOTDIR, () -> tree.removeDirectory(d.number(), name("f")));
        assertFails(Errno.ENOENT, () -> tree.unlink(ROOT, name("g")));
        tree.unlink(d.number(), name("f"));
        tree.removeDirectory(ROOT, name("d"));
        assertThat(names(ROOT)).isEmpty();
    }

    @Test void nothingIsMadeInADirectoryThatWasRemoved() {
        Directory d = directory("d");
        RegularFile file = file("f");
        tree.removeDirectory(ROOT, name("d"));
        assertThat(d.stat().links()).isZero();
        assertFails(Errno.ENOENT, () -> file(d.number(), "x"));
        assertFails(Errno.ENOENT, () -> tree.link(file.number(), d.number(), name("x")));
        assertFails(Errno.ENOENT, () -> tree.rename(ROOT, name("f"), d.number(), name("x"), 0));
        assertFails(Errno.ENOENT, () -> tree.createNameless(d.number(), 0600, ANNA));
        assertFails(Errno.ENOENT, () -> tree.list(d.number(), 0, (_, _, _) -> true));
    }

    @Test void symbolicLinksKeepTheirTarget() {
        SymbolicLink link = tree.makeSymbolicLink(ROOT, name("l"), name("../ä"), ANNA);
        assertThat(link.target()).isEqualTo(name("../ä"));
        assertThat(link.stat()).returns(0120777, Stat::mode).returns(5L, Stat::size);
        assertFails(Errno.ENOENT, () -> tree.makeSymbolicLink(ROOT, name("m"), name(""), ANNA));
        assertFails(Errno.ENAMETOOLONG,
                () -> tree.makeSymbolicLink(ROOT, name("m"), name("t".repeat(4096)), ANNA));
    }

    @Test void nodesOfAllTypesAreMadeButDirectoriesAndLinks() {
        assertThat(tree.makeNode(ROOT, name("c"), 0020666, 0x103, ANNA).stat()).returns(0020666, Stat::mode)
                .returns(0x103, Stat::device);
        assertThat(tree.makeNode(ROOT, name("p"), 0010600, 0, ANNA).stat().mode()).isEqualTo(0010600);
        assertThat(tree.makeNode(ROOT, name("s"), 0140600, 0, ANNA).stat().mode()).isEqualTo(0140600);
        assertThat(tree.makeNode(ROOT, name("f"), 0100600, 7, ANNA)).isInstanceOf(RegularFile.class);
        assertThat(tree.makeNode(ROOT, name("g"), 0600, 0, ANNA)).isInstanceOf(RegularFile.class);
        assertFails(Errno.EPERM, () -> tree.makeNode(ROOT, name("x"), 0040600, 0, ANNA));
        assertFails(Errno.EINVAL, () -> tree.makeNode(ROOT, name("x"), 0120600, 0, ANNA));
        assertFails(Errno.EINVAL, () -> tree.makeNode(ROOT, name("x"), 0170600, 0, ANNA));
    }

    @Test void dataIsOnlyInRegularFiles() {
        long fifo = tree.makeNode(ROOT, name("p"), 0010600, 0, ANNA).number();
        assertFails(Errno.EISDIR, () -> tree.file(ROOT));
        assertFails(Errno.EINVAL, () -> tree.file(fifo));
    }

    @Test void aSetGroupIdDirectoryGivesItsGroup() {
        Directory d = directory("d");
        d.change(Change.ofOwner(java.util.OptionalInt.empty(), java.util.OptionalInt.of(77)), time);
        d.change(Change.ofMode(02775), time);
        assertThat(file(d.number(), "f").stat()).returns(77, Stat::gid).returns(0100644, Stat::mode);
        assertThat(directory(d.number(), "sub").stat()).returns(77, Stat::gid).returns(0042755, Stat::mode);
    }

    @Nested class HardLinks {
        @Test void areNamesOfOneNode() {
            RegularFile file = file("f");
            assertThat(tree.link(file.number(), ROOT, name("g"))).isSameAs(file);
            assertThat(file.stat().links()).isEqualTo(2);
            tree.unlink(ROOT, name("f"));
            assertThat(file.stat().links()).isEqualTo(1);
            assertThat(number(ROOT, "g")).isEqualTo(file.number());
        }

        @Test void areNotForDirectories() {
            Directory d = directory("d");
            assertFails(Errno.EPERM, () -> tree.link(d.number(), ROOT, name("e")));
        }

        @Test void areLimited() {
            RegularFile file = file("f");
            for (int i = 1; i < 65_000; i++) {
                tree.link(file.number(), ROOT, name("l" + i));
            }
            assertFails(Errno.EMLINK, () -> tree.link(file.number(), ROOT, name("m")));
            assertThat(file.stat().links()).isEqualTo(65_000);
        }

        @Test void areNotForWhatLostItsLastName() {
            RegularFile file = file("f");
            tree.unlink(ROOT, name("f"));
            assertFails(Errno.ENOENT, () -> tree.link(file.number(), ROOT, name("g")));
        }

        @Test void nameWhatWasMadeWithoutAName() {
            RegularFile file = tree.createNameless(ROOT, 0600, ANNA);
            assertThat(file.stat().links()).isZero();
            assertThat(names(ROOT)).isEmpty();
            tree.link(file.number(), ROOT, name("f"));
            assertThat(file.stat().links()).isEqualTo(1);
            tree.unlink(ROOT, name("f"));
            assertFails(Errno.ENOENT, () -> tree.link(file.number(), ROOT, name("f")));
        }
    }

    @Nested class ANodeLives {
        private boolean lives(Inode inode) {
            return tree.inodes().find(inode.number()).isPresent();
        }

        @Test void whileItHasAName() {
            RegularFile file = file("f");
            tree.forget(file.number(), 1);
            assertThat(lives(file)).isTrue();
            tree.unlink(ROOT, name("f"));
            assertThat(lives(file)).isFalse();
        }

        @Test void whileAKernelKnowsIt() {
            RegularFile file = file("f");
            tree.lookup(ROOT, name("f"));
            write(file, 0, "abc");
            tree.unlink(ROOT, name("f"));
            tree.forget(file.number(), 1);
            assertThat(read(file)).isEqualTo("abc");
            tree.forget(file.number(), 1);
            assertThat(lives(file)).isFalse();
            assertThat(space.usedBytes()).isZero();
            assertThat(space.usedNodes()).isEqualTo(1);
        }

        @Test void whileItIsOpen() {
            RegularFile file = file("f");
            file.opened();
            file.opened();
            tree.unlink(ROOT, name("f"));
            tree.forget(file.number(), 1);
            tree.closed(file.number());
            write(file, 0, "abc");
            assertThat(read(file)).isEqualTo("abc");
            tree.closed(file.number());
            assertThat(lives(file)).isFalse();
            assertFails(Errno.ESTALE, () -> write(file, 0, "abc"));
            assertFails(Errno.ESTALE, file::opened);
        }

        @Test void noLongerWithoutANameIfItNeverHadOne() {
            RegularFile file = tree.createNameless(ROOT, 0600, ANNA);
            write(file, 0, "abc");
            tree.forget(file.number(), 1);
            assertThat(lives(file)).isFalse();
            assertThat(space.usedBytes()).isZero();
        }

        @Test void andItsNumberIsNotUsedAgain() {
            long first = file("f").number();
            tree.unlink(ROOT, name("f"));
            tree.forget(first, 1);
            assertThat(file("f").number()).isGreaterThan(first);
        }

        @Test void alsoWhenMoreIsForgottenThanWasLookedUp() {
            RegularFile file = file("f");
            tree.forget(file.number(), 1000);
            tree.forget(12_345, 1);
            tree.lookup(ROOT, name("f"));
            tree.unlink(ROOT, name("f"));
            assertThat(lives(file)).isTrue();
        }
    }
}

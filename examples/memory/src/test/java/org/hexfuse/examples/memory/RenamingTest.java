package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.examples.memory.Renaming.EXCHANGE;
import static org.hexfuse.examples.memory.Renaming.NOREPLACE;

import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RenamingTest extends TreeFixture {
    private Directory d;
    private Directory e;

    @BeforeEach void twoDirectories() {
        d = directory("d");
        e = directory("e");
    }

    private void move(Directory from, String name, Directory to, String newName, int flags) {
        tree.rename(from.number(), name(name), to.number(), name(newName), flags);
    }

    private static int links(Directory directory) {
        return directory.stat().links();
    }

    @Test void movesAFile() {
        long file = file(d.number(), "f").number();
        move(d, "f", e, "g", 0);
        assertThat(names(d.number())).isEmpty();
        assertThat(number(e.number(), "g")).isEqualTo(file);
    }

    @Test void movesADirectoryWithItsParentsLinks() {
        Directory sub = directory(d.number(), "sub");
        move(d, "sub", e, "sub", 0);
        assertThat(links(d)).isEqualTo(2);
        assertThat(links(e)).isEqualTo(3);
        assertThat(number(sub.number(), "..")).isEqualTo(e.number());
    }

    @Test void replacesAFileWhichEnds() {
        RegularFile moved = file(d.number(), "f");
        RegularFile replaced = file(e.number(), "g");
        write(replaced, 0, "abc");
        tree.forget(replaced.number(), 1);
        move(d, "f", e, "g", 0);
        assertThat(number(e.number(), "g")).isEqualTo(moved.number());
        assertThat(tree.inodes().find(replaced.number())).isEmpty();
        assertThat(space.usedBytes()).isZero();
    }

    @Test void replacesAnEmptyDirectoryWithItsParentsLinks() {
        directory(d.number(), "sub");
        Directory replaced = directory(e.number(), "sub");
        move(d, "sub", e, "sub", 0);
        assertThat(replaced.stat().links()).isZero();
        assertThat(links(d)).isEqualTo(2);
        assertThat(links(e)).isEqualTo(3);
        rename("d", "e2");
        assertThat(links(tree.root())).isEqualTo(4);
    }

    @Test void refusesWhatDoesNotFit() {
        file("f");
        file(e.number(), "x");
        assertFails(Errno.ENOENT, () -> rename("none", "g"));
        assertFails(Errno.EISDIR, () -> rename("f", "d"));
        assertFails(Errno.ENOTDIR, () -> rename("d", "f"));
        assertFails(Errno.ENOTEMPTY, () -> rename("d", "e"));
        assertThat(names(ROOT)).containsExactly("d", "e", "f");
    }

    @Test void refusesToMoveADirectoryIntoItself() {
        Directory sub = directory(d.number(), "sub");
        Directory below = directory(sub.number(), "below");
        assertFails(Errno.EINVAL, () -> tree.rename(ROOT, name("d"), d.number(), name("x"), 0));
        assertFails(Errno.EINVAL, () -> tree.rename(ROOT, name("d"), below.number(), name("x"), 0));
        assertFails(Errno.EINVAL, () -> move(d, "sub", below, "x", NOREPLACE));
        assertFails(Errno.EINVAL, () -> tree.rename(ROOT, name("d"), sub.number(), name("below"), EXCHANGE));
        assertFails(Errno.EINVAL, () -> tree.rename(sub.number(), name("below"), ROOT, name("d"), EXCHANGE));
        assertFails(Errno.ENOTEMPTY, () -> tree.rename(sub.number(), name("below"), ROOT, name("d"), 0));
    }

    @Test void ofOneNodeToItselfChangesNothing() {
        RegularFile file = file("f");
        tree.link(file.number(), ROOT, name("g"));
        Stat before = file.stat();
        nextSecond();
        rename("f", "g");
        rename("f", "f");
        rename("d", "d");
        tree.rename(ROOT, name("f"), ROOT, name("g"), EXCHANGE);
        assertThat(names(ROOT)).containsExactly("d", "e", "f", "g");
        assertThat(file.stat()).isEqualTo(before);
    }

    @Test void withoutReplacingRefusesWhatIsThere() {
        file("f");
        file("g");
        assertFails(Errno.EEXIST, () -> tree.rename(ROOT, name("f"), ROOT, name("g"), NOREPLACE));
        assertFails(Errno.EEXIST, () -> tree.rename(ROOT, name("f"), ROOT, name("f"), NOREPLACE));
        tree.rename(ROOT, name("f"), ROOT, name("h"), NOREPLACE);
        assertThat(names(ROOT)).containsExactly("d", "e", "g", "h");
    }

    @Test void exchangesNodesOfAnyType() {
        Directory sub = directory(d.number(), "sub");
        file(sub.number(), "inside");
        long file = file(e.number(), "f").number();
        move(d, "sub", e, "f", EXCHANGE);
        assertThat(number(d.number(), "sub")).isEqualTo(file);
        assertThat(number(e.number(), "f")).isEqualTo(sub.number());
        assertThat(number(sub.number(), "..")).isEqualTo(e.number());
        assertThat(links(d)).isEqualTo(2);
        assertThat(links(e)).isEqualTo(3);
        assertFails(Errno.ENOENT, () -> move(d, "sub", e, "none", EXCHANGE));
    }

    @Test void exchangesTwoDirectories() {
        Directory one = directory(d.number(), "one");
        Directory two = directory(e.number(), "two");
        move(d, "one", e, "two", EXCHANGE);
        assertThat(links(d)).isEqualTo(3);
        assertThat(links(e)).isEqualTo(3);
        assertThat(number(one.number(), "..")).isEqualTo(e.number());
        assertThat(number(two.number(), "..")).isEqualTo(d.number());
    }

    @ParameterizedTest
    @ValueSource(ints = {NOREPLACE | EXCHANGE, 4, 8, 5, -1}) void refusesFlagsThatMakeNoSense(int flags) {
        file("f");
        assertFails(Errno.EINVAL, () -> tree.rename(ROOT, name("f"), ROOT, name("g"), flags));
    }

    @Test void changesTheTimesOfDirectoriesAndOfTheNode() {
        RegularFile file = file(d.number(), "f");
        nextSecond();
        move(d, "f", e, "f", 0);
        assertThat(d.stat()).returns(time, Stat::mtime).returns(time, Stat::ctime);
        assertThat(e.stat()).returns(time, Stat::mtime).returns(time, Stat::ctime);
        assertThat(file.stat()).returns(time, Stat::ctime).returns(before(), Stat::mtime);
    }
}

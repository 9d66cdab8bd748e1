package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;

class SpaceTest extends TreeFixture {
    @Test void isGivenBackWhenAllIsRemoved() {
        Directory d = directory("d");
        RegularFile file = file(d.number(), "f");
        write(file, 100_000, "x".repeat(100_000));
        file.setXattr(name("user.a"), new byte[100], 0, time);
        tree.makeSymbolicLink(d.number(), name("l"), name("target"), ANNA);
        assertThat(space.usedNodes()).isEqualTo(4);
        assertThat(space.usedBytes()).isGreaterThan(100_000);
        tree.unlink(d.number(), name("f"));
        tree.unlink(d.number(), name("l"));
        tree.removeDirectory(ROOT, name("d"));
        for (long number = 2; number <= 4; number++) {
            tree.forget(number, 1);
        }
        assertThat(space.usedBytes()).isZero();
        assertThat(space.usedNodes()).isEqualTo(1);
        assertThat(tree.inodes().size()).isEqualTo(1);
    }

    @Test void forNodesRunsOut() {
        for (int i = 1; i < NODES; i++) {
            file("f" + i);
        }
        assertFails(Errno.ENOSPC, () -> file("more"));
        assertFails(Errno.ENOSPC, () -> directory("more"));
        assertFails(Errno.ENOSPC, () -> tree.createNameless(ROOT, 0600, ANNA));
        assertThat(tree.root().stat().links()).isEqualTo(2);
        tree.unlink(ROOT, name("f1"));
        tree.forget(2, 1);
        file("more");
        assertThat(space.freeNodes()).isZero();
    }

    @Test void forBytesRunsOut() {
        RegularFile file = file("f");
        assertThat(write(file, 0, "x".repeat((int) BYTES + 1))).isEqualTo((int) BYTES);
        nextSecond();
        assertFails(Errno.ENOSPC, () -> write(file, BYTES, "x"));
        assertThat(file.stat()).returns(BYTES, Stat::size).returns(before(), Stat::mtime);
        assertFails(Errno.ENOSPC, () -> tree.makeSymbolicLink(ROOT, name("l"), name("target"), ANNA));
        assertThat(space.usedNodes()).isEqualTo(2);
        assertThat(number(ROOT, "l")).isZero();
        file.change(Change.ofSize(BYTES - 100, false), time);
        write(file, 0, "still there");
    }
}

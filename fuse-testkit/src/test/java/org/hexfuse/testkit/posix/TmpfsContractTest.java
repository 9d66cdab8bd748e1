package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;
import org.junit.jupiter.api.Test;

/** tmpfs passes the contract, so the contract requires what Linux does. */
class TmpfsContractTest extends PosixContract {
    private Tmpfs tmpfs;

    @Override protected PosixClient mount() throws Exception {
        tmpfs = Tmpfs.mount();
        return new LibcClient(tmpfs.path());
    }

    /** No part of the contract: many filesystems have a narrower range of times. */
    @Test void timesBeyondThoseOfInstantAreKept() {
        var last = new Timespec(Long.MAX_VALUE - 1, 999_999_999);
        var first = new Timespec(Long.MIN_VALUE + 1, 1);
        file("f", "");
        fs().utimens(at("f"), Timestamp.of(last), Timestamp.of(first));
        Stat stat = fs().stat(at("f"));
        assertThat(stat.atime()).isEqualTo(last);
        assertThat(stat.mtime()).isEqualTo(first);
        try (PosixFile open = fs().open(at("f"), 0, OpenFlag.READ)) {
            open.utimens(Timestamp.of(first), Timestamp.OMIT);
            assertThat(open.stat().atime()).isEqualTo(first);
        }
    }

    @Override protected void unmount() throws Exception {
        if (tmpfs != null) {
            tmpfs.close();
        }
    }
}

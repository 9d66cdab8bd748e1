package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;
import org.junit.jupiter.api.Test;

/** tmpfs passes the contract, so the contract requires what Linux does. */
class TmpfsContractTest extends PosixContract {
    private Path point;
    private boolean mounted;

    @Override protected PosixClient mount() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root, who alone may mount a tmpfs");
        point = Files.createTempDirectory("hexfuse-tmpfs-");
        Files.setPosixFilePermissions(point, PosixFilePermissions.fromString("rwxr-xr-x"));
        MountCalls.mount("tmpfs", point.toString(), "tmpfs", 0, "mode=0755,size=64m");
        mounted = true;
        return new LibcClient(point);
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
        if (mounted) {
            MountCalls.umount(point.toString(), MountFlags.UMOUNT_DETACH);
        }
        if (point != null) {
            Files.delete(point);
        }
    }
}

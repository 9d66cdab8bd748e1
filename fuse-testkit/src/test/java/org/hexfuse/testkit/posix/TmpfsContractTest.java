package org.hexfuse.testkit.posix;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;

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

    @Override protected void unmount() throws Exception {
        if (mounted) {
            MountCalls.umount(point.toString(), MountFlags.UMOUNT_DETACH);
        }
        if (point != null) {
            Files.delete(point);
        }
    }
}

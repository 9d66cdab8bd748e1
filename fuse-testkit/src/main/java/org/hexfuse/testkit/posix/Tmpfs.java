package org.hexfuse.testkit.posix;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;

/**
 * A tmpfs of 64 MiB on a directory of its own, which all users may search: what Linux does, to compare with. Closing unmounts it, also
 * while files are open.
 */
public final class Tmpfs implements AutoCloseable {
    private final Path path;

    private Tmpfs(Path path) {
        this.path = path;
    }

    /** Whether this process may mount one. */
    public static boolean isPermitted() { return ProcessIds.euid() == 0; }

    /** Mounts one; the test is skipped where this process may not. */
    public static Tmpfs mount() throws IOException {
        assumeTrue(isPermitted(), "not root, who alone may mount a tmpfs");
        Path point = Files.createTempDirectory("hexfuse-tmpfs-");
        boolean mounted = false;
        try {
            Files.setPosixFilePermissions(point, PosixFilePermissions.fromString("rwxr-xr-x"));
            MountCalls.mount("tmpfs", point.toString(), "tmpfs", 0, "mode=0755,size=64m");
            mounted = true;
        } finally {
            if (!mounted) {
                Files.delete(point);
            }
        }
        return new Tmpfs(point);
    }

    /** The root. */
    public Path path() {
        return path;
    }

    @Override public void close() throws IOException {
        MountCalls.umount(path.toString(), MountFlags.UMOUNT_DETACH);
        Files.delete(path);
    }
}

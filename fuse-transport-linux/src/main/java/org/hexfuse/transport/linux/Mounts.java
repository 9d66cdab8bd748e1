package org.hexfuse.transport.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** FUSE mounts of any process, such as those of dead servers. */
public final class Mounts {
    private Mounts() {}

    /**
     * Unmounts {@code mountPoint}, by {@code umount2(2)} for root and {@code fusermount3} for others. A mount of a dead server is
     * detached even if it is in use.
     *
     * @throws IOException if nothing is mounted there, or no FUSE filesystem, or if it is in use; the message is one line
     */
    public static void unmount(Path mountPoint) throws IOException {
        String point = point(mountPoint);
        try {
            Unmount.unmount(point, false);
        } catch (IOException e) {
            if (!Probe.isDead(point)) {
                throw e;
            }
            Unmount.unmount(point, true);
        }
    }

    /**
     * The mount point of a FUSE mount as the mount table has it, without a request to the filesystem that is mounted there.
     *
     * @throws IOException if nothing is mounted there, or no FUSE filesystem; the message is one line
     */
    public static String point(Path mountPoint) throws IOException {
        String point = resolve(mountPoint);
        fuseMount(mountPoint, point);
        return point;
    }

    /** Whether a path is no mount point but {@code /dev/fd/N}, a device that another process has mounted and passed on. */
    public static boolean isGiven(Path mountPoint) {
        return KernelMount.isGiven(mountPoint.toString());
    }

    /** The owner of a mount, its option {@code user_id}, an unsigned number; empty if nothing is mounted there. */
    public static OptionalInt user(Path mountPoint) throws IOException {
        return MountTable.readUser(resolve(mountPoint));
    }

    private static void fuseMount(Path mountPoint, String point) throws IOException {
        MountTable.Entry entry = MountTable.read().at(point)
                .orElseThrow(() -> new IOException(mountPoint + " is not mounted"));
        if (!entry.isFuse()) {
            throw new IOException(mountPoint + " is not a FUSE mount, its type is " + entry.type());
        }
    }

    /** Resolves symbolic links without a request to the filesystem that is mounted there. */
    private static String resolve(Path mountPoint) throws IOException {
        Path absolute = mountPoint.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null) {
            return absolute.toString();
        }
        Path resolved = parent.toRealPath().resolve(absolute.getFileName());
        boolean isMount = MountTable.read().at(resolved.toString()).isPresent();
        // A symbolic link to a mount point lies in the filesystem above, which is alive.
        return isMount || !Files.isSymbolicLink(resolved)
                ? resolved.toString()
                : resolve(parent.toRealPath().resolve(Files.readSymbolicLink(resolved)));
    }
}

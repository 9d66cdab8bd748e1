package org.hexfuse.transport.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** FUSE mounts of any process, such as those whose server has died. */
public final class Mounts {
    private Mounts() {}

    /**
     * Unmounts what is on {@code mountPoint}, by {@code umount2(2)} for root and {@code fusermount3} for others. A mount whose
     * server is gone is taken out of the tree even if somebody still uses it.
     *
     * @throws IOException if nothing is mounted there, or something other than FUSE, or if it is in use; one line
     */
    public static void unmount(Path mountPoint) throws IOException {
        String point = resolve(mountPoint);
        MountTable.Entry entry = MountTable.read().at(point)
                .orElseThrow(() -> new IOException(mountPoint + " is not mounted"));
        if (!entry.isFuse()) {
            throw new IOException(mountPoint + " is no FUSE mount but one of " + entry.type());
        }
        try {
            Unmount.unmount(point, false);
        } catch (IOException e) {
            if (!Probe.isDead(point)) {
                throw e;
            }
            Unmount.unmount(point, true);
        }
    }

    /** The mount point without symbolic links, without asking the filesystem that is mounted on it. */
    private static String resolve(Path mountPoint) throws IOException {
        Path absolute = mountPoint.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null) {
            return absolute.toString();
        }
        Path resolved = parent.toRealPath().resolve(absolute.getFileName());
        boolean isMount = MountTable.read().at(resolved.toString()).isPresent();
        // A link to a mount point: it is the link that is looked at, and it lies in a filesystem that lives.
        return isMount || !Files.isSymbolicLink(resolved)
                ? resolved.toString()
                : resolve(parent.toRealPath().resolve(Files.readSymbolicLink(resolved)));
    }
}

package org.hexfuse.transport.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.posix.DeviceNumber;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/** A mount that this process made, and its device; or a device that this process was given, whose mount another one made. */
final class KernelMount {
    static final String DEVICE = "/dev/fuse";
    /** Major 10 and minor 229. Source: Linux {@code Documentation/admin-guide/devices.txt}. */
    private static final long DEVICE_NUMBER = DeviceNumber.of(10, 229);

    private static final Pattern GIVEN = Pattern.compile("/dev/fd/([0-9]{1,7})");
    private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");

    private static final Logger LOG = Loggers.of(KernelMount.class);

    private final String point;
    private final Fd device;
    private final Optional<Fusermount.Guard> guard;
    private final boolean isGiven;
    private final Optional<MountTable.Entry> entry;

    private KernelMount(String point, Fd device, Optional<Fusermount.Guard> guard, boolean isGiven) {
        this.point = point;
        this.device = device;
        this.guard = guard;
        this.isGiven = isGiven;
        this.entry = isGiven ? Optional.empty() : lookUp(point);
    }

    /** Whether a path names a descriptor that this process was given. */
    static boolean isGiven(String path) {
        return GIVEN.matcher(path).matches();
    }

    /**
     * Takes over the descriptor of a device, which is closed with the mount. The process that mounted it also unmounts it.
     *
     * @param path {@code /dev/fd/N}
     */
    static KernelMount given(String path) throws IOException {
        Matcher number = GIVEN.matcher(path);
        if (!number.matches()) {
            throw new IllegalArgumentException("'" + path + "' names no descriptor");
        }
        try {
            if (!Files.getAttribute(Path.of("/proc/self/fd", number.group(1)), "unix:rdev").equals(DEVICE_NUMBER)) {
                throw new IOException(path + " is not the FUSE device");
            }
            return new KernelMount(path, Fd.inherited(Integer.parseInt(number.group(1))), Optional.empty(), true);
        } catch (NoSuchFileException e) {
            throw new IOException(path + " is not open in this process", e);
        }
    }

    /** A mount that was made with {@code device}, which is closed with it. */
    static KernelMount made(MountPoint point, Fd device) {
        return new KernelMount(point.path(), device, Optional.empty(), false);
    }

    static KernelMount mount(MountPoint point, MountOptions options) throws IOException {
        if (ProcessIds.euid() == 0 && !options.autoUnmount()) {
            try {
                return made(point, mountDirectly(point, options));
            } catch (LibcException e) {
                if (e.errno() != Errno.EPERM) {
                    throw e;
                }
                LOG.debug("{}; trying fusermount3", e.getMessage());
            }
        }
        return mountByProgram(point, options);
    }

    static KernelMount mountByProgram(MountPoint point, MountOptions options) throws IOException {
        Fusermount.Mounted mounted = Fusermount.mount(point, options);
        return new KernelMount(point.path(), mounted.device(), mounted.guard(), false);
    }

    /** A mount that another process made. Owns the descriptors: of the device, and of the guard's socket. */
    static KernelMount adopt(String point, Fd device, Optional<Fd> guard) {
        return new KernelMount(point, device, guard.map(socket -> new Fusermount.Guard(socket, Optional.empty())),
                false);
    }

    private static Fd mountDirectly(MountPoint point, MountOptions options) throws IOException {
        Fd device = openDevice();
        try {
            DirectMount.mount(device, point, options);
            return device;
        } catch (LibcException e) {
            device.close();
            throw e.errno() == Errno.ENODEV ? new IOException("this kernel has no FUSE", e) : e;
        }
    }

    /** Opens the device. A container may hide it behind another file, with which mount(2) would fail with EINVAL. */
    static Fd openDevice() throws IOException {
        try {
            Fd device = Fd.open(DEVICE, OpenFlags.RDWR);
            if (!Files.getAttribute(Path.of(DEVICE), "unix:rdev").equals(DEVICE_NUMBER)) {
                device.close();
                throw new IOException(DEVICE + " is hidden here: it is not the FUSE device");
            }
            return device;
        } catch (LibcException e) {
            throw switch (e.errno()) {
                case ENOENT, ENODEV, ENXIO -> new IOException("there is no /dev/fuse here: modprobe fuse", e);
                default -> e;
            };
        }
    }

    String point() {
        return point;
    }

    /** The device that the mount was made with. */
    Fd device() {
        return device;
    }

    /**
     * Unmounts, unless the mount is gone or covered by another one; detaches it from the tree if it is in use. May block on
     * requests without a reply, since dirty pages are written back first.
     */
    void unmount() throws IOException {
        if (isGiven) {
            return;
        }
        if (!isOurs()) {
            warnIfCovered();
            return;
        }
        try {
            Unmount.unmount(point, false);
        } catch (IOException e) {
            if (isOurs()) {
                LOG.debug("{}; detaching it", e.getMessage());
                Unmount.unmount(point, true);
            }
        }
    }

    /** A covered mount cannot be unmounted by its path, so the log names it. */
    private void warnIfCovered() {
        try {
            if (entry.isPresent() && MountTable.read().entries().contains(entry.get()) && !isOurs()) {
                LOG.warn(
                        "the mount on {} stays, without its server: another one covers it; unmount that one, then this: "
                                + "umount {}",
                        point, point);
            }
        } catch (IOException e) {
            LOG.debug("cannot read the mount table: {}", e.toString());
        }
    }

    /**
     * Aborts the connection, which ends every request, also one whose handler is blocked in the kernel on a lock that the
     * request holds. Uses MNT_FORCE where this process is allowed to, else the control filesystem where that is mounted. May
     * block as {@link #unmount} does.
     *
     * <p>Source: Linux {@code fs/fuse/inode.c} ({@code fuse_umount_begin}), {@code fs/fuse/control.c}.
     */
    void abort() {
        if (isGiven || !isOurs()) {
            return;
        }
        try {
            MountCalls.umount(point, MountFlags.UMOUNT_FORCE | MountFlags.UMOUNT_NOFOLLOW);
            LOG.warn("{} was unmounted by force", point);
        } catch (LibcException e) {
            LOG.debug("{}: {}", point, e.getMessage());
            abortByControl();
        }
    }

    private void abortByControl() {
        Optional<Path> control = entry
                .map(mount -> CONNECTIONS.resolve(mount.device().substring(mount.device().indexOf(':') + 1))
                        .resolve("abort"));
        if (control.isPresent() && Files.isWritable(control.get())) {
            try {
                Files.writeString(control.get(), "1");
            } catch (IOException e) {
                LOG.debug("{}: {}", control.get(), e.toString());
            }
        }
    }

    /** Closes the device. The kernel aborts the connection when its clones are closed, too. */
    void close() {
        device.close();
        guard.ifPresent(Fusermount.Guard::close);
    }

    /** Closes the descriptors of this process. Another one has the mount. */
    void release() {
        device.close();
        guard.ifPresent(present -> present.socket().close());
    }

    /** The socket of the child that unmounts when this process ends. */
    Optional<Fd> guardSocket() {
        return guard.map(Fusermount.Guard::socket);
    }

    /**
     * Whether the mount point leads to this mount. The kernel reuses the id and the device number of a mount that is gone, so
     * they identify it only while the connection is alive; else the mount there must be a dead one.
     */
    boolean isOurs() {
        return entry.isEmpty()
                || (lookUp(point).equals(entry) && (Probe.isConnected(device) || Probe.isDead(point)));
    }

    /** Empty without {@code /proc}; then the mount is assumed to be ours. */
    private static Optional<MountTable.Entry> lookUp(String point) {
        try {
            return MountTable.read().at(point);
        } catch (IOException e) {
            LOG.debug("cannot read the mount table: {}", e.toString());
            return Optional.empty();
        }
    }
}

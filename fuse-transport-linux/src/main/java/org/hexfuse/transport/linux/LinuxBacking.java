package org.hexfuse.transport.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.hexfuse.abi.BackingMap;
import org.hexfuse.abi.DeviceIoctl;
import org.hexfuse.abi.FuseException;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.ThreadCredentials;
import org.hexfuse.transport.BackingRegistry;

/** The backing files of a mount, registered by ioctls of its device. */
final class LinuxBacking implements BackingRegistry {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String EFFECTIVE = "CapEff:";
    private static final Path UID_MAP = Path.of("/proc/self/uid_map");
    private static final String ALL_IDS = "0 0 4294967295";
    /** Source: Linux {@code include/uapi/linux/capability.h}. */
    private static final int CAP_SYS_ADMIN = 21;

    private final Fd device;

    LinuxBacking(Fd device) {
        this.device = device;
    }

    @Override public Optional<String> refusal() {
        return isPrivileged() ? Optional.empty()
                : Optional.of("registering backing files needs CAP_SYS_ADMIN, which this process lacks");
    }

    /**
     * Whether it has the capability in the initial user namespace, which a process is taken to be in if all its user ids are those of
     * the system. Without {@code /proc} the kernel decides. Source: Linux {@code fs/fuse/backing.c}, {@code fuse_backing_open}.
     */
    private static boolean isPrivileged() {
        try {
            return ALL_IDS.equals(Files.readString(UID_MAP).strip().replaceAll(" +", " "))
                    && Files.readAllLines(STATUS).stream().filter(line -> line.startsWith(EFFECTIVE))
                            .map(line -> Long.parseUnsignedLong(line.substring(EFFECTIVE.length()).strip(), 16))
                            .allMatch(capabilities -> (capabilities >> CAP_SYS_ADMIN & 1) == 1);
        } catch (IOException _) {
            return true;
        }
    }

    /**
     * The kernel writes to the file with the credentials of who registers it. Without CAP_FSETID a write clears set-user-ID and
     * set-group-ID, which the kernel otherwise delegates to the server, who does not see it. Source: Linux {@code fs/fuse/passthrough.c}.
     */
    @Override public int open(int descriptor) {
        long capabilities = ThreadCredentials.capabilities();
        long without = capabilities & ~(1L << ThreadCredentials.CAP_FSETID);
        if (without == capabilities || Thread.currentThread().isVirtual()) {
            return register(descriptor);
        }
        ThreadCredentials.setCapabilities(without);
        try {
            return register(descriptor);
        } finally {
            ThreadCredentials.setCapabilities(capabilities);
        }
    }

    private int register(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment map = arena.allocate(BackingMap.SIZE, 8);
            BackingMap.FD.set(map, descriptor);
            return device.ioctl(DeviceIoctl.BACKING_OPEN.request(), map);
        } catch (LibcException e) {
            throw FuseException.of(e.errno(), e.getMessage());
        }
    }

    @Override public void close(int backingId) {
        try {
            device.ioctl(DeviceIoctl.BACKING_CLOSE.request(), backingId);
        } catch (LibcException e) {
            throw FuseException.of(e.errno(), e.getMessage());
        }
    }
}

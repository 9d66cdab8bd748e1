package org.hexfuse.transport.linux.uring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.IoUring;
import org.hexfuse.libc.LibcException;

/** Whether this machine can carry FUSE over io_uring, and what it lacks. */
public final class UringSupport {
    private static final Path ENABLED = Path.of("/sys/module/fuse/parameters/enable_uring");
    private static final Path POSSIBLE = Path.of("/sys/devices/system/cpu/possible");
    private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");

    private UringSupport() {}

    /** Why a mount would not use it, with what mends that, in a line; empty if it would. */
    public static Optional<String> refusal() {
        if (!isOn(ENABLED)) {
            return Optional.of(notOffered());
        }
        try {
            IoUring.create(1).close();
            return Optional.empty();
        } catch (LibcException e) {
            return Optional.of(refusal(e));
        }
    }

    /** Why a kernel has not offered it. */
    static String notOffered() {
        return notOffered(ENABLED);
    }

    static String notOffered(Path parameter) {
        return Files.exists(parameter) && !isOn(parameter)
                ? "it is turned off; as root: echo Y > " + parameter
                : "this kernel has no FUSE over io_uring, as Linux 6.14 has with CONFIG_FUSE_IO_URING";
    }

    private static boolean isOn(Path parameter) {
        try {
            return Files.readString(parameter).startsWith("Y");
        } catch (IOException _) {
            return false;
        }
    }

    /** Why a ring cannot be made. */
    static String refusal(LibcException failure) {
        return switch (failure.errno()) {
            case ENOSYS -> "this kernel has no io_uring, or a seccomp filter hides it, as in containers";
            case EPERM -> isForbidden()
                    ? "io_uring is forbidden; as root: sysctl kernel.io_uring_disabled=0"
                    : "io_uring is forbidden by a seccomp filter, as in containers";
            case ENOMEM -> "io_uring has no memory; ulimit -l may give it more";
            default -> failure.getMessage();
        };
    }

    private static boolean isForbidden() {
        try {
            return !Files.readString(DISABLED).startsWith("0");
        } catch (IOException _) {
            return false;
        }
    }

    /** Whether an errno of a command says that the connection has ended. */
    static boolean isDisconnect(Errno errno) {
        return switch (errno) {
            case ENOTCONN, ECONNABORTED, ENODEV, ECANCELED -> true;
            default -> false;
        };
    }

    /** How many queues a mount has: that of the processors that the kernel may ever have, also those that are offline. */
    public static int queues() {
        try {
            return count(Files.readString(POSSIBLE).strip());
        } catch (IOException | NumberFormatException _) {
            return Runtime.getRuntime().availableProcessors();
        }
    }

    /** The number of processors in a list such as {@code 0-3,8}. */
    static int count(String list) {
        int count = 0;
        for (String range : list.split(",", -1)) {
            int dash = range.indexOf('-');
            count += dash < 0 ? 1
                    : Integer.parseInt(range.substring(dash + 1)) - Integer.parseInt(range.substring(0, dash)) + 1;
        }
        return count;
    }

    /**
     * The memory of the requests of all queues, in bytes.
     *
     * @param depth the entries of a queue
     * @param payload the longest payload, in bytes
     */
    public static long memory(int depth, long payload) {
        return (long) queues() * depth * UringEntry.memory(payload);
    }
}

package org.hexfuse.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.Mount;
import org.hexfuse.transport.linux.Uring;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code hexfuse doctor}. */
@Command(name = "doctor", description = "Check whether this machine can mount, and report what is missing.", mixinStandardHelpOptions = true) final class DoctorCommand
        implements Callable<Integer> {
    private static final Path DEVICE = Path.of("/dev/fuse");
    private static final int SET_UID = 04000;
    private static final long MEBIBYTE = 1L << 20;
    /** Of a filesystem that does not choose another max_write. */
    private static final long LONGEST_PAYLOAD = MEBIBYTE;

    @Spec private CommandSpec spec;

    @Override public Integer call() throws Exception {
        boolean root = ProcessIds.euid() == 0;
        report(true, "Java " + Runtime.version() + " on " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + " " + System.getProperty("os.arch"), "");
        checkKernel();
        checkDevice(root);
        if (!root) {
            checkFusermount();
        }
        checkOtherUsers(root);
        checkUring();
        return tryMount() ? 0 : 1;
    }

    private void report(boolean good, String finding, String remedy) {
        PrintWriter out = spec.commandLine().getOut();
        out.println((good ? "ok    " : "-     ") + finding + (good || remedy.isEmpty() ? "" : ": " + remedy));
        out.flush();
    }

    private void checkKernel() throws IOException {
        Path list = Path.of("/proc/filesystems");
        boolean known = Files.isReadable(list) && Files.readAllLines(list).stream().anyMatch(l -> l.endsWith("\tfuse"));
        report(known, known ? "the kernel has FUSE" : "the kernel has no FUSE", "modprobe fuse");
    }

    private void checkDevice(boolean root) {
        try {
            Fd.open(DEVICE.toString(), OpenFlags.RDWR).close();
            report(true, DEVICE + " can be opened", "");
        } catch (LibcException e) {
            report(false, DEVICE + " cannot be opened, " + e.errno().message(), switch (e.errno()) {
                case ENOENT -> "modprobe fuse, or in a container: run it with --device " + DEVICE;
                case EACCES -> root ? "the container forbids it: run it with --device " + DEVICE
                        : "as root: chmod 666 " + DEVICE;
                case EPERM -> "the container forbids it: run it with --device " + DEVICE;
                default -> "modprobe fuse";
            });
        }
    }

    private void checkFusermount() throws IOException {
        Optional<Path> program = Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":", -1))
                .filter(directory -> !directory.isEmpty()).map(directory -> Path.of(directory, "fusermount3"))
                .filter(Files::isExecutable).findFirst();
        if (program.isEmpty()) {
            report(false, "fusermount3 is not installed, which mounts for users other than root",
                    "apt-get install fuse3");
            return;
        }
        int mode = (int) Files.getAttribute(program.get(), "unix:mode");
        report((mode & SET_UID) != 0,
                program.get() + ((mode & SET_UID) != 0 ? " is set-user-id" : " is not set-user-id"),
                "as root: chmod u+s " + program.get());
    }

    private void checkOtherUsers(boolean root) throws IOException {
        Path configuration = Path.of("/etc/fuse.conf");
        boolean allowed = root || (Files.isReadable(configuration)
                && Files.readAllLines(configuration).stream()
                        .anyMatch(line -> line.strip().equals("user_allow_other")));
        report(true, allowed ? "-o allow_other may be used"
                : "-o allow_other is for root only (user_allow_other in " + configuration + " changes that)",
                "");
    }

    /** It is no fault of the machine if it cannot: mounts are then served through the device. */
    private void checkUring() {
        long memory = Uring.memory(Uring.DEFAULT_DEPTH, LONGEST_PAYLOAD);
        report(true, Uring.refusal().map(reason -> "-o io_uring would have no effect: " + reason)
                .orElse("-o io_uring may be used: " + Uring.queues() + " queues of " + Uring.DEFAULT_DEPTH
                        + " requests, "
                        + (memory + MEBIBYTE - 1) / MEBIBYTE + " MiB a mount"),
                "");
    }

    /** Mounts a filesystem and reads from it. */
    private boolean tryMount() throws IOException, InterruptedException {
        Path point = Files.createTempDirectory("hexfuse-doctor-");
        try (Mount mount = Fuse.mount(new TrialFileSystem(), point)) {
            boolean reads = Files.readString(mount.mountPoint().resolve(TrialFileSystem.NAME))
                    .equals(TrialFileSystem.TEXT);
            report(reads, reads ? "a filesystem was mounted and read" : "a filesystem was mounted but not read", "");
            return reads;
        } catch (IOException e) {
            report(false, "mounting fails, " + ErrorReport.oneLine(e.getMessage()), "");
            return false;
        } finally {
            if (!Files.isSymbolicLink(point) && Files.isDirectory(point, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(point);
            }
        }
    }
}

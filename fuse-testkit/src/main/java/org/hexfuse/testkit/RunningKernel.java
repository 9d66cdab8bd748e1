package org.hexfuse.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.Mount;
import org.hexfuse.server.Session;
import org.junit.jupiter.api.Assumptions;

/**
 * A filesystem that the kernel which runs the test has mounted, on a directory of its own. The test is skipped, with the reason, where
 * there is no {@code /dev/fuse}, where this user is not permitted to mount, and where {@code fusermount3} is needed and not installed.
 * Any other failure of a mount fails the test.
 *
 * {@snippet :
 * try (var kernel = RunningKernel.mount(new Hello())) {
 *     assertEquals("Hello, world!\n", Files.readString(kernel.path().resolve("hello.txt")));
 * }
 * }
 *
 * <p>With {@link #failOnLeaks} a test also fails that leaves a file open or a request without a reply.
 *
 * <p>Needs the transport {@code linux:} at run time. {@link UserKernel} needs neither privilege nor mount.
 */
public final class RunningKernel implements AutoCloseable {
    /** The most node ids of one notification; the next one has the others. */
    private static final int MOST_PRUNED = 512;
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final String READABLE_BY_ALL = "rwxr-xr-x";
    /** What the transport, the kernel and {@code fusermount3} write where nobody, or not this user, can mount. */
    private static final Pattern CANNOT_MOUNT = Pattern
            .compile("no /dev/fuse here|/dev/fuse is hidden here|kernel has no FUSE|"
                    + "fuse: device not found|option allow_other only allowed|Operation not permitted|Permission denied|fusermount3 is not installed");

    private static final String[] FOR_CONTRACT = {"allow_other", "default_permissions", "suid", "dev"};

    private final Path point;
    private final Path socket;
    private Mount mount;
    private boolean offered;
    private boolean failsOnLeaks;

    private RunningKernel(Path point, Mount mount) {
        this.point = point;
        this.socket = point.resolveSibling(point.getFileName() + ".handover");
        this.mount = mount;
    }

    /**
     * Mounts a filesystem.
     *
     * @param options as those of {@link org.hexfuse.server.Fuse#mount}
     */
    public static RunningKernel mount(FuseFileSystem fileSystem, String... options)
            throws IOException, InterruptedException {
        return mount(FuseServer.serve(fileSystem), options);
    }

    /** Mounts the filesystem of a server. */
    public static RunningKernel mount(FuseServer.Builder server, String... options)
            throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
        Path point = Files.createTempDirectory("hexfuse-");
        var mounted = new AtomicBoolean();
        server.decorateLinks(link -> {
            mounted.set(true);
            return link;
        });
        try {
            Files.setPosixFilePermissions(point, PosixFilePermissions.fromString(READABLE_BY_ALL));
            return new RunningKernel(point, server.mount(point, options));
        } catch (IOException | RuntimeException e) {
            Files.delete(point);
            if (!mounted.get()) {
                skipIfNotPermitted(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    /** Skips the test if the message of a mount that failed says that this machine, or this user, cannot mount at all. */
    public static void skipIfNotPermitted(String message) {
        Assumptions.assumeFalse(CANNOT_MOUNT.matcher(message).find(), () -> "this user may not mount: " + message);
    }

    /**
     * Mounts a filesystem as {@link org.hexfuse.testkit.posix.PosixContract} needs it: by root, who alone may have device files, and for
     * all users.
     */
    public static RunningKernel mountForContract(FuseFileSystem fileSystem) throws IOException, InterruptedException {
        assumeRoot();
        return mount(fileSystem, FOR_CONTRACT);
    }

    /** As {@link #mountForContract}, over io_uring. */
    public static RunningKernel mountForContractOverIoUring(FuseFileSystem fileSystem)
            throws IOException, InterruptedException {
        assumeRoot();
        return mountOverIoUring(FuseServer.serve(fileSystem), FOR_CONTRACT);
    }

    private static void assumeRoot() throws IOException {
        Assumptions.assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "not root, who alone may have device files");
    }

    /**
     * Mounts a filesystem over io_uring, which is turned on for the machine until the mount has begun. The test is skipped where it cannot
     * be turned on; a filesystem or process that cannot have it is served through the device, which {@link Session#has} tells.
     */
    public static RunningKernel mountOverIoUring(FuseServer.Builder server, String... options)
            throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of(options));
        all.add("io_uring");
        RunningKernel kernel;
        try (var _ = UringSwitch.turnOn()) {
            kernel = mount(server, all.toArray(String[]::new));
        }
        return kernel;
    }

    /** The session of the mount. */
    public Session session() {
        return mount.sessions().getFirst();
    }

    /**
     * Hands the mount over to another filesystem, as to that of another process. If that fails, the former one goes on.
     *
     * @throws IOException with the reason, in one line
     */
    public void handOver(FuseFileSystem successor) throws IOException, InterruptedException {
        if (!offered) {
            mount.offerHandover(socket);
            offered = true;
        }
        Mount taken = Fuse.takeOver(successor, point, socket);
        mount.await();
        mount = taken;
        offered = false;
    }

    /** The mount point. */
    public Path path() {
        return point;
    }

    /**
     * Makes {@link #close} check {@link #assertNothingLeaked}, and that nothing else is in use, so that the kernel can unmount. Returns
     * this.
     */
    public RunningKernel failOnLeaks() {
        failsOnLeaks = true;
        return this;
    }

    /**
     * Checks that nothing is held of the filesystem: no open file or directory, no request without a reply, no other mount below. Waits,
     * at most two seconds, for what is in flight.
     *
     * @throws AssertionError if something is held; it names node ids and file handles
     */
    public void assertNothingLeaked() {
        Leaks.fail(leaks());
    }

    private List<String> leaks() {
        try {
            var leaks = new ArrayList<String>();
            MountTable.mountsIn(point).stream().filter(mounted -> !mounted.equals(point))
                    .forEach(mounted -> leaks.add("another mount is on " + mounted));
            leaks.addAll(Leaks.find(mount::sessions, () -> false, Leaks.PATIENCE));
            return leaks;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of("interrupted while looking for leaks");
        }
    }

    /**
     * Unmounts as {@code umount(8)} does, which Linux refuses as long as an inode is in use; its lookup count then stays. What is only
     * cached is not forgotten before the unmount and is no leak.
     *
     * @return what is in use; empty if it is unmounted
     */
    private List<String> unmountUnlessBusy() throws IOException {
        long deadline = System.nanoTime() + Leaks.PATIENCE.toNanos();
        try {
            while (!MountTable.unmounts(point)) {
                if (System.nanoTime() - deadline >= 0) {
                    var leaks = new ArrayList<String>();
                    leaks.add(
                            "the mount is in use: by a working directory, a file that is open as a path, or a mapping");
                    leaks.addAll(Leaks.find(mount::sessions, this::prune, Leaks.PATIENCE));
                    return leaks;
                }
                Thread.sleep(PAUSE);
            }
            mount.await();
            return List.of();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of("interrupted while unmounting");
        }
    }

    /**
     * Has the kernel drop what it caches, one level of a tree at a time: a directory stays as long as a name in it is cached, also one
     * that does not exist. Returns false before protocol 7.45, which has no NOTIFY_PRUNE.
     */
    private boolean prune() {
        boolean prunes = false;
        for (Session session : mount.sessions()) {
            long[] nodes = session.references().lookups().keySet().stream().mapToLong(Long::longValue)
                    .limit(MOST_PRUNED).toArray();
            prunes = session.minor() >= NotifyCode.PRUNE.since() && session.notifier().prune(nodes) == Errno.OK;
        }
        return prunes;
    }

    /**
     * Unmounts, and removes the mount point. Closing again does nothing.
     *
     * @throws AssertionError if something leaked and {@link #failOnLeaks} was called
     */
    @Override public void close() throws IOException {
        var leaks = new ArrayList<String>();
        try {
            if (failsOnLeaks && !mount.sessions().isEmpty()) {
                leaks.addAll(leaks());
                leaks.addAll(leaks.isEmpty() ? unmountUnlessBusy() : List.of());
            }
        } finally {
            mount.close();
        }
        List<Path> left = MountTable.mountsIn(point);
        left.forEach(mounted -> leaks.add("after the unmount a mount is on " + mounted));
        Files.deleteIfExists(socket);
        if (left.isEmpty()) {
            Files.deleteIfExists(point);
        }
        if (failsOnLeaks || !left.isEmpty()) {
            Leaks.fail(leaks);
        }
    }
}

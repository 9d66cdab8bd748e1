package org.hexfuse.transport.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.NativePath;
import org.hexfuse.libc.PosixFiles;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real mounts, made as root. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class MountTest {
    private static final int NOBODY = 65534;

    private static String classPath = "";
    private static Path classes;

    private Path directory;
    private Path point;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach void makeMountPoint() throws IOException {
        try {
            KernelMount.openDevice().close();
        } catch (IOException e) {
            assumeTrue(false, "no /dev/fuse here: " + e.getMessage());
        }
        assumeTrue(ProcessIds.euid() == 0, "not root");
        directory = Files.createTempDirectory("hexfuse-linux-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        point = Files.createDirectory(directory.resolve("a mount"));
    }

    @AfterEach void unmountWhateverHappened() throws Exception {
        for (AutoCloseable closeable : opened.reversed()) {
            closeable.close();
        }
        if (directory != null) {
            for (MountTable.Entry entry : MountTable.read().entries().reversed()) {
                if (entry.point().startsWith(directory.toString())) {
                    MountCalls.umount(entry.point(), MountFlags.UMOUNT_DETACH);
                }
            }
            List<String> leftovers = new ArrayList<>();
            try (var files = Files.walk(directory)) {
                files.sorted((a, b) -> b.compareTo(a)).forEach(file -> {
                    if (!file.toFile().delete()) {
                        leftovers.add(file.toString());
                    }
                });
            }
            assertThat(leftovers).isEmpty();
        }
    }

    private ServerEndpoint open(String options) throws IOException {
        ServerEndpoint endpoint = new LinuxTransport().open(address(options));
        opened.add(endpoint);
        return endpoint;
    }

    private Address address(String options) {
        return Address.parse("linux:" + point + (options.isEmpty() ? "" : "?" + options));
    }

    private TinyServer serve(String options, int workers) throws Exception {
        ServerLink link = open(options).accept().orElseThrow();
        TinyServer server = new TinyServer(link);
        opened.add(() -> {
            server.unstick();
            link.close();
            server.join();
            assertThat(server.failures).isEmpty();
        });
        return server.start(workers);
    }

    private boolean mounted() throws IOException {
        return MountTable.read().at(point.toString()).isPresent();
    }

    @Test void mountsAFilesystem() throws Exception {
        serve("", 1);
        assertThat(Files.getAttribute(point, "unix:mode")).isEqualTo(0040755);
        assertThat(Files.size(point.resolve("hello"))).isEqualTo(TinyServer.FILE_SIZE);
        assertThat(point.resolve("nothing")).doesNotExist();
        assertThat(PosixFiles.statfs(NativePath.of(point)).blocks()).isEqualTo(12345);
        byte[] content = Files.readAllBytes(point.resolve("hello"));
        assertThat(content).hasSize((int) TinyServer.FILE_SIZE);
        for (int i = 0; i < content.length; i += 997) {
            assertThat(content[i]).as("byte %d", i).isEqualTo(TinyServer.byteAt(i));
        }
    }

    @Test void distributesRequestsOverWorkers() throws Exception {
        TinyServer server = serve("", 4);
        var readers = new ArrayList<Thread>();
        var failures = new ConcurrentLinkedQueue<Throwable>();
        for (int i = 0; i < 8; i++) {
            readers.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int n = 0; n < 200; n++) {
                        Files.getAttribute(point, "unix:ctime");
                        Files.exists(point.resolve("hello"));
                    }
                } catch (IOException e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(failures).isEmpty();
        assertThat(server.refused).isEmpty();
        assertThat(server.answeredBy.stream().distinct()).hasSizeGreaterThan(1);
    }

    @Test void passesOptionsToTheKernel() throws Exception {
        serve("ro&noexec&fsname=a,b%25c&subtype=tiny&allow_other&default_permissions&max_read=65536", 1);
        String line = mountinfoLine();
        assertThat(line).contains(" ro,").contains("nosuid").contains("nodev").contains("noexec")
                .contains(" - fuse.tiny a,b%c ").contains("default_permissions").contains("allow_other")
                .contains("max_read=65536");
        assertThatThrownBy(() -> Files.createFile(point.resolve("x"))).hasMessageContaining("Read-only");
    }

    @Test void passesOptionsToTheKernelThroughFusermount() throws Exception {
        needsFusermount();
        MountOptions options = MountOptions.of(address("ro&noexec&noatime&fsname=a,b\\c&subtype=tiny&allow_other"));
        var link = new LinuxLink(KernelMount.mountByProgram(MountPoint.of(point.toString()), options), () -> {});
        opened.add(link);
        opened.add(0, new TinyServer(link).start(1)::join);
        assertThat(mountinfoLine()).contains(" ro,").contains("nosuid").contains("nodev").contains("noexec")
                .contains("noatime").contains(" - fuse.tiny a,b\\134c ").contains("allow_other");
        assertThat(Files.size(point.resolve("hello"))).isEqualTo(TinyServer.FILE_SIZE);
        link.shutdown();
        assertThat(mounted()).isFalse();
    }

    @Test void passesOptionsToAKernelThatHasOnlyMount2() throws Exception {
        MountOptions options = MountOptions.of(address("ro&noexec&noatime&fsname=a,b&subtype=tiny&max_read=65536"));
        MountPoint at = MountPoint.of(point.toString());
        Fd device = KernelMount.openDevice();
        DirectMount.mountAtOnce(device, at, options);
        var link = new LinuxLink(KernelMount.made(at, device), () -> {});
        opened.add(link);
        opened.add(0, new TinyServer(link).start(1)::join);
        assertThat(mountinfoLine()).contains(" ro,").contains("nosuid").contains("nodev").contains("noexec")
                .contains("noatime").contains(" - fuse.tiny a,b ").contains("max_read=65536");
        link.shutdown();
        assertThat(mounted()).isFalse();
    }

    @Test void servesADeviceThatWasMountedForIt() throws Exception {
        Fd device = KernelMount.openDevice();
        opened.add(device);
        DirectMount.mount(device, MountPoint.of(point.toString()), MountOptions.of(address("")));
        Address given = Address.parse("linux:/dev/fd/" + device.duplicate().value());
        ServerLink link = new LinuxTransport().open(given).accept().orElseThrow();
        var server = new TinyServer(link).start(2);
        assertThat(Files.size(point.resolve("hello"))).isEqualTo(TinyServer.FILE_SIZE);
        link.close();
        server.join();
        assertThat(mounted()).isTrue();
        assertThatThrownBy(() -> new LinuxTransport().open(given)).hasMessageContaining("is not open in this process");
        device.close();
        assertThatThrownBy(() -> Files.size(point.resolve("hello"))).isInstanceOf(IOException.class)
                .hasMessageContaining("not connected");
    }

    @Test void refusesADescriptorThatIsNoDevice() throws Exception {
        try (Fd.Pipe pipe = Fd.pipe()) {
            assertThatThrownBy(() -> new LinuxTransport().open(Address.parse("linux:/dev/fd/" + pipe.reader().value())))
                    .hasMessageContaining("is not the FUSE device");
        }
    }

    @Test void theKernelSaysWhichOptionIsWrong() throws Exception {
        MountPoint at = MountPoint.of(point.toString());
        var options = new MountOptions(0, List.of("allow_others"), "f", "", false, OptionalInt.empty());
        try (Fd device = KernelMount.openDevice()) {
            assertThatThrownBy(() -> DirectMount.mount(device, at, options)).hasMessageContaining("allow_others")
                    .hasMessageContaining("Unknown parameter");
        }
        assertThat(mounted()).isFalse();
    }

    private String mountinfoLine() throws IOException {
        int id = MountTable.read().at(point.toString()).orElseThrow().id();
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream().filter(line -> line.startsWith(id + " "))
                .findFirst().orElseThrow();
    }

    @Test void mountsOnARegularFile() throws Exception {
        Files.delete(point);
        Files.createFile(point);
        ServerLink link = open("").accept().orElseThrow();
        assertThat(mounted()).isTrue();
        link.close();
        assertThat(mounted()).isFalse();
    }

    @Test void anUnmountByAnotherProcessEndsTheSession() throws Exception {
        ServerEndpoint endpoint = open("");
        ServerLink link = endpoint.accept().orElseThrow();
        TinyServer server = new TinyServer(link).start(3);
        Files.size(point.resolve("hello"));
        run("umount", point.toString());
        server.join();
        assertThat(server.failures).isEmpty();
        assertThat(endpoint.accept()).as("there will be no other").isEmpty();
        link.close();
    }

    @Test void anAbortEndsTheSessionAndClosingUnmounts() throws Exception {
        TinyServer server = serve("", 2);
        Path control = Files.createDirectory(directory.resolve("control"));
        MountCalls.mount("none", control.toString(), "fusectl", 0, "");
        String device = MountTable.read().at(point.toString()).orElseThrow().device();
        Files.writeString(control.resolve(device.substring(device.indexOf(':') + 1) + "/abort"), "1");
        server.join();
        assertThat(server.failures).isEmpty();
        assertThatThrownBy(() -> PosixFiles.statfs(NativePath.of(point))).hasMessageContaining("ENOTCONN");
        assertThatThrownBy(() -> new LinuxTransport().open(address("")))
                .hasMessage(point + " is a mount whose server is gone: unmount it first");
        server.link.close();
        assertThat(mounted()).isFalse();
    }

    @Test void shutdownWhileIdleUnmountsAndWakesAllWorkers() throws Exception {
        TinyServer server = serve("", 4);
        long start = System.nanoTime();
        server.link.shutdown();
        assertThat(mounted()).isFalse();
        server.join();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        server.link.shutdown();
        server.link.close();
        server.link.close();
        assertThatThrownBy(server.link::openChannel).isInstanceOf(IOException.class).hasMessageContaining("shut down");
    }

    @Test void afterAShutdownNextReturnsNull() throws Exception {
        ServerLink link = open("").accept().orElseThrow();
        try (var channel = link.openChannel()) {
            link.shutdown();
            assertThat(channel.next()).isNull();
            assertThat(channel.next()).isNull();
        }
        link.close();
        assertThat(mounted()).isFalse();
    }

    @Test void shutdownDetachesABusyMountAndDisconnectsItsUsers() throws Exception {
        TinyServer server = serve("", 2);
        Process user = new ProcessBuilder("sh", "-c", "exec 3< hello && echo OPEN && read line && cat <&3").directory(
                point.toFile()).redirectErrorStream(true).start();
        try {
            assertThat(user.inputReader().readLine()).isEqualTo("OPEN");
            server.link.shutdown();
            assertThat(mounted()).isFalse();
            server.join();
            server.link.close();
            user.outputWriter().write("go on\n");
            user.outputWriter().flush();
            assertThat(new String(user.getInputStream().readAllBytes(), UTF_8))
                    .containsAnyOf("Transport endpoint is not connected", "Software caused connection abort");
            assertThat(user.waitFor()).isNotZero();
        } finally {
            user.destroyForcibly().waitFor();
        }
    }

    @Test void shutdownEndsThoughAHandlerIsBlocked() throws Exception {
        TinyServer server = serve("", 1);
        var result = new CompletableFuture<String>();
        Thread.ofPlatform().start(() -> {
            try {
                result.complete("read " + Files.readAllBytes(point.resolve("stuck")).length);
            } catch (IOException e) {
                result.complete(e.toString());
            }
        });
        server.reachedStuck.await();
        long start = System.nanoTime();
        server.link.shutdown();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(mounted()).isFalse();
        assertThat(result.get()).as("the caller is disconnected").doesNotContain("read");
        server.unstick();
        server.join();
        assertThat(server.refused).as("a late commit does nothing").containsOnly(Errno.ENOENT);
    }

    @Test void aWorkerMayShutTheLinkDown() throws Exception {
        ServerLink link = open("").accept().orElseThrow();
        opened.add(link);
        var ended = new CompletableFuture<Boolean>();
        var channel = link.openChannel();
        Thread.ofPlatform().start(() -> {
            try (channel) {
                channel.next().release();
                link.shutdown();
                while (true) {
                    var slot = channel.next();
                    if (slot == null) {
                        break;
                    }
                    slot.release();
                }
                ended.complete(true);
            } catch (IOException | InterruptedException | RuntimeException e) {
                ended.completeExceptionally(e);
            }
        });
        assertThat(ended.get(20, TimeUnit.SECONDS)).isTrue();
        Awaitility.await().until(() -> !mounted());
    }

    @Test void twoThreadsThatShutDownBothWaitForTheEnd() throws Exception {
        TinyServer server = serve("", 2);
        var both = new ArrayList<Thread>();
        var stillMounted = new ConcurrentLinkedQueue<Boolean>();
        for (int i = 0; i < 2; i++) {
            both.add(Thread.ofPlatform().start(() -> {
                server.link.shutdown();
                try {
                    stillMounted.add(mounted());
                } catch (IOException e) {
                    stillMounted.add(true);
                }
            }));
        }
        for (Thread thread : both) {
            thread.join();
        }
        assertThat(stillMounted).containsExactly(false, false);
    }

    @Test void keepsAMountThatCoversOurs() throws Exception {
        TinyServer server = serve("", 1);
        MountCalls.mount("none", point.toString(), "tmpfs", 0, "");
        server.link.shutdown();
        server.join();
        assertThat(MountTable.read().at(point.toString()).orElseThrow().type()).isEqualTo("tmpfs");
    }

    @Test void keepsALaterMountOnTheSamePoint() throws Exception {
        TinyServer server = serve("", 1);
        MountCalls.umount(point.toString(), 0);
        server.join();
        var options = MountOptions.of(address(""));
        KernelMount other = KernelMount.mount(MountPoint.of(point.toString()), options);
        opened.add(other::close);
        server.link.close();
        assertThat(other.isOurs()).isTrue();
    }

    @Test void closingTheEndpointUnmountsALinkThatWasNotAccepted() throws Exception {
        ServerEndpoint endpoint = open("");
        assertThat(mounted()).isTrue();
        assertThat(endpoint.address()).isEqualTo(address(""));
        endpoint.close();
        assertThat(mounted()).isFalse();
        assertThat(endpoint.accept()).isEmpty();
    }

    @Test void closingTheEndpointWakesAcceptAndKeepsTheLink() throws Exception {
        ServerEndpoint endpoint = open("");
        ServerLink link = endpoint.accept().orElseThrow();
        opened.add(link);
        var second = new CompletableFuture<Boolean>();
        Thread.ofVirtual().start(() -> {
            try {
                second.complete(endpoint.accept().isPresent());
            } catch (IOException | InterruptedException e) {
                second.completeExceptionally(e);
            }
        });
        Thread.sleep(50);
        assertThat(second).isNotDone();
        endpoint.close();
        assertThat(second.get()).isFalse();
        assertThat(mounted()).isTrue();
    }

    @Test void aNotificationIsAnsweredByTheKernel() throws Exception {
        TinyServer server = serve("", 1);
        try (var arena = Arena.ofConfined()) {
            var message = arena.allocate(OutHeader.SIZE + 24);
            OutHeader.LEN.set(message, (int) message.byteSize());
            OutHeader.ERROR.set(message, 2);
            message.set(JAVA_LONG_UNALIGNED, OutHeader.SIZE, 999);
            assertThat(server.link.send(message, message.byteSize())).as("no such node").isEqualTo(Errno.ENOENT);
            message.set(JAVA_LONG_UNALIGNED, OutHeader.SIZE, 1);
            assertThat(server.link.send(message, message.byteSize())).isEqualTo(Errno.OK);
            assertThat(server.link.send(message, 20)).isEqualTo(Errno.EINVAL);
            server.link.shutdown();
            assertThat(server.link.send(message, message.byteSize())).isEqualTo(Errno.ENOENT);
        }
    }

    @Test void leaksNoDescriptor() throws Exception {
        serveOnce();
        long before = deviceDescriptors();
        for (int i = 0; i < 10; i++) {
            serveOnce();
        }
        assertThat(deviceDescriptors()).isEqualTo(before).isZero();
    }

    private void serveOnce() throws Exception {
        try (ServerEndpoint endpoint = new LinuxTransport().open(address(""));
                ServerLink link = endpoint.accept().orElseThrow()) {
            TinyServer server = new TinyServer(link).start(2);
            Files.size(point.resolve("hello"));
            link.shutdown();
            server.join();
        }
    }

    private static long deviceDescriptors() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(fd -> {
                try {
                    return Files.readSymbolicLink(fd).toString().equals(KernelMount.DEVICE);
                } catch (IOException e) {
                    return false;
                }
            }).count();
        }
    }

    @Test void autoUnmountUnmountsWhenTheServerIsKilled() throws Exception {
        needsFusermount();
        Process server = program(List.of(), "auto_unmount");
        awaitLine(server, "MOUNTED");
        assertThat(point.resolve("hello")).exists();
        server.destroyForcibly().waitFor();
        Awaitility.await().until(() -> !mounted());
    }

    @Test void autoUnmountLeavesNoProcess() throws Exception {
        needsFusermount();
        TinyServer server = serve("auto_unmount", 1);
        assertThat(ProcessHandle.current().children().filter(MountTest::isFusermount)).hasSize(1);
        server.link.close();
        assertThat(ProcessHandle.current().children().filter(MountTest::isFusermount)).isEmpty();
        assertThat(mounted()).isFalse();
    }

    private static void needsFusermount() throws Exception {
        assumeTrue(new ProcessBuilder("which", "fusermount3").start().waitFor() == 0, "no fusermount3");
    }

    private static boolean isFusermount(ProcessHandle process) {
        return process.info().command().orElse("").endsWith("fusermount3");
    }

    @Test void unmountsTheDeadMountOfAKilledServer() throws Exception {
        Process server = program(List.of(), "");
        awaitLine(server, "MOUNTED");
        server.destroyForcibly().waitFor();
        assertThatThrownBy(() -> PosixFiles.stat(NativePath.of(point))).hasMessageContaining("ENOTCONN");
        Mounts.unmount(point);
        assertThat(mounted()).isFalse();
        assertThatThrownBy(() -> Mounts.unmount(point)).isInstanceOf(IOException.class)
                .hasMessage(point + " is not mounted");
    }

    @Test void detachesABusyDeadMountButNoLiveOne() throws Exception {
        Process server = program(List.of(), "");
        awaitLine(server, "MOUNTED");
        FileChannel channel = FileChannel.open(point.resolve("hello"));
        try {
            assertThatThrownBy(() -> Mounts.unmount(point)).hasMessageContaining("EBUSY");
            assertThat(channel.size()).isEqualTo(TinyServer.FILE_SIZE);
            server.destroyForcibly().waitFor();
            Mounts.unmount(point);
            assertThat(mounted()).isFalse();
        } finally {
            assertThatThrownBy(channel::close).isInstanceOf(IOException.class);
        }
    }

    @Test void unmountsFuseMountsOnly() throws Exception {
        MountCalls.mount("none", point.toString(), "tmpfs", 0, "");
        assertThatThrownBy(() -> Mounts.unmount(point)).hasMessage(point + " is not a FUSE mount, its type is tmpfs");
        assertThatThrownBy(() -> Mounts.unmount(directory)).hasMessage(directory + " is not mounted");
    }

    @Test void unmountsThroughASymbolicLink() throws Exception {
        TinyServer server = serve("", 1);
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("a mount"));
        Mounts.unmount(link);
        server.join();
        assertThat(mounted()).isFalse();
    }

    @Test void anUnprivilegedUserMountsThroughFusermount() throws Exception {
        needsFusermount();
        Files.setAttribute(point, "unix:uid", NOBODY);
        Files.setAttribute(point, "unix:gid", NOBODY);
        Process server = program(asNobody(), "fsname=nobodys");
        awaitLine(server, "MOUNTED");
        Path table = Path.of("/proc/" + server.pid() + "/mountinfo");
        assertThat(Files.readString(table)).contains("user_id=65534").contains(" nobodys ");
        Process stat = new ProcessBuilder("nsenter", "-m", "-t", Long.toString(server.pid()), "setpriv",
                "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "stat", "-c", "%s",
                point.resolve("hello").toString())
                .redirectErrorStream(true).start();
        opened.add(stat::destroyForcibly);
        assertThat(stat.inputReader().readLine()).isEqualTo(Long.toString(TinyServer.FILE_SIZE));
        server.getOutputStream().close();
        awaitLine(server, "ENDED 0");
        assertThat(server.waitFor()).isZero();
    }

    @Test void reportsTheMessageOfFusermount() throws Exception {
        needsFusermount();
        Process server = program(asNobody(), "");
        assertThat(new String(server.getInputStream().readAllBytes(), UTF_8))
                .contains("IOException: fusermount3: user has no write access to mountpoint");
        assertThat(server.waitFor()).isNotZero();
    }

    @Test void reportsAHiddenDevice() throws Exception {
        Process server = program(List.of("unshare", "-m", "--propagation", "private", "sh", "-c",
                "mount --bind /dev/null /dev/fuse && exec \"$@\"", "sh"), "");
        assertThat(new String(server.getInputStream().readAllBytes(), UTF_8))
                .contains("IOException: /dev/fuse is hidden here: it is not the FUSE device");
        assertThat(server.waitFor()).isNotZero();
    }

    /** As another user, in a mount namespace where that user may open the device, as on most machines. */
    private List<String> asNobody() throws Exception {
        Path device = directory.resolve("fuse");
        run("mknod", "-m", "666", device.toString(), "c", "10", "229");
        return List.of("unshare", "-m", "--propagation", "private", "sh", "-c",
                "mount --bind '" + device + "' /dev/fuse && exec setpriv --reuid=" + NOBODY + " --regid=" + NOBODY
                        + " --clear-groups \"$@\"",
                "sh");
    }

    private static void awaitLine(Process process, String expected) throws IOException {
        var seen = new ArrayList<String>();
        for (String line = process.inputReader().readLine(); line != null; line = process.inputReader().readLine()) {
            if (line.equals(expected)) {
                return;
            }
            seen.add(line);
        }
        throw new AssertionError(expected + " was not printed, but " + seen);
    }

    /** The class path of {@link ServerProgram}, of copies that any user can read; made for the first test that needs it. */
    private static String readableClassPath() throws Exception {
        if (classPath.isEmpty()) {
            classes = Files.createTempDirectory("hexfuse-classes-");
            var path = new ArrayList<String>();
            for (String entry : (System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path")
                    + ":" + Path.of("target/test-classes").toAbsolutePath()).split(":", -1)) {
                if (!entry.isEmpty() && Files.exists(Path.of(entry)) && !entry.contains("surefire")) {
                    Path copy = classes.resolve(path.size() + "-" + Path.of(entry).getFileName());
                    run("cp", "-rL", entry, copy.toString());
                    path.add(copy.toString());
                }
            }
            run("chmod", "-R", "a+rX", classes.toString());
            classPath = String.join(":", path);
        }
        return classPath;
    }

    @AfterAll static void removeClasses() throws Exception {
        if (classes != null) {
            run("rm", "-r", classes.toString());
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Starts {@link ServerProgram}. */
    private Process program(List<String> prefix, String options) throws Exception {
        var command = new ArrayList<>(prefix);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", readableClassPath(), "--enable-native-access=ALL-UNNAMED",
                ServerProgram.class.getName(),
                address(options).toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        opened.add(() -> process.destroyForcibly().waitFor());
        return process;
    }
}

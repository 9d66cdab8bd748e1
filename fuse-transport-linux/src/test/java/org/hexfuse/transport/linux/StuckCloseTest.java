package org.hexfuse.transport.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.transport.Address;
import org.hexfuse.posix.DeviceNumber;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing a mount whose handler never returns, while callers wait for the reply in uninterruptible sleep. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class StuckCloseTest {
    private static final Duration UNMOUNTING = Duration.ofSeconds(1);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Path point;

    @BeforeEach void makeMountPoint() throws IOException {
        try {
            KernelMount.openDevice().close();
        } catch (IOException e) {
            assumeTrue(false, "no /dev/fuse here: " + e.getMessage());
        }
        assumeTrue(ProcessIds.euid() == 0, "not root");
        point = Files.createTempDirectory("hexfuse-stuck-");
    }

    @AfterEach void unmountWhateverHappened() throws Exception {
        if (point == null) {
            return;
        }
        try {
            for (AutoCloseable closeable : opened.reversed()) {
                closeable.close();
            }
        } finally {
            while (mounted()) {
                MountCalls.umount(point.toString(), MountFlags.UMOUNT_FORCE | MountFlags.UMOUNT_DETACH);
            }
            Files.delete(point);
        }
    }

    private boolean mounted() throws IOException {
        return MountTable.read().at(point.toString()).isPresent();
    }

    private KernelMount mount() throws IOException {
        return KernelMount.mount(MountPoint.of(point.toString()),
                MountOptions.of(Address.of("linux", point.toString())));
    }

    private TinyServer serve(KernelMount mount, boolean statfsBlocks) throws Exception {
        var server = new TinyServer(new LinuxLink(mount, () -> {}, UNMOUNTING), statfsBlocks);
        opened.add(() -> {
            server.link.close();
            server.unstick();
            server.join();
        });
        return server.start(1);
    }

    /** A killed process that waits for the reply to its LOOKUP in uninterruptible sleep, state D. */
    private Process uninterruptibleCaller(TinyServer server) throws Exception {
        Process caller = new ProcessBuilder("stat", point.resolve("forever").toString()).start();
        opened.add(caller::destroyForcibly);
        server.reachedStuck.await();
        caller.destroyForcibly();
        await().until(() -> state(caller.pid()) == 'D');
        return caller;
    }

    private static char state(long process) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }

    @Test void closingEndsAnUninterruptibleCaller() throws Exception {
        TinyServer server = serve(mount(), false);
        Process caller = uninterruptibleCaller(server);
        long start = System.nanoTime();
        server.link.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(UNMOUNTING.plusSeconds(10));
        assertThat(caller.waitFor(10, TimeUnit.SECONDS)).as("the caller ends").isTrue();
        assertThat(mounted()).isFalse();
    }

    /** MNT_FORCE fails with EBUSY for the busy mount, after it has aborted the connection. */
    @Test void abortingEndsAnUninterruptibleCallerAndTheConnection() throws Exception {
        KernelMount mount = mount();
        TinyServer server = serve(mount, false);
        Process caller = uninterruptibleCaller(server);
        assertThat(Probe.isConnected(mount.device())).isTrue();
        mount.abort();
        assertThat(caller.waitFor(10, TimeUnit.SECONDS)).as("the caller ends").isTrue();
        assertThat(Probe.isConnected(mount.device())).isFalse();
        assertThat(server.link.isConnected()).isFalse();
        server.link.close();
        assertThat(mounted()).isFalse();
    }

    /**
     * {@code ustat(2)} names a filesystem by its device, holds no mount, and so lets it be unmounted; but it holds the superblock
     * while it waits for STATFS, and unmounting blocks on that. Linux {@code fs/statfs.c}, {@code vfs_ustat}, and
     * {@code fs/super.c}, {@code deactivate_super}.
     */
    @Test void anUnmountThatBlocksIsEndedByAnAbortOfTheConnection() throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "no ustat(2) here");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "no perl here");
        TinyServer server = serve(mount(), true);
        String device = MountTable.read().at(point.toString()).orElseThrow().device();
        int minor = Integer.parseInt(device.substring(device.indexOf(':') + 1));
        int number = DeviceNumber.of(0, minor);
        Process caller = new ProcessBuilder("perl", "-e", "my $b = \"\\0\" x 64; syscall(136, " + number + ", $b)")
                .start();
        opened.add(caller::destroyForcibly);
        server.reachedStuck.await();
        caller.destroyForcibly();
        await().until(() -> state(caller.pid()) == 'D');
        long start = System.nanoTime();
        server.link.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as("unmounting was given its time, and no more")
                .isBetween(UNMOUNTING, UNMOUNTING.plusSeconds(15));
        assertThat(mounted()).isFalse();
        assertThat(caller.waitFor(10, TimeUnit.SECONDS)).as("the caller ends").isTrue();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("hexfuse-unmount " + point)));
    }
}

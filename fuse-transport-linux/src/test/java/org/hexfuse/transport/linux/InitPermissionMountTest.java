package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.posix.DeviceNumber;
import org.hexfuse.server.*;
import org.hexfuse.testkit.RunningKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What choices of INIT change in the running kernel's permissions, ids and aborts. Needs root. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class InitPermissionMountTest {
    private static final int NOBODY = 65534;
    private static final int FS_OWNER = 1000;
    private static final int SHOWN_OWNER = 2000;

    @TempDir private Path scratch;
    private Owned fileSystem;
    private RunningKernel kernel;

    @BeforeEach void needsRoot() {
        assumeTrue(ProcessIds.euid() == 0, "not root");
    }

    @AfterEach void unmount() throws IOException {
        for (MountTable.Entry entry : MountTable.read().entries().reversed()) {
            if (entry.point().startsWith(scratch.toRealPath().toString())) {
                MountCalls.umount(entry.point(), MountFlags.UMOUNT_DETACH);
            }
        }
        if (fileSystem != null) {
            fileSystem.unmounted.countDown();
        }
        if (kernel != null) {
            kernel.close();
        }
    }

    /** A file with an access list that lets nobody read it, and a directory of a user's. */
    private static class Owned implements FuseFileSystem {
        final InitFlag flag;
        final boolean enables;
        final Queue<String> made = new ConcurrentLinkedQueue<>();
        final CountDownLatch waiting = new CountDownLatch(1);
        final CountDownLatch unmounted = new CountDownLatch(1);
        final CountDownLatch destroyed = new CountDownLatch(1);
        volatile boolean offered;

        Owned(InitFlag flag, boolean enables) {
            this.flag = flag;
            this.enables = enables;
        }

        @Override public void init(InitNegotiation negotiation) {
            offered = negotiation.offers(flag);
            if (offered && enables) {
                negotiation.enable(flag);
            }
        }

        @Override public boolean kernelChecksPermissions() {
            return true;
        }

        @Override public Blocking blocking() {
            return Blocking.IN_JAVA;
        }

        private static Attr attr(long node) {
            return switch ((int) node) {
                case 2 -> Attr.of(FileType.REGULAR, 0640).size(3).build();
                case 3 -> Attr.of(FileType.DIRECTORY, 0755).owner(FS_OWNER, FS_OWNER).build();
                default -> Attr.of(FileType.DIRECTORY, 0755).build();
            };
        }

        @Override public Entry lookup(Lookup op) throws InterruptedException {
            return switch (op.name().toString()) {
                case "listed" -> Entry.of(2, attr(2));
                case "owned" -> Entry.of(3, attr(3));
                case "never" -> {
                    waiting.countDown();
                    unmounted.await();
                    throw new IllegalStateException();
                }
                default -> throw FuseException.of(Errno.ENOENT);
            };
        }

        @Override public Attr getattr(GetAttr op) {
            return attr(op.node());
        }

        @Override public void read(Read op, DataReply out) {
            out.write("abc".getBytes(UTF_8));
        }

        @Override public byte[] getxattr(GetXattr op) {
            if (op.node() != 2 || !op.name().is("system.posix_acl_access")) {
                throw FuseException.of(Errno.ENODATA);
            }
            ByteBuffer list = ByteBuffer.allocate(4 + 5 * 8).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
            for (int[] entry : new int[][]{{1, 6, -1}, {2, 4, NOBODY}, {4, 0, -1}, {0x10, 4, -1}, {0x20, 0, -1}}) {
                list.putShort((short) entry[0]).putShort((short) entry[1]).putInt(entry[2]);
            }
            return list.array();
        }

        @Override public void destroy(Session session) {
            destroyed.countDown();
        }

        @Override public Entry mkdir(MkDir op) {
            made.add(op.uid() + ":" + op.gid());
            return Entry.of(3, attr(3));
        }
    }

    private void mount(InitFlag flag, boolean enables, String... options) throws Exception {
        fileSystem = new Owned(flag, enables);
        kernel = RunningKernel.mount(FuseServer.serve(fileSystem).drainTimeout(Duration.ofMillis(200)), options);
        assumeTrue(fileSystem.offered, "a kernel without " + flag);
    }

    /** Runs a program: its output and errors. */
    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false}) void theKernelChecksAccessListsIfTheyAreEnabled(boolean enabled)
            throws Exception {
        mount(InitFlag.POSIX_ACL, enabled, "allow_other");
        String read = run("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "cat",
                kernel.path().resolve("listed").toString());
        assertThat(read).satisfies(text -> {
            if (enabled) {
                assertThat(text).isEqualTo("abc");
            } else {
                assertThat(text).contains("Permission denied");
            }
        });
    }

    /** A bind mount of {@code from} on {@code to} that shows the owner as another one. */
    private static String mapped(Path from, Path to) throws Exception {
        String script = """
                my ($from, $to, $map) = @ARGV;
                pipe(my $made, my $making);
                pipe(my $done, my $finish);
                my $child = fork;
                if (!$child) {
                    syscall(272, 0x10000000) == 0 or die "unshare: $!";
                    syswrite($making, "x");
                    close($finish);
                    sysread($done, my $end, 1);
                    exit;
                }
                sysread($made, my $ready, 1);
                for my $kind ("uid_map", "gid_map") {
                    open(my $file, ">", "/proc/$child/$kind") or die "$kind: $!";
                    syswrite($file, $map) or die "$kind: $!";
                }
                open(my $users, "<", "/proc/$child/ns/user") or die "ns: $!";
                my $tree = syscall(428, -100, $from, 0x80001);
                $tree >= 0 or die "open_tree: $!";
                my $attributes = pack("QQQQ", 0x100000, 0, 0, fileno($users));
                my $empty = "";
                syscall(442, $tree, $empty, 0x1000, $attributes, 32) == 0 or die "mount_setattr: $!";
                syscall(429, $tree, $empty, -100, $to, 4) == 0 or die "move_mount: $!";
                close($finish);
                wait;
                """;
        return run("perl", "-e", script, from.toString(), to.toString(), FS_OWNER + " " + SHOWN_OWNER + " 1");
    }

    @Test void idsOfAMappedMountAreMapped() throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the script has this machine's call numbers");
        mount(InitFlag.ALLOW_IDMAP, true, "allow_other");
        Path shown = Files.createDirectory(scratch.resolve("shown"));
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(mapped(kernel.path(), shown)).isEmpty();
        assertThat(Files.getAttribute(kernel.path().resolve("owned"), "unix:uid")).isEqualTo(FS_OWNER);
        assertThat(Files.getAttribute(shown.resolve("owned"), "unix:uid")).isEqualTo(SHOWN_OWNER);
        run("setpriv", "--reuid=" + SHOWN_OWNER, "--regid=" + SHOWN_OWNER, "--clear-groups", "mkdir",
                shown.resolve("owned/new").toString());
        assertThat(List.copyOf(fileSystem.made)).containsExactly(FS_OWNER + ":" + FS_OWNER);
    }

    @Test void aMountCannotBeMappedUnlessTheFilesystemAllowsIt() throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the script has this machine's call numbers");
        mount(InitFlag.ALLOW_IDMAP, false, "allow_other");
        Path shown = Files.createDirectory(scratch.resolve("shown"));
        assertThat(mapped(kernel.path(), shown)).contains("mount_setattr: Invalid argument");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false}) void anAbortEndsTheSessionAndItsCallers(boolean enabled) throws Exception {
        mount(InitFlag.ABORT_ERROR, enabled);
        Path control = Files.createDirectory(scratch.resolve("control"));
        MountCalls.mount("none", control.toString(), "fusectl", 0, "");
        long device = (long) Files.getAttribute(kernel.path(), "unix:dev");
        Process caller = new ProcessBuilder("stat", kernel.path().resolve("never").toString()).redirectErrorStream(true)
                .start();
        try {
            assertThat(fileSystem.waiting.await(20, TimeUnit.SECONDS)).isTrue();
            Files.writeString(
                    control.resolve(Integer.toString(DeviceNumber.minor((int) device))).resolve("abort"),
                    "1");
            assertThat(new String(caller.getInputStream().readAllBytes(), UTF_8))
                    .contains("Software caused connection abort");
            assertThat(fileSystem.destroyed.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(MountTable.read().at(kernel.path().toString())).isEmpty();
        } finally {
            caller.destroyForcibly();
        }
    }
}

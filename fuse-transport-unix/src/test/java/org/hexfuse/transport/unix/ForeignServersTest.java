package org.hexfuse.transport.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hexfuse.transport.unix.ForeignPrograms.goFuseExample;
import static org.hexfuse.transport.unix.ForeignPrograms.installed;
import static org.hexfuse.transport.unix.ForeignPrograms.libfuseExample;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that others have written, in C, Go and Python, started by {@code exec:}, with no option that is for Hexfuse. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class ForeignServersTest {
    private static final Path SFTP_SERVER = Path.of("/usr/lib/openssh/sftp-server");
    /** Debian's, for which its modules are; another one may come first in PATH. */
    private static final Path PYTHON = Path.of("/usr/bin/python3");
    /** The exit status that a shell gives for SIGABRT. */
    private static final String ABORTED = "134";
    private static final String PASSWORD = "-extpass 'echo secret'";

    @TempDir Path directory;

    private static Vfs start(String command) throws IOException {
        return start(command, PageCacheOptions.NONE);
    }

    private static Vfs start(String command, PageCacheOptions cache) throws IOException {
        if (Boolean.getBoolean("foreign.times")) {
            System.out.println("FOREIGN " + command);
        }
        VfsOptions options = VfsOptions.DEFAULT.withCredentials(Credentials.of(ProcessIds.euid(), ProcessIds.gid()))
                .withRequestTimeout(Duration.ofSeconds(60)).withPageCache(cache);
        return Vfs.connect(Address.of("exec", command), options);
    }

    private Path make(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    private Path resource(String name) throws IOException {
        Path file = directory.resolve(name);
        try (InputStream source = ForeignServersTest.class.getResourceAsStream(name)) {
            Files.copy(source, file);
        }
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello -f {}", "hello_ll -f {}", "hello_ll -f -s {}", "hello {}"}) void helloOfLibfuse(
            String command) throws Exception {
        Path program = libfuseExample(command.substring(0, command.indexOf(' ')));
        try (Vfs vfs = start(program + command.substring(command.indexOf(' ')))) {
            assertThat(vfs.readString("/hello")).isEqualToIgnoringCase("hello world!\n");
            assertThat(new ForeignTree(vfs, "").names()).contains("hello");
            assertThatThrownBy(() -> vfs.writeString("/new", "x")).isInstanceOf(FuseException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"passthrough -f {}", "passthrough_fh -f {}",
        "passthrough_ll -f -o source=/,xattr {}"}) void mirrorsOfLibfuse(String command) throws Exception {
        Path program = libfuseExample(command.substring(0, command.indexOf(' ')));
        Path backing = make("backing");
        try (Vfs vfs = start(program + command.substring(command.indexOf(' ')))) {
            new ForeignTree(vfs, backing.toString()).write().read().compare(backing).writeLarge().readLarge().symlinks()
                    .xattrs().rename();
        }
    }

    @Test void aFileOfLibfuseWhoseNameChangesIsInvalidatedByName() throws Exception {
        Path program = libfuseExample("notify_inval_entry");
        try (Vfs vfs = start(program + " -f --update-interval=1 --timeout=1000 {}")) {
            String first = new ForeignTree(vfs, "").names().getFirst();
            assertThat(vfs.exists("/" + first)).isTrue();
            await("the entry, which is valid for a thousand seconds, is invalidated").atMost(Duration.ofSeconds(10))
                    .until(() -> !vfs.exists("/" + first));
        }
    }

    @Test void aFileOfLibfuseWhoseContentChangesIsInvalidatedByInode() throws Exception {
        Path program = libfuseExample("notify_inval_inode");
        try (Vfs vfs = start(program + " -f --update-interval=1 {}")) {
            String first = vfs.readString("/current_time");
            assertThat(first).contains("current time");
            await("the content, which the server keeps cached when it is opened, changes")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> !vfs.readString("/current_time").equals(first));
        }
    }

    /** The server aborts if it does not get back what it has stored; the attributes are valid for days. */
    @ParameterizedTest
    @ValueSource(strings = {"auto", "writeback"}) void aFileOfLibfuseIsStoredInThePageCacheAndRetrieved(
            String cache) throws Exception {
        Path status = directory.resolve("status");
        String server = libfuseExample("notify_store_retrieve") + " -f --update-interval=1";
        try (Vfs vfs = start("sh -c '" + server + " \"$0\"; echo $? >" + status + "' {}",
                PageCacheOptions.parse(cache))) {
            Set<String> contents = new LinkedHashSet<>();
            await("the content, whose READs were answered before, changes twice").atMost(Duration.ofSeconds(20))
                    .until(() -> contents.add(vfs.readString("/current_time")) && contents.size() == 3);
            assertThat(contents).allSatisfy(text -> assertThat(text).matches("The current time is [0-9:]{8}\n"));
        }
        assertThat(Files.readString(status).strip()).as("the exit status").isNotEqualTo(ABORTED);
    }

    /** The reverse: without notifications the server's content is not read again, so that the test above sees what was stored. */
    @Test void aFileOfLibfuseThatIsNotStoredStaysInThePageCache() throws Exception {
        Path program = libfuseExample("notify_store_retrieve");
        try (Vfs vfs = start(program + " -f --update-interval=1 --no-notify {}", PageCacheOptions.AUTO)) {
            String first = vfs.readString("/current_time");
            Thread.sleep(2500);
            assertThat(vfs.readString("/current_time")).isEqualTo(first);
        }
    }

    @Test void squashfuse() throws Exception {
        installed("squashfuse_ll", "squashfuse");
        installed("mksquashfs", "squashfs-tools");
        Path source = make("source");
        Path image = directory.resolve("image.squashfs");
        ForeignTree.makeOn(source);
        ForeignPrograms.run(List.of("mksquashfs", source.toString(), image.toString(), "-quiet", "-no-progress",
                "-noI", "-noD", "-noF"), Map.of());
        try (Vfs vfs = start("squashfuse_ll -f " + image + " {}")) {
            new ForeignTree(vfs, "").read().readLarge().readSymlink();
            assertThatThrownBy(() -> vfs.mkdir("/new")).isInstanceOf(FuseException.class);
        }
    }

    @Test void fuseOverlayfs() throws Exception {
        installed("fuse-overlayfs", "fuse-overlayfs");
        Path lower = make("lower");
        Path upper = make("upper");
        Files.writeString(lower.resolve("below"), "text");
        try (Vfs vfs = start("fuse-overlayfs -f -o lowerdir=" + lower + ",upperdir=" + upper + ",workdir="
                + make("work") + " {}")) {
            assertThat(vfs.readString("/below")).isEqualTo("text");
            vfs.unlink("/below");
            assertThat(vfs.exists("/below")).isFalse();
            new ForeignTree(vfs, "").write().read().compare(upper).writeLarge().readLarge().symlinks().xattrs()
                    .rename();
        }
        assertThat(lower.resolve("below")).exists();
    }

    /** Without a network: in place of ssh a script starts the server of its protocol. */
    @Test void sshfs() throws Exception {
        installed("sshfs", "sshfs");
        assumeTrue(Files.isExecutable(SFTP_SERVER), "Debian's openssh-sftp-server is not installed");
        Path remote = make("remote");
        Path ssh = Files.writeString(directory.resolve("ssh"), "#!/bin/sh\nexec " + SFTP_SERVER + "\n");
        Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwx------"));
        try (Vfs vfs = start("sshfs -f -o ssh_command=" + ssh + " host:" + remote + " {}")) {
            new ForeignTree(vfs, "").write().read().compare(remote).writeLarge().readLarge().symlinks().rename();
            assertThatThrownBy(() -> vfs.setxattr("/d5/f1", "user.one", new byte[1], 0))
                    .satisfies(e -> assertThat(((FuseException) e).errno()).isEqualTo(Errno.EOPNOTSUPP));
        }
    }

    @Test void gocryptfs() throws Exception {
        installed("gocryptfs", "gocryptfs");
        Path encrypted = make("encrypted");
        ForeignPrograms.run(List.of("gocryptfs", "-init", "-q", "-scryptn", "10", "-extpass", "echo secret",
                encrypted.toString()), Map.of());
        try (Vfs vfs = start("gocryptfs -fg -q -nosyslog " + PASSWORD + " " + encrypted + " {}")) {
            new ForeignTree(vfs, "").write().read().writeLarge().readLarge().symlinks().xattrs().rename();
        }
        try (Vfs vfs = start("gocryptfs -fg -q -ro " + PASSWORD + " " + encrypted + " {}")) {
            new ForeignTree(vfs, "").readLarge().readSymlink();
        }
    }

    @Test void aWrongPasswordOfGocryptfsIsReported() throws Exception {
        installed("gocryptfs", "gocryptfs");
        Path encrypted = make("encrypted");
        ForeignPrograms.run(List.of("gocryptfs", "-init", "-q", "-scryptn", "10", "-extpass", "echo secret",
                encrypted.toString()), Map.of());
        assertThatThrownBy(() -> start("gocryptfs -fg -q -extpass 'echo wrong' " + encrypted + " {}"))
                .isInstanceOf(IOException.class).hasMessageContaining("gocryptfs has exited with status 12")
                .hasMessageContaining("Password incorrect");
    }

    @Test void loopbackOfGoFuse() throws Exception {
        Path program = goFuseExample("loopback");
        Path backing = make("backing");
        try (Vfs vfs = start(program + " {} " + backing)) {
            new ForeignTree(vfs, "").write().read().compare(backing).writeLarge().readLarge().symlinks().xattrs()
                    .rename();
        }
    }

    @Test void memfsOfGoFuse() throws Exception {
        Path program = goFuseExample("memfs");
        try (Vfs vfs = start(program + " {} " + directory.resolve("prefix"))) {
            new ForeignTree(vfs, "").write().read().writeLarge().readLarge().symlinks().rename();
        }
    }

    @Test void pyfuse3() throws Exception {
        assumeTrue(Files.isExecutable(PYTHON), "Debian's python3 is not installed");
        assumeTrue(new ProcessBuilder(PYTHON.toString(), "-c", "import pyfuse3, trio").start().waitFor() == 0,
                "Debian's python3-pyfuse3 is not installed");
        try (Vfs vfs = start(PYTHON + " " + resource("memory.py") + " {}")) {
            new ForeignTree(vfs, "").write().read().writeLarge().readLarge().symlinks().xattrs().rename();
        }
    }
}

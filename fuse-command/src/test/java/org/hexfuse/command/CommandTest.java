package org.hexfuse.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.FuseServer;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.record.Recorder;
import org.hexfuse.transport.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command, as its user calls it. */
class CommandTest {
    private static final PrintStream STANDARD = System.out;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    @BeforeEach void redirect() {
        System.setOut(new PrintStream(bytes, true, UTF_8));
    }

    @AfterEach void restore() {
        System.setOut(STANDARD);
    }

    private int run(String... arguments) {
        CommandLine command = Hexfuse.commandLine().setOut(new PrintWriter(System.out, true, UTF_8))
                .setErr(new PrintWriter(err, true));
        int status = command.execute(arguments);
        command.getErr().flush();
        return status;
    }

    private String out() {
        return bytes.toString(UTF_8);
    }

    private int shell(String commands) {
        return run("shell", "memory:", "-c", commands);
    }

    @Test void theShellWritesAndReads() {
        assertThat(shell("mkdir /a; write /a/b hi; cat /a/b")).isZero();
        assertThat(out()).isEqualTo("hi");
        assertThat(err.toString()).isEmpty();
    }

    @Test void theShellHasTheCommandsOfPosix() {
        assertThat(shell("""
                mkdir -p /a/b; mkdir -p /a/b; write /a/f 'two words'
                chmod 640 /a/f; ln /a/f /a/g; ln -s f /a/l; mv /a/g /a/b; ls /a; ls /a/b
                truncate /a/f 3; cat /a/l /a/b/g; rm /a/f /a/l; rmdir /a/b/../x
                """)).isEqualTo(1);
        assertThat(out().lines()).containsExactly("b", "f", "l", "g", "twotwo");
        assertThat(err.toString()).isEqualTo("rmdir: /a/b/../x: No such file or directory (ENOENT)\n");
    }

    @Test void attributesAreShown() {
        assertThat(shell("write /f abc; chmod 4751 /f; mkdir /d; chmod 1777 /d; ln -s f /l; ls -l; stat /f; df"))
                .isZero();
        assertThat(out()).containsPattern("drwxrwxrwt +2 .* d\n").containsPattern("-rwsr-x--x +1 .* 3 .* f\n")
                .containsPattern("lrwxrwxrwx .* l -> f\n").contains("File: /f\n", "Access: (4751/-rwsr-x--x)")
                .containsPattern("Size +Used");
    }

    @Test void removingRecursivelyLeavesNothing() {
        assertThat(shell("mkdir -p /a/b/c; write /a/b/f x; ln -s /a /a/b/loop; rm -r /a; ls")).isZero();
        assertThat(out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "cat /x|cat: /x: No such file or directory (ENOENT)", "cat /|cat: /: Is a directory (EISDIR)",
        "mkdir /a; mkdir /a|mkdir: /a: File exists (EEXIST)", "rmdir /|rmdir: /: Device or resource busy (EBUSY)",
        "write /f x; ls /f/g|ls: /f/g: Not a directory (ENOTDIR)",
        "mkdir /a; write /a/f x; rmdir /a|rmdir: /a: Directory not empty (ENOTEMPTY)",
        "mv /x /y|mv: /x: No such file or directory (ENOENT)",
        "chmod 9 /|chmod: '9' is not a mode: write it in octal, such as 644",
        "truncate /f 1z|truncate: '1z' is not a size: write bytes, or a number with k, m, g or t"}) void anErrorIsOneLineAndStopsTheCommands(
                String commands, String message) {
        assertThat(shell(commands + "; write /after x; cat /after")).isEqualTo(1);
        assertThat(err.toString()).isEqualTo(message + "\n");
        assertThat(out()).isEmpty();
    }

    /** A page cache requests whole pages, and nothing behind the end of the file. */
    @ParameterizedTest
    @CsvSource({"none, 2", "auto, 1", "writeback:1m, 1"}) void theShellHasThePageCacheThatIsChosen(String cache,
            int reads)
            throws IOException {
        var recorder = new Recorder();
        try (FuseServer _ = FuseServer.serve(FileSystems.discover().create(Address.parse("memory:")))
                .decorateLinks(recorder::decorate).at(Address.parse("mem:cached")).start()) {
            assertThat(run("shell", "mem:cached", "-c", "write /f abc; cat /f", "--cache", cache)).isZero();
        }
        assertThat(out()).isEqualTo("abc");
        assertThat(recorder.count(Opcode.READ)).isEqualTo(reads);
    }

    @Test void flushesOutputBeforeAnError() {
        assertThat(shell("write /f abc; cat /f; cat /x")).isEqualTo(1);
        assertThat(out()).isEqualTo("abc");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"frob /|no command 'frob'; there are ls",
        "cat|cat: Missing required parameter: 'PATH'; use: cat PATH...",
        "ls -q|ls: Unknown option: '-q'; use: ls [-l] [PATH...]",
        "write /f|write: Missing required parameter: 'TEXT'; use: write PATH TEXT"}) void aUsageErrorOfTheShellIsOneLine(
                String commands, String message) {
        assertThat(shell(commands)).isEqualTo(2);
        assertThat(err.toString()).startsWith(message).hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"|hexfuse: a command is missing", "frob|hexfuse: ",
        "shell|hexfuse shell: Missing required parameter: 'FS",
        "shell nope: -c ls|hexfuse shell: no filesystem 'nope:' here",
        "shell memory -c ls|hexfuse shell: 'memory' is not a filesystem", "shell memory:?size=x -c ls|hexfuse shell: ",
        "shell hello:/x -c ls|hexfuse shell: ", "shell memory: -c ls --timeout 0|hexfuse shell: --timeout",
        "shell memory: -c ls --cache always|hexfuse shell: 'always' is not a page cache: write none, auto or writeback",
        "shell memory: -c ls --cache auto:1z|hexfuse shell: '1z' is not a size",
        "shell memory: -c ' |hexfuse shell: the quote",
        "mount memory:|hexfuse mount: Missing required parameter: 'MOUNTPOINT'",
        "mount nope: /tmp|hexfuse mount: no filesystem", "mount memory: /tmp --threads 0|hexfuse mount: --threads",
        "mount memory: /tmp -o frob|hexfuse mount: unknown mount option 'frob'",
        "umount|hexfuse umount: Missing required parameter"}) void aUsageErrorIsOneLine(String arguments,
                String message) {
        assertThat(run(arguments == null ? new String[0] : arguments.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith(message).hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"mount memory: /nowhere|hexfuse mount: there is no /nowhere",
        "mount memory: /proc/version|hexfuse mount: /proc/version is not a directory",
        "mount memory: /tmp --daemon --log /proc/nowhere/log|hexfuse mount: /proc/nowhere: No such file or directory",
        "umount /nowhere/at/all|hexfuse umount: "}) void aFailureIsOneLine(String arguments, String message) {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(1);
        assertThat(err.toString()).startsWith(message).hasLineCount(1);
    }

    @Test void listShowsFilesystemsAndTransports() {
        assertThat(run("list")).isZero();
        assertThat(out()).contains("Filesystems:\n", "  hello:", "  memory:", "Transports:\n", "  linux:", "  mem:");
    }

    @Test void appliesLimits() {
        assertThat(run("shell", "memory:?size=1m", "-c", "truncate /sparse 1g; write /f x; df")).isZero();
        assertThat(out()).contains(" 1048576 ");
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) void mountsUntilUnmounted(
            @TempDir Path point) throws Exception {
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
        var status = new CompletableFuture<Integer>();
        Thread mounting = Thread.ofPlatform().daemon()
                .start(() -> status.complete(run("mount", "memory:", point.toString(), "-o", "fsname=mine,noatime")));
        try {
            await().until(() -> !out().isEmpty() || status.isDone());
            RunningKernel.skipIfNotPermitted(err.toString());
            assertThat(status).as(err::toString).isNotDone();
            assertThat(out()).isEqualTo("memory: is mounted on " + point + "\n");
            Files.writeString(point.resolve("f"), "x");
            assertThat(Files.getFileStore(point).name()).isEqualTo("mine");
        } finally {
            run("umount", point.toString());
        }
        assertThat(status.get(20, TimeUnit.SECONDS)).isZero();
        assertThat(mounting.join(Duration.ofSeconds(10))).isTrue();
        assertThat(point).isEmptyDirectory();
    }

    @Test void keepsTheLogOfADaemon(@TempDir Path host) throws Exception {
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
        Path point = Files.createDirectory(host.resolve("point"));
        Path log = host.resolve("log");
        try {
            int status = run("mount", "memory:", point.toString(), "--daemon", "--debug", "--log", log.toString());
            RunningKernel.skipIfNotPermitted(err.toString());
            assertThat(status).as(err::toString).isZero();
            assertThat(out()).startsWith("memory: is mounted on " + point + " by process ");
            List<String> lines = Files.readAllLines(log);
            assertThat(lines).contains("memory: is mounted on " + point).anyMatch(line -> line.contains("INIT"));
            assertThat(lines.getFirst()).doesNotContain("is mounted");
        } finally {
            run("umount", point.toString());
        }
    }

    @Test void putGoesOnAfterFailuresAndCountsThem(@TempDir Path host) throws Exception {
        Path tree = Files.createDirectory(host.resolve("tree"));
        var directories = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            Files.writeString(tree.resolve("f" + i), "content");
            directories.append(" /tree/f").append(i);
        }
        Files.writeString(Files.createDirectory(tree.resolve("inner")).resolve("a"), "below");
        Files.writeString(tree.resolve("z"), "last");
        assertThat(shell("mkdir -p" + directories + "; write /tree/inner 'not a directory'; put " + tree + " /"))
                .isOne();
        assertThat(err.toString().lines()).hasSize(21).last()
                .isEqualTo("put: copied 1 file (4 bytes); 31 failures, the first 20 are above");
    }

    @Test void putCopiesWhatFollowsAFailure(@TempDir Path host) throws Exception {
        Path tree = Files.createDirectory(host.resolve("tree"));
        for (String name : List.of("a", "b", "c")) {
            Files.writeString(tree.resolve(name), name);
        }
        Path server = host.resolve("server.sock");
        try (FuseServer _ = FuseServer.serve(FileSystems.discover().create(Address.parse("memory:")))
                .at(Address.of("unix", server.toString())).start()) {
            assertThat(run("shell", "unix:" + server, "-c", "mkdir -p /tree/b; put " + tree + " /")).isOne();
            assertThat(run("shell", "unix:" + server, "-c", "cat /tree/a /tree/c")).isZero();
        }
        assertThat(out()).isEqualTo("ac");
    }

    @Test void usesTheFilesOfAServerThatItStarts(@TempDir Path host) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/fuse-overlayfs")), "Debian's fuse-overlayfs is not installed");
        Path tree = Files.createDirectory(host.resolve("a tree"));
        Files.writeString(tree.resolve("f"), "content");
        for (String name : List.of("lower", "upper", "work")) {
            Files.createDirectory(host.resolve(name));
        }
        String options = "lowerdir=" + host + "/lower,upperdir=" + host + "/upper,workdir=" + host + "/work";
        assertThat(run("shell", "exec:fuse-overlayfs -f -o '" + options + "' {}", "-c",
                "put '" + tree + "' /copy; cat /copy/f; xattr -w user.a=b /copy/f; xattr /copy/f")).isZero();
        assertThat(out()).isEqualTo("contentuser.a=b\n");
        assertThat(host.resolve("upper/copy/f")).hasContent("content");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "exec:no-such-server {}|there is no program 'no-such-server'", "exec:sshfs host:|needs a command with {}",
        "exec:sh -c 'echo cause >&2; exit 4' {}|sh has exited with status 4; it wrote: cause"}) void aServerThatDoesNotStartIsOneLine(
                String address, String message) {
        assertThat(run("shell", address, "-c", "ls")).isNotZero();
        assertThat(err.toString()).contains(message).hasLineCount(1);
    }

    @Test void putAndGetKeepATree(@TempDir Path host) throws Exception {
        Path tree = Files.createDirectory(host.resolve("tree"));
        Path file = Files.writeString(Files.createDirectories(tree.resolve("a/b")).resolve("f"), "content");
        Files.createLink(tree.resolve("hard"), file);
        Files.createSymbolicLink(tree.resolve("link"), Path.of("nowhere/at all"));
        Files.write(tree.resolve("large"), new byte[3_000_001]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Files.setPosixFilePermissions(tree.resolve("a"), PosixFilePermissions.fromString("r-xr-x--x"));
        for (String path : List.of("a/b/f", "large", "a/b", "a", ".")) {
            Files.setLastModifiedTime(tree.resolve(path), FileTime.from(Instant.ofEpochSecond(1_000_000, 123_456_789)));
        }
        assertThat(shell("mkdir /x; put " + tree + " /x; get /x/tree " + host.resolve("back") + "; find /x -type l"))
                .isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out()).isEqualTo("/x/tree/link\n");
        Process diff = new ProcessBuilder("diff", "-r", "--no-dereference", tree.toString(),
                host.resolve("back").toString()).redirectErrorStream(true).start();
        try {
            assertThat(new String(diff.getInputStream().readAllBytes(), UTF_8)).isEmpty();
        } finally {
            diff.destroyForcibly();
        }
        for (String path : List.of("a/b/f", "large", "a/b", "a", "", "hard")) {
            for (String attribute : List.of("mode", "nlink", "lastModifiedTime")) {
                assertThat(Files.getAttribute(host.resolve("back").resolve(path), "unix:" + attribute))
                        .as(attribute + " of " + path)
                        .isEqualTo(Files.getAttribute(tree.resolve(path), "unix:" + attribute));
            }
        }
    }

    @Test void getWritesToADeviceAndDoesNotReplaceIt(@TempDir Path host) throws Exception {
        Path device = Files.createSymbolicLink(host.resolve("device"), Path.of("/dev/null"));
        assertThat(shell("write /f text; get /f " + device)).isZero();
        assertThat(device).isSymbolicLink();
    }

    @Test void saysInOneLineWhatIsWrongWithAPathOrAPattern(@TempDir Path host) {
        assertThat(shell("find / -name [")).isEqualTo(1);
        assertThat(shell("get / " + host.resolve("none/there"))).isEqualTo(1);
        assertThat(err.toString().lines()).containsExactly("find: '[' is not a pattern: Missing ']'",
                "get: " + host.resolve("none/there") + ": no such file");
    }

    @Test void aDirectoryIsNotReplacedByAFile(@TempDir Path host) throws Exception {
        Files.writeString(Files.createDirectory(host.resolve("tree")).resolve("f"), "text");
        assertThat(shell("mkdir -p /tree/f; put " + host.resolve("tree") + " /")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("put: /tree/f: is a directory\nput: copied 0 files (0 bytes); 1 failure\n");
    }

    @Test void putIntoAServerThatIsReadOnlySaysThatNothingIsCopied(@TempDir Path host) throws Exception {
        Path tree = Files.createDirectory(host.resolve("tree"));
        Files.writeString(tree.resolve("f"), "text");
        assertThat(run("shell", "hello:", "-c", "put " + tree + " /")).isOne();
        assertThat(err.toString().lines()).hasSize(2).last().isEqualTo("put: copied 0 files (0 bytes); 1 failure");
    }

    @Test void getSaysWhatItHasCopiedBeforeItFails(@TempDir Path host) throws Exception {
        Files.createDirectories(host.resolve("tree/b"));
        assertThat(shell("mkdir /tree; write /tree/a text; write /tree/b text; write /tree/c text; get /tree " + host))
                .isOne();
        assertThat(err.toString().lines()).containsExactly("get: " + host.resolve("tree/b") + ": is a directory",
                "get: copied 1 file (4 bytes) before that");
    }

    @Test void changesOwnersAndExtendedAttributes() {
        assertThat(shell("write /f x; chown 5:6 /f; xattr -w user.a=b /f; xattr -w user.c=d /f; xattr -d user.a /f; "
                + "xattr /f; ls -l; find / -name 'f*'")).isZero();
        assertThat(out()).startsWith("user.c=d\n").containsPattern("1 +5 +6 ").endsWith("/f\n");
    }

    @Test void usesAFilesystemServedAtAnAddress() throws Exception {
        try (FuseServer server = FuseServer.serve(FileSystems.discover().create(Address.parse("memory:")))
                .at(Address.parse("mem:served")).start()) {
            assertThat(run("shell", server.address().toString(), "-c", "write /f shared")).isZero();
            assertThat(run("shell", server.address().toString(), "-c", "cat /f")).isZero();
        }
        assertThat(out()).isEqualTo("shared");
        assertThat(run("shell", "mem:served", "-c", "ls")).isEqualTo(1);
        assertThat(err.toString()).startsWith("hexfuse shell: ").hasLineCount(1);
    }

    @Test void closesTheFilesystemThatItHasMade(@TempDir Path host) throws Exception {
        Path zip = host.resolve("one.zip");
        try (var out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("f"));
            out.write('x');
        }
        assertThat(run("shell", "archive:" + zip, "-c", "cat /f")).isZero();
        assertThat(out()).isEqualTo("x");
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(open.filter(descriptor -> isLinkTo(descriptor, zip))).isEmpty();
        }
    }

    private static boolean isLinkTo(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file);
        } catch (IOException _) {
            // A descriptor that was closed meanwhile.
            return false;
        }
    }

    @Test void theDoctorReportsItsFindings() {
        run("doctor");
        assertThat(out()).contains("Java 25", "/dev/fuse").contains("mount");
    }
}

package org.hexfuse.transport.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerUser;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are started as processes: how they begin, how they end, and what becomes of those that do neither. */
@Timeout(value = 40, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class ExecTransportTest {
    @TempDir Path directory;
    private Path program;

    @BeforeEach void writeServer() throws IOException {
        program = directory.resolve("server.pl");
        try (InputStream source = ExecTransportTest.class.getResourceAsStream("server.pl")) {
            Files.copy(source, program);
        }
    }

    @AfterEach void nothingIsLeft() {
        await("the threads end").atMost(Duration.ofSeconds(5))
                .until(() -> Thread.getAllStackTraces().keySet().stream().noneMatch(
                        thread -> thread.getName().startsWith("hexfuse-server")));
    }

    private Vfs connect(String command, String parameters) throws IOException {
        return connect(command, parameters, Duration.ofSeconds(10));
    }

    private static Vfs connect(String command, String parameters, Duration init) throws IOException {
        Address address = Address.parse(Address.of("exec", command) + parameters);
        return Vfs.connect(address, VfsOptions.DEFAULT.withConnection(VfsOptions.DEFAULT.connection().withInitTimeout(
                init).withDrainTimeout(Duration.ofSeconds(1))));
    }

    private Vfs server(String mode, String parameters) throws IOException {
        return connect("perl " + program + " {} " + mode, parameters);
    }

    private static String[] offer(Vfs vfs) {
        return vfs.readString("/offer").strip().split(" ");
    }

    private static Path process(String pid) {
        return Path.of("/proc", pid);
    }

    /** Its new parent, the first process of a container, may never reap it. */
    private static boolean isRunning(String pid) throws IOException {
        try {
            String stat = Files.readString(process(pid).resolve("stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    private String read(String name) throws IOException {
        Path file = directory.resolve(name);
        await("the process has written its file").until(() -> Files.exists(file) && Files.size(file) > 0);
        return Files.readString(file).strip();
    }

    @Test void theFilesOfAServerThatIsStarted() throws IOException {
        String[] offer;
        try (Vfs vfs = server("", "")) {
            offer = offer(vfs);
            assertThat(process(offer[2])).exists();
            assertThat(vfs.exists("/other")).isFalse();
        }
        assertThat(process(offer[2])).as("reaped").doesNotExist();
        assertThat(offer[0]).isEqualTo("45");
        assertThat(InitFlag.DONT_MASK.in(HexFormat.fromHexDigits(offer[1]))).isTrue();
    }

    @Test void initOffersNoMoreThanTheAddressAllows() throws IOException {
        try (Vfs vfs = server("", "?minor=13&without=dont_mask")) {
            String[] offer = offer(vfs);
            assertThat(offer[0]).isEqualTo("13");
            assertThat(InitFlag.DONT_MASK.in(HexFormat.fromHexDigits(offer[1]))).isFalse();
            assertThat(InitFlag.BIG_WRITES.in(HexFormat.fromHexDigits(offer[1]))).isTrue();
        }
    }

    @Test void theSizesOfMessagesFollowFromTheBuffersAndFromWhatMayBeSpliced() throws IOException {
        ExecAddress address = ExecAddress.parse(Address.parse("exec:perl " + program + " {} x?buffer=65536"));
        try (ExecKernelLink link = ExecKernelLink.open(address)) {
            assertThat(link.maxMessage()).as("Linux doubles it").isEqualTo(2 * 65536 - 32);
        }
        ExecAddress large = ExecAddress.parse(Address.parse("exec:perl " + program + " {} x"));
        try (ExecKernelLink link = ExecKernelLink.open(large);
                FuseConnection connection = FuseConnection.mount(link, NotificationSink.NONE,
                        VfsOptions.DEFAULT.connection())) {
            assertThat(connection.negotiated().maxRead()).isEqualTo(ExecAddress.SPLICED_READ);
            assertThat(connection.negotiated().maxWriteData()).isGreaterThan(ExecAddress.SPLICED_READ);
        }
    }

    @Test void theServerRunsAsTheUserOfThisProcess() throws IOException {
        try (ExecKernelLink link = ExecKernelLink
                .open(ExecAddress.parse(Address.parse("exec:perl " + program + " {} x")))) {
            assertThat(link.feature(ServerUser.class)).contains(new ServerUser(ProcessIds.euid(), ProcessIds.gid()));
        }
    }

    @Test void aMissingProgramIsNamed() {
        assertThatThrownBy(() -> connect("no-such-server {}", "")).isInstanceOf(IOException.class)
                .hasMessage("exec:no-such-server: there is no program 'no-such-server'");
        assertThatThrownBy(() -> connect("/etc/passwd {}", "")).isInstanceOf(IOException.class)
                .hasMessage("exec:passwd: '/etc/passwd' may not be executed");
    }

    @Test void aServerThatExitsBeforeInitIsReportedWithItsStatusAndItsLastLines() {
        assertThatThrownBy(
                () -> connect("sh -c 'for i in 1 2 3 4 5 6; do echo line $i >&2; done; exit 5' {}", ""))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith(
                        "sh has exited with status 5; it wrote: line 2 / line 3 / line 4 / line 5 / line 6")
                .hasMessageStartingWith("INIT failed");
    }

    @Test void aSignalIsReported() {
        assertThatThrownBy(() -> connect("sh -c 'kill -KILL $$' {}", ""))
                .hasMessageEndingWith("sh has exited with signal 9; it wrote nothing");
    }

    @Test void aServerThatNeverRepliesToInitIsEnded() throws IOException {
        assertThatThrownBy(() -> connect("sh -c 'echo $$ > " + directory + "/pid; exec sleep 1000' {}", "?grace=0.1",
                Duration.ofMillis(500))).isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(((FuseException) e.getCause()).errno()).isEqualTo(Errno.ETIMEDOUT))
                .hasMessageEndingWith("sh was still running; it wrote nothing");
        assertThat(process(read("pid"))).doesNotExist();
    }

    @Test void aServerThatIgnoresSigtermIsKilled() throws IOException {
        String pid;
        try (Vfs vfs = server("stubborn", "?grace=0.1")) {
            pid = offer(vfs)[2];
        }
        assertThat(process(pid)).doesNotExist();
    }

    @Test void whatAServerHasStartedIsEndedWithIt() throws IOException {
        String child;
        try (Vfs vfs = connect(
                "sh -c 'sleep 1000 & echo $! > " + directory + "/child; exec perl " + program + " $0 x' {}",
                "")) {
            assertThat(offer(vfs)[0]).isEqualTo("45");
            child = read("child");
            assertThat(process(child)).exists();
        }
        await("the process that the server left is ended").atMost(Duration.ofSeconds(5))
                .until(() -> !isRunning(child));
    }

    @Test void aServerThatDiesIsReapedAndItsCallersFail() throws IOException {
        try (Vfs vfs = server("fragile", "")) {
            String pid = offer(vfs)[2];
            assertThatThrownBy(() -> vfs.statfs("/")).isInstanceOf(FuseException.class)
                    .satisfies(e -> assertThat(((FuseException) e).errno()).isEqualTo(Errno.ECONNABORTED));
            await("it is reaped before the mount is closed").atMost(Duration.ofSeconds(5))
                    .until(() -> !Files.exists(process(pid)));
            assertThatThrownBy(() -> vfs.stat("/new")).isInstanceOf(FuseException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "tr \"\\\\0\" x < /dev/zero"}) void aFloodOfOutputIsReadAndNotKept(String flood) {
        long start = System.nanoTime();
        assertThatThrownBy(
                () -> connect("sh -c '(" + flood + ") | head -c 5000000 >&2; echo; echo end; exit 3' {}", ""))
                .hasMessageContaining("sh has exited with status 3; it wrote: ").hasMessageEndingWith("end")
                .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(3000));
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(20).toNanos());
    }

    @Test void escapeSequencesDoNotReachATerminal() {
        assertThatThrownBy(() -> connect("printf 'a\\033[2Jb\\n%s' {}", ""))
                .hasMessageContaining("it wrote: a [2Jb / ");
    }

    @Test void theStandardStreamsOfThisProcessAreNotTheServers() {
        assertThatThrownBy(() -> connect("sh -c 'readlink /proc/$$/fd/0; ls /proc/$$/fd | wc -l' {}", ""))
                .hasMessageContaining("it wrote: /dev/null / ").satisfies(e -> assertThat(
                        Integer.parseInt(e.getMessage().substring(e.getMessage().lastIndexOf(' ') + 1)))
                        .as("three streams and the device").isEqualTo(4));
    }

    @Test void aThreadThatWaitsForInitCanBeInterrupted() throws Exception {
        Thread caller = Thread.ofPlatform().start(() -> assertThatThrownBy(
                () -> connect("sh -c 'exec sleep 1000' {}", "?grace=0.1",
                        Duration.ofSeconds(30)))
                .isInstanceOf(IOException.class));
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("hexfuse-replies")));
        caller.interrupt();
        assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test void aStatusIsThatOfASignalUpToTheLastOne() {
        assertThat(ServerProcess.status(1)).isEqualTo("status 1");
        assertThat(ServerProcess.status(128)).isEqualTo("status 128");
        assertThat(ServerProcess.status(137)).isEqualTo("signal 9");
        assertThat(ServerProcess.status(255)).isEqualTo("status 255");
    }
}

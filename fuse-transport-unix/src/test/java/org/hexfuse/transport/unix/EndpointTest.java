package org.hexfuse.transport.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.PeerCredentials;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, socket files and the check of peers. */
@Timeout(value = 40, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class EndpointTest {
    private static final String OTHER_USER = "65534";

    @TempDir Path directory;
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private Path path;
    private Address address;

    @BeforeEach void name() {
        path = directory.resolve("socket");
        address = Address.of("unix", path.toString());
    }

    @AfterEach void end() {
        callers.shutdownNow();
    }

    @Test void theSocketFileHasMode0600AndIsRemovedOnClose() throws IOException {
        try (ServerEndpoint endpoint = Transports.open(address)) {
            assertThat(endpoint.address()).isEqualTo(address);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-------");
        }
        assertThat(path).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "unix-seqpacket"}) void replacesTheStaleFileOfADeadServer(String scheme)
            throws IOException {
        for (SocketType type : SocketType.values()) {
            RawPeer.listen(type, path).close();
            assertThat(Files.exists(path)).isTrue();
            try (ServerEndpoint _ = Transports.open(Address.of(scheme, path.toString()));
                    KernelLink kernel = Transports.connect(Address.of(scheme, path.toString()))) {
                assertThat(kernel.maxMessage()).isPositive();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"unix,unix", "unix,unix-seqpacket", "unix-seqpacket,unix"}) void aPathWithALiveListenerIsInUse(
            String first, String second) throws IOException {
        try (ServerEndpoint _ = Transports.open(Address.of(first, path.toString()))) {
            Address other = Address.of(second, path.toString());
            assertThatThrownBy(() -> Transports.open(other)).isInstanceOf(IOException.class)
                    .hasMessage(other + " is in use");
            Transports.connect(Address.of(first, path.toString())).close();
        }
    }

    @Test void keepsAFileThatIsNotASocket() throws IOException {
        Files.writeString(path, "precious");
        assertThatThrownBy(() -> Transports.open(address)).isInstanceOf(IOException.class)
                .hasMessage(address + " is in use: the file is not a socket");
        assertThat(path).hasContent("precious");
    }

    @Test void keepsAFileThatReplacedTheSocket() throws IOException {
        try (ServerEndpoint _ = Transports.open(address)) {
            Files.delete(path);
            Files.writeString(path, "precious");
        }
        assertThat(path).hasContent("precious");
    }

    @Test void anAbstractNameHasNoFileAndIsInUseUntilClosed() throws IOException {
        Address name = Address.parse("unix:%00" + path);
        try (ServerEndpoint _ = Transports.open(name)) {
            assertThatThrownBy(() -> Transports.open(name)).hasMessage("unix:@" + path + " is in use");
            Transports.connect(name).close();
        }
        assertThat(path).doesNotExist();
        Transports.open(name).close();
    }

    @Test void connectingWithoutAListenerFailsWithOneLine() throws IOException {
        assertThatThrownBy(() -> Transports.connect(address)).isInstanceOf(IOException.class)
                .hasMessage("nobody listens at unix:" + path + ": there is no such file");
        RawPeer.listen(SocketType.STREAM, path).close();
        assertThatThrownBy(() -> Transports.connect(address)).isInstanceOf(IOException.class)
                .hasMessage("nobody listens at unix:" + path);
        assertThatThrownBy(() -> Transports.open(Address.parse(address + "?connect"))).isInstanceOf(IOException.class)
                .hasMessage("nobody listens at unix:" + path);
        RawPeer.listen(SocketType.SEQPACKET, path);
        assertThatThrownBy(() -> Transports.connect(address)).isInstanceOf(IOException.class)
                .hasMessage("unix:" + path + " is a socket of another type");
        assertThatThrownBy(() -> Transports.open(Address.of("unix", directory + "/absent/socket")))
                .isInstanceOf(IOException.class)
                .hasMessage("can't listen at unix:" + directory + "/absent/socket: No such file or directory");
    }

    @Test void aPathMayHaveTheSystemsMaximumLength() throws IOException {
        String longest = directory + "/" + "p".repeat(107 - directory.toString().length() - 1);
        Transports.open(Address.of("unix", longest)).close();
        Address tooLong = Address.of("unix", longest + "p");
        String message = "the path of a socket has at most 107 bytes, and " + longest + "p has 108";
        assertThatThrownBy(() -> Transports.open(tooLong)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Transports.connect(tooLong)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "unix:/x?lisen|unix: knows no parameter 'lisen'; it has any_user, buffer, connect, init_timeout, listen, max_connections, patience, wait",
        "unix:/x?listen&connect|unix:/x?listen&connect: 'listen' and 'connect' exclude each other",
        "unix:|unix: needs the path of a socket",
        "unix:%00|unix: needs the path of a socket",
        "unix:/x%00y|the path of a socket may contain the character 0 only at its start",
        "unix:/x?buffer=big|'buffer' is a number from 0 to 1073741823, not 'big'",
        "unix:/x?patience=0|'patience' is a number of seconds from 0.001 to 86400, not '0'",
        "unix:/x?init_timeout=86401|'init_timeout' is a number of seconds from 0.001 to 86400, not '86401'",
        "unix-seqpacket:/x?any_user=7|'any_user' is a switch and takes no value '7'",
        "fd:|fd: needs the number of a descriptor, not ''", "fd:-1|fd: needs the number of a descriptor, not '-1'",
        "fd:3?listen|fd: knows no parameter 'listen'; it has any_user, buffer, init_timeout, patience"}) void rejectsMalformedAddressesWithOneLine(
                String text, String message) {
        assertThatThrownBy(() -> Transports.open(Address.parse(text))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Transports.connect(Address.parse(text)))
                .isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test void aDescriptorMustBeALocalSocket() throws IOException {
        assertThatThrownBy(() -> Transports.open(Address.parse("fd:99999"))).isInstanceOf(IOException.class)
                .hasMessage("fd:99999 is not open in this process");
        try (Fd.Pipe pipe = Fd.pipe()) {
            Address notASocket = Address.parse("fd:" + pipe.reader().value());
            assertThatThrownBy(() -> Transports.connect(notASocket)).isInstanceOf(IOException.class)
                    .hasMessage(notASocket + " is not a socket");
        }
    }

    @Test void aDescriptorMustBeConnected() throws IOException {
        int number = Sockets.socket(SocketType.STREAM).value();
        assertThatThrownBy(() -> Transports.connect(Address.parse("fd:" + number + "?any_user")))
                .isInstanceOf(IOException.class).hasMessage("fd:" + number + "?any_user: the socket is not connected");
    }

    @Test void skipsAPeerThatDisconnectedBeforeItWasAccepted() throws Exception {
        try (ServerEndpoint endpoint = Transports.open(address)) {
            assertThatThrownBy(() -> Transports.open(address)).hasMessageContaining("in use");
            Transports.connect(address).close();
            Thread.sleep(50);
            try (RawPeer there = RawPeer.connect(SocketType.STREAM, path);
                    ServerLink link = endpoint.accept().orElseThrow();
                    SlotChannel channel = link.openChannel()) {
                there.send(RawPeer.request(1, 2, new byte[]{'a', 0}));
                channel.next().release();
            }
        }
    }

    @Test void aListeningSocketMayBeInherited() throws Exception {
        try (Fd listening = Sockets.socket(SocketType.SEQPACKET)) {
            Sockets.bind(listening, path.toString());
            Sockets.listen(listening, 5);
            Fd inherited = listening.duplicate();
            try (ServerEndpoint endpoint = Transports.open(Address.parse("fd:" + inherited.value()));
                    KernelLink _ = Transports.connect(Address.of("unix-seqpacket", path.toString()));
                    ServerLink link = endpoint.accept().orElseThrow()) {
                assertThat(link.maxMessage()).isGreaterThan(64 * 1024);
            }
        }
    }

    @Test void eachConnectionIsALinkOfItsOwn() throws Exception {
        try (ServerEndpoint endpoint = Transports.open(address);
                KernelLink _ = Transports.connect(address);
                KernelLink _ = Transports.connect(address);
                ServerLink one = endpoint.accept().orElseThrow();
                ServerLink other = endpoint.accept().orElseThrow()) {
            assertThat(one).isNotSameAs(other);
        }
    }

    @Test void acceptCanBeInterrupted() throws Exception {
        try (ServerEndpoint endpoint = Transports.open(address)) {
            var interrupted = new CountDownLatch(1);
            Thread waiting = Thread.ofVirtual().start(() -> {
                try {
                    endpoint.accept();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Thread.sleep(50);
            waiting.interrupt();
            assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test void anEndpointThatConnectsHasOneLinkAndClosesWithIt() throws Exception {
        try (Fd listening = RawPeer.listen(SocketType.STREAM, path);
                ServerEndpoint endpoint = Transports.open(Address.parse(address + "?connect"))) {
            Sockets.accept(listening).close();
            ServerLink link = endpoint.accept().orElseThrow();
            Future<Optional<ServerLink>> second = callers.submit(endpoint::accept);
            assertThatThrownBy(() -> second.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            link.close();
            assertThat(second.get(5, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test void closingTheEndpointClosesALinkThatWasNotAccepted() throws Exception {
        ServerEndpoint endpoint = Transports.open(address);
        try (RawPeer kernel = RawPeer.connect(SocketType.STREAM, path)) {
            Thread.sleep(50);
            endpoint.close();
            assertThat(kernel.seesTheEnd()).isTrue();
        }
    }

    @Test void rejectsASendBufferTooSmallForAPacket() throws IOException {
        try (ServerEndpoint _ = Transports.open(Address.of("unix-seqpacket", path.toString()))) {
            assertThatThrownBy(() -> Transports.connect(Address.parse("unix-seqpacket:" + path + "?buffer=3000")))
                    .isInstanceOf(IOException.class)
                    .hasMessage("unix-seqpacket:" + path
                            + ": a send buffer of 6000 bytes is too small for packets of 12288");
            try (KernelLink small = Transports.connect(Address.parse("unix-seqpacket:" + path + "?buffer=20000"))) {
                assertThat(small.maxMessage()).isEqualTo(40_000 - 32);
            }
        }
    }

    @Test void trustsRootAndItsOwnUser() {
        assertThat(PeerCheck.isTrusted(new PeerCredentials(1, 0, 0), 1000)).isTrue();
        assertThat(PeerCheck.isTrusted(new PeerCredentials(1, 1000, 5), 1000)).isTrue();
        assertThat(PeerCheck.isTrusted(new PeerCredentials(1, 1001, 1000), 1000)).isFalse();
        assertThat(PeerCheck.isTrusted(new PeerCredentials(1, 1001, 0), 0)).isFalse();
    }

    @Test void rejectsAPeerOfAnotherUserAndKeepsAccepting() throws Exception {
        try (ServerEndpoint endpoint = Transports.open(Address.parse("unix:%00" + path));
                Stranger stranger = Stranger.connect(path)) {
            assertThat(stranger.seesTheEnd()).isTrue();
            try (KernelLink _ = Transports.connect(endpoint.address());
                    ServerLink link = endpoint.accept().orElseThrow()) {
                assertThat(link.maxMessage()).isPositive();
            }
        }
    }

    @Test void anyUserAdmitsAPeerOfAnotherUser() throws Exception {
        try (ServerEndpoint endpoint = Transports.open(Address.parse("unix:%00" + path + "?any_user"));
                Stranger _ = Stranger.connect(path);
                ServerLink link = endpoint.accept().orElseThrow()) {
            assertThat(link.maxMessage()).isPositive();
        }
    }

    /** A process of another user that connects and waits until it is disconnected. */
    private record Stranger(Process process) implements AutoCloseable {
        private static final String PROGRAM = """
                use Socket;
                socket(S, PF_UNIX, SOCK_STREAM, 0) or exit 2;
                connect(S, pack_sockaddr_un("\\0" . $ARGV[0])) or exit 3;
                sysread(S, $b, 1);
                """;

        static Stranger connect(Path path) throws IOException {
            assumeTrue(ProcessIds.euid() == 0, "not root");
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")) && Files.isExecutable(Path.of("/usr/bin/perl")),
                    "no setpriv or no perl");
            return new Stranger(new ProcessBuilder("/usr/bin/setpriv", "--reuid=" + OTHER_USER, "--clear-groups",
                    "/usr/bin/perl", "-e", PROGRAM, path.toString()).inheritIO().start());
        }

        boolean seesTheEnd() throws InterruptedException {
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        }

        @Override public void close() {
            process.destroyForcibly();
        }
    }
}

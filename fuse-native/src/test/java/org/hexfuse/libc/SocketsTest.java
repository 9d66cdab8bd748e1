package org.hexfuse.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SocketsTest {
    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(SocketType.class) void acceptsAClientAndItsCredentials(SocketType type) throws Exception {
        String path = directory.resolve("s").toString();
        try (Arena arena = Arena.ofConfined(); Fd server = Sockets.socket(type); Fd client = Sockets.socket(type)) {
            Sockets.bind(server, path);
            Sockets.listen(server, 4);
            assertThat(Sockets.option(server, SocketOption.LISTENING)).isEqualTo(1);
            Sockets.connect(client, path);
            try (Fd accepted = Sockets.accept(server)) {
                MemorySegment memory = arena.allocateFrom("hi");
                assertThat(Syscalls.send(client, memory, 2, 0)).isEqualTo(2);
                assertThat(Syscalls.recv(accepted, arena.allocate(8), 8, MessageFlags.DONTWAIT)).isEqualTo(2);
                assertThat(Sockets.peer(accepted)).isEqualTo(
                        new PeerCredentials(ProcessIds.pid(), ProcessIds.euid(), ProcessIds.gid()));
                assertThat(Sockets.option(accepted, SocketOption.TYPE))
                        .isEqualTo(type == SocketType.STREAM ? 1 : 5);
                assertThat(Sockets.option(accepted, SocketOption.DOMAIN)).isEqualTo(1);
            }
        }
    }

    @Test void anAbstractNameNeedsNoFile() throws Exception {
        String name = "\0hexfuse-test-" + ProcessIds.pid();
        try (Fd server = Sockets.socket(SocketType.STREAM); Fd client = Sockets.socket(SocketType.STREAM)) {
            Sockets.bind(server, name);
            Sockets.listen(server, 1);
            Sockets.connect(client, name);
            assertThat(Sockets.peer(client).pid()).isEqualTo(ProcessIds.pid());
        }
    }

    @Test void errorsNameThePath() throws Exception {
        try (Fd socket = Sockets.socket(SocketType.STREAM)) {
            assertThatThrownBy(() -> Sockets.connect(socket, directory + "/none"))
                    .hasMessage("connect " + directory + "/none: No such file or directory (ENOENT)");
            assertThatThrownBy(() -> Sockets.bind(socket, "/" + "x".repeat(Sockets.MAX_PATH)))
                    .hasMessageContaining("ENAMETOOLONG");
            Sockets.bind(socket, directory + "/here");
            try (Fd other = Sockets.socket(SocketType.STREAM)) {
                assertThatThrownBy(() -> Sockets.bind(other, directory + "/here")).hasMessageContaining("EADDRINUSE");
            }
        }
    }

    @Test void reportsATruncatedPacket() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pair = Sockets.pair(SocketType.SEQPACKET);
                var message = new SocketMessage(arena, 1, 0)) {
            assertThat(Syscalls.send(pair.first(), arena.allocate(10), 10, 0)).isEqualTo(10);
            assertThat(Syscalls.send(pair.first(), arena.allocate(4), 4, 0)).isEqualTo(4);
            MemorySegment target = arena.allocate(4);
            message.pieces().add(target, 0, 4);
            assertThat(Syscalls.recv(pair.second(), target, 4, MessageFlags.PEEK | MessageFlags.TRUNC)).isEqualTo(10);
            assertThat(message.receive(pair.second(), 0)).isEqualTo(4);
            assertThat(message.truncated()).isTrue();
            assertThat(message.receive(pair.second(), 0)).isEqualTo(4);
            assertThat(message.truncated()).isFalse();
        }
    }

    @Test void passesDescriptors() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pair = Sockets.pair(SocketType.STREAM); var pipe = Fd.pipe();
                var message = new SocketMessage(arena, 1, 3)) {
            MemorySegment memory = arena.allocateFrom("x");
            message.pieces().add(memory, 0, 1);
            assertThat(message.send(pair.first(), 0, pipe.reader(), pipe.writer(), pipe.writer())).isEqualTo(1);
            assertThat(message.receive(pair.second(), 0)).isEqualTo(1);
            var descriptors = message.takeDescriptors();
            assertThat(descriptors).hasSize(3);
            assertThat(Syscalls.write(descriptors.get(2), memory, 1)).isEqualTo(1);
            assertThat(Syscalls.read(pipe.reader(), memory, 1)).isEqualTo(1);
            descriptors.forEach(Fd::close);
            assertThat(message.takeDescriptors()).isEmpty();
        }
    }

    @Test void closesDescriptorsThatWereNotTaken() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pair = Sockets.pair(SocketType.STREAM); var pipe = Fd.pipe();
                var message = new SocketMessage(arena, 1, 1)) {
            message.pieces().add(arena.allocate(1), 0, 1);
            message.send(pair.first(), 0, pipe.writer());
            message.receive(pair.second(), 0);
            pipe.writer().close();
            assertThat(message.receive(pair.second(), MessageFlags.DONTWAIT)).isEqualTo(-Errno.EAGAIN.code());
            assertThat(Syscalls.read(pipe.reader(), arena.allocate(1), 1)).as("end of file: no writer is left")
                    .isZero();
        }
    }

    @Test void reportsDescriptorsThatDidNotFit() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pair = Sockets.pair(SocketType.STREAM); var pipe = Fd.pipe();
                var sent = new SocketMessage(arena, 1, 4); var received = new SocketMessage(arena, 1, 2)) {
            sent.pieces().add(arena.allocate(1), 0, 1);
            received.pieces().add(arena.allocate(1), 0, 1);
            sent.send(pair.first(), 0, pipe.reader(), pipe.reader(), pipe.reader(), pipe.reader());
            assertThat(received.receive(pair.second(), 0)).isEqualTo(1);
            assertThat(received.descriptorsTruncated()).isTrue();
            assertThat(received.takeDescriptors()).hasSize(2).allSatisfy(Fd::close);
        }
    }

    @Test void buffersCanBeMadeLarger() throws Exception {
        try (var pair = Sockets.pair(SocketType.SEQPACKET)) {
            Sockets.option(pair.first(), SocketOption.SEND_BUFFER, 32768);
            assertThat(Sockets.option(pair.first(), SocketOption.SEND_BUFFER)).isEqualTo(65536);
            if (ProcessIds.euid() == 0) {
                Sockets.option(pair.first(), SocketOption.SEND_BUFFER_FORCE, 4 << 20);
                assertThat(Sockets.option(pair.first(), SocketOption.SEND_BUFFER)).isEqualTo(8 << 20);
            }
        }
    }

    @Test void aTimeoutBoundsHowLongAConnectWaitsForTheBacklog() throws Exception {
        String name = "\0hexfuse-backlog-" + ProcessIds.pid();
        try (Fd server = Sockets.socket(SocketType.STREAM); Fd first = Sockets.socket(SocketType.STREAM);
                Fd second = Sockets.socket(SocketType.STREAM)) {
            Sockets.bind(server, name);
            Sockets.listen(server, 0);
            Sockets.connect(first, name);
            Sockets.sendTimeout(second, Duration.ofMillis(20));
            assertThatThrownBy(() -> Sockets.connect(second, name))
                    .isInstanceOfSatisfying(LibcException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
            Sockets.sendTimeout(second, Duration.ofSeconds(30));
            var connected = CompletableFuture.runAsync(() -> {
                try {
                    Sockets.connect(second, name);
                } catch (LibcException e) {
                    throw new AssertionError(e);
                }
            });
            Sockets.accept(server).close();
            connected.get(20, TimeUnit.SECONDS);
        }
    }

    @Test void shutdownWakesAReaderAndAnAcceptor() throws Exception {
        try (var pair = Sockets.pair(SocketType.STREAM); Fd server = Sockets.socket(SocketType.STREAM)) {
            Sockets.bind(server, "\0hexfuse-wake-" + ProcessIds.pid());
            Sockets.listen(server, 1);
            var read = new CompletableFuture<Long>();
            var accepted = new CompletableFuture<Errno>();
            Thread.ofPlatform().start(() -> read.complete(Syscalls.read(pair.first(), Arena.ofAuto().allocate(1), 1)));
            Thread.ofPlatform().start(() -> {
                try (Fd fd = Sockets.accept(server)) {
                    accepted.completeExceptionally(new AssertionError(fd + " was accepted"));
                } catch (LibcException e) {
                    accepted.complete(e.errno());
                }
            });
            Thread.sleep(50);
            Sockets.shutdown(pair.first());
            Sockets.shutdown(server);
            assertThat(read.get()).isZero();
            assertThat(accepted.get()).isEqualTo(Errno.EINVAL);
            assertThat(Syscalls.write(pair.first(), Arena.ofAuto().allocate(1), 1)).isEqualTo(-Errno.EPIPE.code());
        }
    }
}

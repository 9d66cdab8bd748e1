package org.hexfuse.transport.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.testkit.KernelEnd;
import org.hexfuse.testkit.TransportContract;
import org.hexfuse.transport.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The contract over both types of sockets, with either end listening. */
class SocketTransportContractTest {
    /** A directory for each test, which must be empty when both ends are closed. */
    abstract static class AtAPath extends TransportContract {
        private Path directory;

        Path path() throws IOException {
            if (directory == null) {
                directory = Files.createTempDirectory("hexfuse-");
            }
            return directory.resolve("socket");
        }

        @Override protected boolean refusesReplies() {
            return false;
        }

        @AfterEach
        @Override protected void end() throws Exception {
            super.end();
            if (directory != null) {
                Files.delete(directory);
            }
        }
    }

    @Nested class Streams extends AtAPath {
        @Override protected Address serverAddress() throws IOException {
            return Address.of("unix", path().toString());
        }
    }

    @Nested class Packets extends AtAPath {
        @Override protected Address serverAddress() throws IOException {
            return Address.of("unix-seqpacket", path().toString());
        }
    }

    @Nested class StreamsWithSmallBuffers extends AtAPath {
        @Override protected Address serverAddress() throws IOException {
            return Address.parse("unix:" + path() + "?buffer=2048");
        }
    }

    @Nested class PacketsWithSmallBuffers extends AtAPath {
        @Override protected Address serverAddress() throws IOException {
            return Address.parse("unix-seqpacket:" + path() + "?buffer=16384");
        }
    }

    @Nested class StreamsToAnAbstractName extends AtAPath {
        @Override protected Address serverAddress() throws IOException {
            return Address.parse("unix:%00" + path());
        }
    }

    /** The kernel end listens and is served when the server connects. */
    abstract static class KernelListens extends AtAPath {
        private CompletableFuture<KernelEnd> kernel;

        abstract String scheme();

        @Override protected Address serverAddress() throws IOException {
            String path = path().toString();
            kernel = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    kernel.complete(super.connect(Address.parse(scheme() + ":" + path + "?listen&wait=20")));
                } catch (IOException | RuntimeException e) {
                    kernel.completeExceptionally(e);
                }
            });
            Listeners.await(path);
            return Address.parse(scheme() + ":" + path + "?connect");
        }

        @Override protected KernelEnd connect(Address address) throws IOException {
            assertThat(address).isEqualTo(Address.parse(scheme() + ":" + path() + "?listen"));
            try {
                return kernel.join();
            } catch (CompletionException e) {
                throw new IOException(e.getCause());
            }
        }

        @AfterEach
        @Override protected void end() throws Exception {
            super.end();
            try {
                kernel.get(20, TimeUnit.SECONDS).close();
            } catch (ExecutionException _) {
                // The server disconnected before INIT.
            }
        }
    }

    @Nested class StreamsWhoseKernelListens extends KernelListens {
        @Override String scheme() {
            return "unix";
        }
    }

    @Nested class PacketsWhoseKernelListens extends KernelListens {
        @Override String scheme() {
            return "unix-seqpacket";
        }
    }

    /** A socket pair that was made elsewhere. */
    abstract static class Pair extends TransportContract {
        private int kernels;

        abstract SocketType type();

        @Override protected boolean refusesReplies() {
            return false;
        }

        @Override protected Address serverAddress() throws IOException {
            Sockets.Pair pair = Sockets.pair(type());
            kernels = pair.second().value();
            return Address.of("fd", Integer.toString(pair.first().value()));
        }

        @Override protected KernelEnd connect(Address address) throws IOException {
            return super.connect(Address.of("fd", Integer.toString(kernels)));
        }
    }

    @Nested class InheritedStreams extends Pair {
        @Override SocketType type() {
            return SocketType.STREAM;
        }
    }

    @Nested class InheritedPackets extends Pair {
        @Override SocketType type() {
            return SocketType.SEQPACKET;
        }
    }
}

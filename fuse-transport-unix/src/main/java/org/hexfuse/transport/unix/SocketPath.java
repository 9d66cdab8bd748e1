package org.hexfuse.transport.unix;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.transport.Address;

/**
 * An address whose path is that of a socket.
 *
 * @param address the address as it was given
 * @param type the type of the socket
 * @param kernelListens whether the kernel end listens
 * @param serverConnects whether the server end connects
 * @param acceptTimeout how long a kernel end that listens waits for its server
 */
record SocketPath(Address address, SocketType type, boolean kernelListens, boolean serverConnects,
        Duration acceptTimeout,
        WireOptions options) {
    private static final String LISTEN = "listen";
    private static final String CONNECT = "connect";
    private static final String WAIT = "wait";
    private static final List<String> KEYS = Stream
            .concat(WireOptions.KEYS.stream(), Stream.of(LISTEN, CONNECT, WAIT, WireOptions.CONNECTIONS))
            .toList();
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);

    /** @throws IllegalArgumentException if the address is malformed */
    static SocketPath parse(Address address, SocketType type) {
        WireOptions.check(address, KEYS);
        boolean listen = address.flag(LISTEN);
        boolean connect = address.flag(CONNECT);
        if (listen && connect) {
            throw new IllegalArgumentException(address + ": 'listen' and 'connect' exclude each other");
        }
        checkPath(address);
        return new SocketPath(address, type, listen, connect, WireOptions.seconds(address, WAIT, DEFAULT_WAIT),
                WireOptions.parse(address));
    }

    private static void checkPath(Address address) {
        String path = address.path();
        if (path.isEmpty() || path.equals("\0")) {
            throw new IllegalArgumentException(address.scheme() + ": needs the path of a socket");
        }
        if (path.indexOf('\0', 1) >= 0) {
            throw new IllegalArgumentException("the path of a socket may contain the character 0 only at its start");
        }
        int length = path.getBytes(UTF_8).length;
        if (length > Sockets.MAX_PATH) {
            throw new IllegalArgumentException("the path of a socket has at most " + Sockets.MAX_PATH + " bytes, and "
                    + address.path().replace('\0', '@') + " has " + length);
        }
    }

    String path() {
        return address.path();
    }

    /** Whether the name is abstract and has no file. */
    boolean isAbstract() { return path().charAt(0) == '\0'; }

    /** The scheme and the path, for messages. */
    String label() {
        return address.scheme() + ":" + path().replace('\0', '@');
    }

    /** The address for the kernel end, which listens where the server connects. */
    Address forKernel() {
        var parameters = new LinkedHashMap<>(address.parameters());
        parameters.remove(LISTEN);
        parameters.remove(CONNECT);
        if (serverConnects) {
            parameters.put(LISTEN, "");
        }
        return new Address(address.scheme(), path(), parameters);
    }
}

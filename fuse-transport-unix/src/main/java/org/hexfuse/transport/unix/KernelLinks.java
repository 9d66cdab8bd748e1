package org.hexfuse.transport.unix;

import java.io.IOException;
import java.time.Duration;
import org.hexfuse.transport.KernelLink;

/** Opens kernel links. */
final class KernelLinks {
    private static final Duration WAIT = Duration.ofSeconds(30);

    private KernelLinks() {}

    static KernelLink open(SocketPath at) throws IOException {
        if (!at.kernelListens()) {
            return new UnixKernelLink(Connector.connect(at));
        }
        try (ListeningSocket listening = ListeningSocket.open(at)) {
            return new UnixKernelLink(listening.accept(at.acceptTimeout()));
        }
    }

    static KernelLink open(InheritedSocket inherited) throws IOException {
        InheritedSocket.Open socket = inherited.take();
        if (!socket.listening()) {
            return new UnixKernelLink(Wire.of(socket.fd(), socket.type(), inherited.address().toString(),
                    inherited.options()));
        }
        try (ListeningSocket listening = ListeningSocket.of(socket, inherited)) {
            return new UnixKernelLink(listening.accept(WAIT));
        }
    }
}

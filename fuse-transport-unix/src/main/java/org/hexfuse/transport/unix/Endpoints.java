package org.hexfuse.transport.unix;

import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.spi.SingleLinkEndpoint;

/** Opens server endpoints. */
final class Endpoints {
    private Endpoints() {}

    static ServerEndpoint open(SocketPath at) throws IOException {
        return at.serverConnects()
                ? connected(at.forKernel(), Connector.connect(at))
                : new ListeningEndpoint(at.forKernel(), ListeningSocket.open(at));
    }

    static ServerEndpoint open(InheritedSocket inherited) throws IOException {
        InheritedSocket.Open socket = inherited.take();
        if (socket.listening()) {
            return new ListeningEndpoint(inherited.address(), ListeningSocket.of(socket, inherited));
        }
        return connected(inherited.address(), Wire.of(socket.fd(), socket.type(), inherited.address().toString(),
                inherited.options()));
    }

    private static ServerEndpoint connected(Address address, Wire wire) {
        return new SingleLinkEndpoint(address, disconnected -> new UnixServerLink(wire, disconnected, () -> {}));
    }
}

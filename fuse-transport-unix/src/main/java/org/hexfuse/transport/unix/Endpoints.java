package org.hexfuse.transport.unix;

import java.io.IOException;
import org.hexfuse.transport.ServerEndpoint;

/** The server's ends. */
final class Endpoints {
    private Endpoints() {}

    static ServerEndpoint open(SocketPath at) throws IOException {
        return at.serverConnects()
                ? new SingleEndpoint(at.forKernel(), Connector.connect(at))
                : new ListeningEndpoint(at.forKernel(), ListeningSocket.open(at));
    }

    static ServerEndpoint open(InheritedSocket inherited) throws IOException {
        InheritedSocket.Open socket = inherited.take();
        if (socket.listening()) {
            return new ListeningEndpoint(inherited.address(), ListeningSocket.of(socket, inherited));
        }
        return new SingleEndpoint(inherited.address(), Wire.of(socket.fd(), socket.type(),
                inherited.address().toString(), inherited.options()));
    }
}

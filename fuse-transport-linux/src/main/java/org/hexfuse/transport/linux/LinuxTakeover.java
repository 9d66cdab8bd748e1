package org.hexfuse.transport.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.spi.SingleLinkEndpoint;

/** Opens {@code linux:/mount/point?takeover=SOCKET}: a mount that another process serves and hands over at a socket. */
final class LinuxTakeover {
    static final String PARAMETER = "takeover";

    private LinuxTakeover() {}

    static ServerEndpoint open(Address address) throws IOException {
        if (!address.parameters().keySet().equals(Set.of(PARAMETER))) {
            throw new IllegalArgumentException("a mount that is taken over keeps its options; leave out "
                    + address.parameters().keySet().stream().filter(key -> !key.equals(PARAMETER)).findFirst()
                            .orElseThrow());
        }
        String point = Mounts.point(Path.of(address.path()));
        LinuxHandoverStream stream = LinuxHandoverListener.connect(Path.of(address.parameter(PARAMETER).orElseThrow()));
        try {
            HandoverGreeting.Received received = HandoverGreeting.receive(stream);
            KernelMount mount = KernelMount.adopt(received.point(), received.device(), received.guard());
            if (!received.point().equals(point) || !Probe.isConnected(received.device())) {
                mount.release();
                throw new IOException(received.point().equals(point) ? point + " was unmounted"
                        : "process " + stream.peer() + " serves " + received.point() + " and not " + point);
            }
            return new SingleLinkEndpoint(address.withPath(point),
                    disconnected -> new LinuxLink(mount, disconnected, stream));
        } catch (IOException | RuntimeException e) {
            stream.close();
            throw e;
        }
    }
}

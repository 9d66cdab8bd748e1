package org.hexfuse.transport.unix;

import java.io.IOException;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.PeerCredentials;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.Sockets;

/** Who may be at the other end. */
final class PeerCheck {
    /** The user of a socket without another end, {@code unix(7)}. */
    private static final int NOBODY = -1;

    private PeerCheck() {}

    /** @throws IOException if the one who is there must not be */
    static void check(Fd socket, WireOptions options) throws IOException {
        PeerCredentials peer = Sockets.peer(socket);
        if (peer.uid() == NOBODY && peer.pid() == 0) {
            throw new IOException("the socket is not connected");
        }
        if (!options.anyUser() && !isTrusted(peer, ProcessIds.euid())) {
            throw new IOException("the other end, process " + peer.pid() + ", belongs to user "
                    + Integer.toUnsignedString(peer.uid()) + ", neither root nor this one");
        }
    }

    static boolean isTrusted(PeerCredentials peer, int user) {
        return peer.uid() == 0 || peer.uid() == user;
    }
}

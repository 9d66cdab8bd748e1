package org.hexfuse.transport.unix;

import java.io.IOException;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.PeerCredentials;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.Sockets;

/** Which peers are trusted: root and the user of this process. */
final class PeerCheck {
    /** The uid of a socket without a peer, {@code unix(7)}. */
    private static final int NOBODY = -1;

    private PeerCheck() {}

    /** @throws IOException if the peer is not trusted */
    static void check(Fd socket, WireOptions options) throws IOException {
        PeerCredentials peer = Sockets.peer(socket);
        if (peer.uid() == NOBODY && peer.pid() == 0) {
            throw new IOException("the socket is not connected");
        }
        if (!options.anyUser() && !isTrusted(peer, ProcessIds.euid())) {
            throw new IOException("the peer, process " + peer.pid() + ", belongs to user "
                    + Integer.toUnsignedString(peer.uid())
                    + ", which is neither root nor the user of this process; the option any_user admits it");
        }
    }

    static boolean isTrusted(PeerCredentials peer, int user) {
        return peer.uid() == 0 || peer.uid() == user;
    }
}

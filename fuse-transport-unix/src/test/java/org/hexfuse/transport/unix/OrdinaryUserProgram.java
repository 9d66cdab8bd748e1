package org.hexfuse.transport.unix;

import java.io.IOException;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;

/** Starts a server and writes to it, with the options that a mount has by default. */
final class OrdinaryUserProgram {
    private OrdinaryUserProgram() {}

    /** Run with the command of the server. */
    public static void main(String[] arguments) throws IOException {
        try (Vfs vfs = Vfs.connect(Address.of("exec", arguments[0]))) {
            vfs.mkdir("/d");
            vfs.writeString("/d/f", "text");
            vfs.link("/d/f", "/d/hard");
            System.out.println("user " + ProcessIds.euid() + ", owner " + vfs.stat("/d/f").uid() + ": "
                    + vfs.readString("/d/hard"));
        }
        System.exit(0);
    }
}

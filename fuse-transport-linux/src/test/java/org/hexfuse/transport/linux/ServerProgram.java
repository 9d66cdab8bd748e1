package org.hexfuse.transport.linux;

import java.io.IOException;
import java.io.OutputStream;
import org.hexfuse.transport.Address;

/** A program that mounts an address, prints MOUNTED, and exits at the end of its standard input. */
public final class ServerProgram {
    private ServerProgram() {}

    /** The argument is an address. */
    public static void main(String[] args) throws IOException, InterruptedException {
        try (var endpoint = new LinuxTransport().open(Address.parse(args[0]));
                var link = endpoint.accept().orElseThrow()) {
            TinyServer server = new TinyServer(link).start(2);
            System.out.println("MOUNTED");
            System.in.transferTo(OutputStream.nullOutputStream());
            link.shutdown();
            server.join();
            System.out.println("ENDED " + server.failures.size());
        }
    }
}

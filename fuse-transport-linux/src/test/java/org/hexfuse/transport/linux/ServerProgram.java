package org.hexfuse.transport.linux;

import java.io.IOException;
import java.io.OutputStream;
import org.hexfuse.transport.Address;

/** A process of its own that mounts an address, says so, and ends when its standard input ends. */
public final class ServerProgram {
    private ServerProgram() {}

    /** Called with an address. */
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

package org.hexfuse.nio;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.testkit.nio.NioContract;
import org.hexfuse.testkit.nio.NioFeature;
import org.hexfuse.transport.Address;

/** The contract of providers, by the URI of a server at a Unix socket. */
final class UnixProviderContractTest extends NioContract {
    private Path sockets;
    private FuseServer server;
    private FuseServer another;
    private FileSystem files;
    private int others;

    private FuseServer serve(String name) throws IOException {
        return FuseServer.serve(new MemoryFileSystem()).at(Address.of("unix", sockets.resolve(name).toString()))
                .start();
    }

    private static FileSystem connect(FuseServer server) throws IOException {
        return FileSystems.newFileSystem(URI.create("hexfuse:" + server.address()), Map.of());
    }

    @Override protected Path open() throws IOException {
        sockets = Files.createTempDirectory("hexfuse");
        server = serve("one");
        files = connect(server);
        return files.getPath("/");
    }

    @Override public Path openAnother() throws IOException {
        if (another != null) {
            another.close();
        }
        another = serve("another" + others++);
        return connect(another).getPath("/");
    }

    @Override protected Map<NioFeature, String> lacking() {
        return Map.of(NioFeature.MAPPED_WRITES, "without a kernel there are no pages to share with the file");
    }

    @Override protected Map<String, String> differences() {
        return Map.of("temporaryFilesAreForTheirOwner",
                "java.nio.file.Files gives these permissions in the default file system only");
    }

    @Override protected void close() throws IOException {
        for (AutoCloseable each : new AutoCloseable[]{files, server, another}) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
        Files.delete(sockets);
    }
}

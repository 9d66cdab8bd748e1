package org.hexfuse.examples.command.shell;

import java.io.IOException;
import java.time.Duration;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/** Brings a filesystem within reach of a shell: serves it in this process. */
public final class Servings {
    private final Factory fileSystems;

    /** Where filesystems come from. */
    @FunctionalInterface public interface Factory {
        /** The filesystem that an address names. */
        FuseFileSystem create(Address address) throws IOException;
    }

    /** Servings of what {@code fileSystems} makes. */
    public Servings(Factory fileSystems) {
        this.fileSystems = fileSystems;
    }

    /**
     * Serves a filesystem in this process and mounts it there.
     *
     * @param timeout for each answer, INIT's too
     */
    public Serving open(Address what, Duration timeout) throws IOException {
        FuseFileSystem fileSystem = fileSystems.create(what);
        VfsOptions options = VfsOptions.DEFAULT.withDefaultPermissions(fileSystem.kernelChecksPermissions())
                .withConnection(VfsOptions.DEFAULT.connection().withInitTimeout(timeout).withRequestTimeout(timeout));
        FuseServer server = FuseServer.serve(fileSystem).start();
        try {
            return new Serving(Vfs.connect(server.address(), options), server::close);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }
}

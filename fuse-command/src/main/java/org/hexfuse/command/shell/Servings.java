package org.hexfuse.command.shell;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Predicate;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.mount.Served;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.VfsOptions;

/** Opens filesystems for a shell: serves one in this process, or connects to the server at an address. */
public final class Servings {
    /** The timeout of INIT. */
    private static final Duration LONGEST_INIT = Duration.ofSeconds(10);

    private final Factory fileSystems;
    private final Predicate<String> isFileSystem;

    /** A source of filesystems. */
    @FunctionalInterface public interface Factory {
        /** Creates the filesystem of an address. */
        FuseFileSystem create(Address address) throws IOException;
    }

    /**
     * Opens filesystems of {@code fileSystems}.
     *
     * @param isFileSystem whether a scheme is that of a filesystem; others are schemes of transports
     */
    public Servings(Factory fileSystems, Predicate<String> isFileSystem) {
        this.fileSystems = fileSystems;
        this.isFileSystem = isFileSystem;
    }

    /**
     * Serves a filesystem in this process and mounts it, or mounts the server at an address.
     *
     * @param timeout the timeout of each request
     * @param pageCache how the data of files is cached
     * @throws IOException if it cannot be mounted; the message is one line
     */
    public Served open(Address what, Duration timeout, PageCacheOptions pageCache) throws IOException {
        Duration init = timeout.compareTo(LONGEST_INIT) < 0 ? timeout : LONGEST_INIT;
        VfsOptions options = VfsOptions.DEFAULT
                .withConnection(VfsOptions.DEFAULT.connection().withInitTimeout(init).withRequestTimeout(timeout))
                .withPageCache(pageCache);
        try {
            return isFileSystem.test(what.scheme()) || !isTransport(what.scheme())
                    ? Served.serve(fileSystems.create(what), options)
                    : Served.connect(what, options);
        } catch (FuseException e) {
            throw new IOException(what + ": " + meaning(e.errno()), e);
        }
    }

    private static boolean isTransport(String scheme) {
        return Transports.kernelTransports().stream().anyMatch(transport -> transport.scheme().equals(scheme));
    }

    private static String meaning(Errno errno) {
        return switch (errno) {
            case ETIMEDOUT -> "the server does not answer INIT (ETIMEDOUT)";
            case ECONNREFUSED -> "the server's answer to INIT is not understood (ECONNREFUSED)";
            case ECONNABORTED, ENOTCONN -> "the server has hung up (" + errno + ")";
            default -> errno.message() + " (" + errno + ")";
        };
    }
}

package org.hexfuse.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.Optional;
import org.hexfuse.nio.mount.Served;
import org.hexfuse.nio.path.HexfuseUri;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/**
 * The filesystem of the default provider. It connects when the first file is used, since a program uses paths before it can do that. It is
 * never closed.
 */
final class DefaultFiles {
    /** The scheme of any default provider. */
    static final String SCHEME = "file";
    private static final String PROPERTY = "org.hexfuse.nio.default";

    private final String javaHome = System.getProperty("java.home");
    private final FileSystemProvider platform;
    private final Address address;
    private final HexfuseFileSystem fileSystem;
    /** Null until the first file is used. */
    private volatile Vfs vfs;

    DefaultFiles(HexfuseFileSystemProvider provider, FileSystemProvider platform) {
        this.platform = platform;
        String text = System.getProperty(PROPERTY);
        if (text == null) {
            throw new IllegalArgumentException("the system property " + PROPERTY + " has no address, such as memory:");
        }
        address = Address.parse(text);
        fileSystem = new HexfuseFileSystem(provider, this::vfs, text, System.getProperty("user.dir"), this::uri,
                () -> {});
    }

    private Vfs vfs() {
        Vfs connected = vfs;
        return connected != null ? connected : connect();
    }

    private Vfs connect() {
        if (Thread.holdsLock(this)) {
            throw new UncheckedIOException(
                    new IOException(address + " is being opened by this thread, and has no files yet"));
        }
        synchronized (this) {
            try {
                if (vfs == null) {
                    vfs = Served.open(address, VfsOptions.DEFAULT).vfs();
                }
                return vfs;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    HexfuseFileSystem fileSystem(URI uri) {
        if (!"/".equals(path(uri).toString())) {
            throw new IllegalArgumentException("'" + uri + "' is not file:///");
        }
        return fileSystem;
    }

    /** A path of the platform's provider, if it is below {@code java.home}. */
    Optional<Path> platformPath(String first, String... more) {
        boolean isPlatforms = first.startsWith(javaHome)
                && (first.length() == javaHome.length() || first.charAt(javaHome.length()) == '/');
        return isPlatforms
                ? Optional.of(platform.getFileSystem(URI.create("file:///")).getPath(first, more))
                : Optional.empty();
    }

    /** With a slash at the end for a directory, as the platform's provider writes it. */
    private URI uri(String path) {
        boolean isDirectory = !path.equals("/") && Files.isDirectory(fileSystem.path(path));
        return HexfuseUri.ofFile(isDirectory ? path + "/" : path);
    }

    Path path(URI uri) {
        return fileSystem.getPath(HexfuseUri.filePath(uri));
    }
}

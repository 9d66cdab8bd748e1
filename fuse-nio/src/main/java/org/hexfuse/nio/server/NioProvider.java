package org.hexfuse.nio.server;

import com.google.auto.service.AutoService;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.HashMap;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.filter.ReadOnlyFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes filesystems of the files of any provider for {@code nio:URI}. */
@SuppressWarnings("exports") // An annotation that only the compiler reads.
@AutoService(FuseFileSystemProvider.class) public final class NioProvider implements FuseFileSystemProvider {
    private static final String READ_ONLY = "ro";

    public NioProvider() {}

    @Override public String scheme() {
        return "nio";
    }

    @Override public String description() {
        return "the files of any java.nio.file provider: nio:URI[?ro][&KEY=VALUE ...] with parameters of the provider";
    }

    @Override public FuseFileSystem create(Address address) throws IOException {
        URI uri = uri(address);
        Opened opened;
        try {
            opened = open(uri, address);
        } catch (IOException e) {
            throw Parameters.named(e);
        } catch (ProviderNotFoundException e) {
            throw new IOException("no provider of " + uri.getScheme() + ": files; add its jar to the class path", e);
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw new IOException("'" + uri + "': the provider of " + uri.getScheme() + ": says " + e.getMessage(), e);
        }
        boolean done = false;
        try {
            if (!Files.isDirectory(opened.root)) {
                throw new IOException(uri + ": no such directory");
            }
            boolean readOnly = address.flag(READ_ONLY) || opened.root.getFileSystem().isReadOnly();
            NioFileSystem files = NioFileSystem.of(opened.root, opened.close);
            done = true;
            return readOnly ? new ReadOnlyFileSystem(files) : files;
        } finally {
            if (!done) {
                opened.close.close();
            }
        }
    }

    private static URI uri(Address address) {
        try {
            var uri = new URI(address.path());
            if (uri.getScheme() == null) {
                throw new IllegalArgumentException(
                        "'" + address + "': nio: takes a URI of a provider, such as nio:jimfs://name/path");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + address + "': " + e.getMessage(), e);
        }
    }

    /** A directory, and what is to be closed of it. */
    private record Opened(Path root, java.io.Closeable close) {}

    /** A filesystem that is open, or else a new one. */
    private static Opened open(URI uri, Address address) throws IOException {
        try {
            return new Opened(Path.of(uri), () -> {});
        } catch (FileSystemNotFoundException _) {
            var parameters = new HashMap<String, Object>(address.parameters());
            parameters.remove(READ_ONLY);
            FileSystem made = FileSystems.newFileSystem(uri, parameters,
                    Thread.currentThread().getContextClassLoader());
            try {
                return new Opened(made.provider().getPath(uri), made);
            } catch (RuntimeException e) {
                made.close();
                throw e;
            }
        }
    }
}

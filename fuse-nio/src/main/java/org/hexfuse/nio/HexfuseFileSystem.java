package org.hexfuse.nio;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.hexfuse.nio.attribute.Principals;
import org.hexfuse.nio.mount.NioMount;
import org.hexfuse.nio.path.HexfusePath;
import org.hexfuse.nio.path.HexfuseUri;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/**
 * The files of a FUSE server for {@code java.nio.file}, without a mount.
 *
 * {@snippet :
 * try (FileSystem files = HexfuseFileSystem.of(vfs)) {
 *     Files.writeString(files.getPath("/notes.txt"), "hello");
 * }
 * }
 *
 * <p>It is as the default filesystem on Linux, see {@link HexfuseFileSystemProvider}. Any thread may call any method.
 */
public final class HexfuseFileSystem extends FileSystem {
    private static final String ROOT = "/";

    private final HexfuseFileSystemProvider provider;
    private final NioMount mount;
    private final Runnable end;

    HexfuseFileSystem(HexfuseFileSystemProvider provider, Supplier<Vfs> vfs, Address address, String directory,
            Runnable end) {
        this.provider = provider;
        this.mount = new NioMount(this, vfs, directory, path -> HexfuseUri.of(address, path));
        this.end = end;
    }

    /**
     * The files of a VFS. Closing the result closes its channels and streams, and not the VFS.
     *
     * <p>The URIs of its paths, {@code hexfuse:vfs:NUMBER!/PATH}, are valid in this process, as long as the result is referenced and open.
     */
    public static HexfuseFileSystem of(Vfs vfs) {
        return HexfuseFileSystemProvider.installed().mount(Objects.requireNonNull(vfs));
    }

    NioMount mount() {
        return mount;
    }

    @Override public HexfuseFileSystemProvider provider() {
        return provider;
    }

    /**
     * Closes channels, directory streams and watch services; and where it was opened by its address the connection to the server, and the
     * server if that is in this process.
     */
    @Override public void close() throws IOException {
        if (mount.beginClose()) {
            try {
                mount.closeResources();
            } finally {
                end.run();
            }
        }
    }

    @Override public boolean isOpen() { return mount.isOpen(); }

    @Override public boolean isReadOnly() { return false; }

    @Override public String getSeparator() { return ROOT; }

    @Override public Iterable<Path> getRootDirectories() { return List.of(getPath(ROOT)); }

    @Override public Iterable<FileStore> getFileStores() { return List.of(); }

    @Override public Set<String> supportedFileAttributeViews() {
        return Set.of("basic", "posix", "unix", "owner");
    }

    @Override public Path getPath(String first, String... more) {
        return HexfusePath.of(mount, first, more);
    }

    @Override public PathMatcher getPathMatcher(String syntaxAndPattern) {
        throw new UnsupportedOperationException();
    }

    @Override public UserPrincipalLookupService getUserPrincipalLookupService() { return Principals.MACHINE; }

    @Override public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }
}

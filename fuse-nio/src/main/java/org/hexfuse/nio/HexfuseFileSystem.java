package org.hexfuse.nio;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hexfuse.nio.attribute.Principals;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.file.VfsFileStore;
import org.hexfuse.nio.mount.NioMount;
import org.hexfuse.nio.path.HexfusePath;
import org.hexfuse.nio.path.Globs;
import org.hexfuse.nio.watch.DirectoryWatchService;
import org.hexfuse.nio.watch.VfsChangeSource;
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
    private final String name;
    private final NioMount mount;
    private final Runnable end;

    /**
     * A filesystem of a provider.
     *
     * @param vfs asked before each call
     * @param name the name of its store
     * @param directory the absolute path against which relative paths are resolved
     * @param uris the URI of an absolute path
     * @param end runs once when it is closed
     */
    HexfuseFileSystem(HexfuseFileSystemProvider provider, Supplier<Vfs> vfs, String name, String directory,
            Function<String, URI> uris, Runnable end) {
        this.provider = provider;
        this.name = name;
        this.mount = new NioMount(this, vfs, directory, uris);
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

    /**
     * The files at an address: of a filesystem, which is served in this process over {@code mem:}, or of a server. The same as
     * {@link java.nio.file.FileSystems#newFileSystem(URI, java.util.Map)}.
     *
     * @throws IllegalArgumentException if the address is malformed, or its scheme neither that of a filesystem nor that of a transport
     * @throws java.nio.file.FileSystemAlreadyExistsException if a filesystem with this address is open
     * @throws IOException if the filesystem cannot be opened or no server can be reached
     */
    public static HexfuseFileSystem open(Address address, VfsOptions options) throws IOException {
        return HexfuseFileSystemProvider.installed().open(address, options);
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
        if (provider.isDefault()) {
            throw new UnsupportedOperationException("the default filesystem is not closed");
        }
        if (mount.beginClose()) {
            try {
                mount.closeResources();
            } finally {
                end.run();
            }
        }
    }

    @Override public boolean isOpen() { return mount.isOpen(); }

    @Override public boolean isReadOnly() { return mount.vfs().isReadOnly(); }

    @Override public String getSeparator() { return ROOT; }

    @Override public Iterable<Path> getRootDirectories() { return List.of(getPath(ROOT)); }

    @Override public Iterable<FileStore> getFileStores() { return List.of(store(HexfusePath.of(mount, ROOT))); }

    @Override public Set<String> supportedFileAttributeViews() {
        return mount.features().hasAccessLists() ? Set.of("basic", "posix", "unix", "owner", "user", "acl")
                : Set.of("basic", "posix", "unix", "owner", "user");
    }

    /** The store of a file. */
    FileStore store(HexfusePath path) {
        return new VfsFileStore(path.location(true), name);
    }

    /** In the default filesystem, what is below {@code java.home} is a path of the platform's, see {@link HexfuseFileSystemProvider}. */
    @Override public Path getPath(String first, String... more) {
        return provider.platformPath(first, more).orElseGet(() -> path(first, more));
    }

    HexfusePath path(String first, String... more) {
        return HexfusePath.of(mount, first, more);
    }

    @Override public PathMatcher getPathMatcher(String syntaxAndPattern) {
        return Globs.matcher(syntaxAndPattern);
    }

    @Override public UserPrincipalLookupService getUserPrincipalLookupService() { return Principals.MACHINE; }

    /**
     * Watches directories: a change through this mount, and one that the server notifies, is found at once, others every two seconds.
     *
     * @throws IOException never
     */
    @Override public WatchService newWatchService() throws IOException {
        var source = new VfsChangeSource(mount.vfs(), this::watched,
                (_, name) -> HexfusePath.of(mount, name.toString()),
                (directory, e) -> IoErrors.ofDirectory(e, directory.toString()));
        var opened = new AtomicReference<Closeable>();
        var service = new DirectoryWatchService(source, DirectoryWatchService.INTERVAL,
                () -> mount.closed(opened.get()));
        opened.set(service);
        return mount.opened(service);
    }

    private String watched(Path directory) {
        if (directory.getFileSystem() != this) {
            throw new ProviderMismatchException(directory + " is a path of another filesystem than the watch service");
        }
        return HexfusePath.of(directory).linux();
    }
}

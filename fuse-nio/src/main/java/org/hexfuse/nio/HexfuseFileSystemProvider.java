package org.hexfuse.nio;

import com.google.auto.service.AutoService;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.attribute.AttributeViews;
import org.hexfuse.nio.attribute.FileView;
import org.hexfuse.nio.attribute.NamedAttributes;
import org.hexfuse.nio.attribute.Permissions;
import org.hexfuse.nio.attribute.StatAttributes;
import org.hexfuse.nio.directory.Directories;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.file.Channels;
import org.hexfuse.nio.file.CopyMove;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.nio.mount.Served;
import org.hexfuse.nio.path.HexfusePath;
import org.hexfuse.nio.path.HexfuseUri;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/**
 * The provider {@code hexfuse:}, of the files of FUSE servers.
 *
 * {@snippet :
 * try (FileSystem files = FileSystems.newFileSystem(URI.create("hexfuse:unix:/run/vault.sock"), Map.of())) {
 *     Files.writeString(files.getPath("/notes.txt"), "hello");
 * }
 * }
 *
 * <p><b>URIs</b> are {@code hexfuse:ADDRESS!/PATH}. The address is that of a filesystem on the class path, such as {@code memory:}, which
 * {@code newFileSystem} serves in this process, or that of a server, such as {@code unix:/run/vault.sock}. What a URI cannot have, and
 * {@code !}, is escaped by {@code %XX}.
 *
 * <p><b>Paths</b> are those of Linux; relative ones are resolved against the root. A byte of a name that is not UTF-8 is one lone surrogate in
 * the text of a path, U+DC80 to U+DCFF, see {@link org.hexfuse.abi.Name}, and {@code %XX} in a URI.
 *
 * <p><b>Exceptions</b> are those of the default provider, with the errno in their reason and the {@link FuseException} as their cause.
 *
 * <p><b>The default provider</b> of a program is this one with
 * {@code -Djava.nio.file.spi.DefaultFileSystemProvider=org.hexfuse.nio.HexfuseFileSystemProvider}, and serves the address in the system
 * property {@code org.hexfuse.nio.default}. Its URIs are {@code file:///PATH}, and relative paths are resolved against {@code user.dir}.
 * Paths that start with {@code java.home} are those of the platform's provider, since the JDK reads its configuration by the default one.
 * A filesystem that is served in this process must not use paths while it is opened.
 */
@SuppressWarnings("exports") // An annotation that only the compiler reads.
@AutoService(FileSystemProvider.class) public final class HexfuseFileSystemProvider extends FileSystemProvider {
    /** In the {@code env} of a new filesystem: the {@link VfsOptions}, if not {@link VfsOptions#DEFAULT}. */
    public static final String OPTIONS = "options";
    /** In the {@code env} of a new filesystem: the {@link org.hexfuse.vfs.Credentials} of its calls. */
    public static final String CREDENTIALS = "credentials";
    /** In the {@code env} of a new filesystem: a Boolean, whether changes fail with EROFS. */
    public static final String READ_ONLY = "readOnly";
    /** In the {@code env} of a new filesystem: the {@link java.time.Duration} after which a request aborts the connection. */
    public static final String TIMEOUT = "timeout";
    /**
     * In the {@code env} of a new filesystem: a String, how the data of files is cached, {@code none}, {@code auto} or {@code writeback},
     * as {@link org.hexfuse.vfs.PageCacheOptions#parse} reads it. Nothing unless it is given.
     */
    public static final String CACHE = "cache";

    private static final String ROOT = "/";
    private static final int NEW_FILE = 0666;
    private static final int NEW_DIRECTORY = 0777;
    private static final OpenFileSystems OPEN = new OpenFileSystems();

    /** The filesystem of the default provider. */
    private final Optional<DefaultFiles> defaultFiles;

    /** For {@link java.util.ServiceLoader}. */
    public HexfuseFileSystemProvider() {
        defaultFiles = Optional.empty();
    }

    /**
     * The default provider of the program, see the class description.
     *
     * @throws IllegalArgumentException if the address in {@code org.hexfuse.nio.default} is malformed, or there is none
     */
    public HexfuseFileSystemProvider(FileSystemProvider platform) {
        defaultFiles = Optional.of(new DefaultFiles(this, platform));
    }

    /** The instance that {@link FileSystemProvider#installedProviders} has; another one where that does not see this class. */
    static HexfuseFileSystemProvider installed() {
        return Installed.PROVIDER;
    }

    private static final class Installed {
        static final HexfuseFileSystemProvider PROVIDER = FileSystemProvider.installedProviders().stream()
                .filter(HexfuseFileSystemProvider.class::isInstance).map(HexfuseFileSystemProvider.class::cast)
                .filter(provider -> !provider.isDefault()).findFirst().orElseGet(HexfuseFileSystemProvider::new);
    }

    /** Whether it is the default provider of the program. */
    boolean isDefault() { return defaultFiles.isPresent(); }

    /** A path of the platform's provider, for a file of the JDK in the default filesystem. */
    Optional<Path> platformPath(String first, String... more) {
        return defaultFiles.flatMap(files -> files.platformPath(first, more));
    }

    HexfuseFileSystem mount(Vfs vfs) {
        Address address = OPEN.unnamed();
        var fileSystem = new HexfuseFileSystem(this, () -> vfs, address.toString(), ROOT,
                path -> HexfuseUri.of(address, path), () -> OPEN.remove(address));
        OPEN.add(address, fileSystem);
        return fileSystem;
    }

    HexfuseFileSystem open(Address address, VfsOptions options) throws IOException {
        return OPEN.open(address, () -> {
            Served served = Served.open(address, options);
            return new HexfuseFileSystem(this, served::vfs, address.toString(), ROOT,
                    path -> HexfuseUri.of(address, path), () -> {
                        OPEN.remove(address);
                        served.close();
                    });
        });
    }

    @Override public String getScheme() { return isDefault() ? DefaultFiles.SCHEME : HexfuseUri.SCHEME; }

    /**
     * Opens the filesystem of an address.
     *
     * @param uri without a path, or with any, which is ignored
     * @param env any of {@link #OPTIONS}, {@link #CREDENTIALS}, {@link #READ_ONLY}, {@link #TIMEOUT} and {@link #CACHE}
     * @throws IllegalArgumentException if the URI or a value is malformed
     * @throws java.nio.file.FileSystemAlreadyExistsException if a filesystem with this address is open
     * @throws IOException if the filesystem cannot be opened or no server can be reached
     */
    @Override public FileSystem newFileSystem(URI uri, Map<String, ?> env) throws IOException {
        if (isDefault()) {
            throw new FileSystemAlreadyExistsException(uri.toString());
        }
        return open(HexfuseUri.parse(uri).address(), Environment.options(env));
    }

    @Override public FileSystem getFileSystem(URI uri) {
        return defaultFiles.isPresent() ? defaultFiles.get().fileSystem(uri)
                : OPEN.get(HexfuseUri.parse(uri).address());
    }

    @Override public Path getPath(URI uri) {
        if (defaultFiles.isPresent()) {
            return defaultFiles.get().path(uri);
        }
        HexfuseUri parsed = HexfuseUri.parse(uri);
        String path = parsed.path().orElseThrow(() -> new IllegalArgumentException("'" + uri
                + "' has no path: write it as hexfuse:ADDRESS!/PATH"));
        return OPEN.get(parsed.address()).getPath(path);
    }

    private static Location location(Path path, LinkOption... options) {
        for (LinkOption option : options) {
            Objects.requireNonNull(option);
        }
        return HexfusePath.of(path).location(options.length == 0);
    }

    @Override public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options,
            FileAttribute<?>... attrs) throws IOException {
        return newFileChannel(path, options, attrs);
    }

    @Override public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options,
            FileAttribute<?>... attrs) throws IOException {
        return Channels.open(location(path), options, Permissions.ofNew(NEW_FILE, attrs));
    }

    @Override public AsynchronousFileChannel newAsynchronousFileChannel(Path path, Set<? extends OpenOption> options,
            ExecutorService executor, FileAttribute<?>... attrs) throws IOException {
        return Channels.openAsynchronously(location(path), options, executor, Permissions.ofNew(NEW_FILE, attrs));
    }

    @Override public DirectoryStream<Path> newDirectoryStream(Path dir, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        return Directories.open(HexfusePath.of(dir), filter);
    }

    @Override public void createDirectory(Path dir, FileAttribute<?>... attrs) throws IOException {
        Location location = location(dir);
        int mode = Permissions.ofNew(NEW_DIRECTORY, attrs);
        location.run(vfs -> vfs.mkdir(location.path(), mode));
    }

    @Override public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attrs) throws IOException {
        if (attrs.length > 0) {
            throw new UnsupportedOperationException("a symbolic link is created without attributes");
        }
        Location location = location(link);
        String text = HexfusePath.of(target).toString();
        location.run(vfs -> vfs.symlink(text, location.path()));
    }

    @Override public void createLink(Path link, Path existing) throws IOException {
        Location target = location(existing);
        Location location = location(link);
        location.run(vfs -> vfs.link(target.path(), location.path()),
                e -> IoErrors.of(e, location.name(), target.name()));
    }

    @Override public Path readSymbolicLink(Path link) throws IOException {
        Location location = location(link);
        String target = location.get(vfs -> vfs.readlink(location.path()), e -> IoErrors.ofLink(e, location.name()));
        return HexfusePath.of(location.mount(), target);
    }

    @Override public void delete(Path path) throws IOException {
        Directories.delete(location(path));
    }

    @Override public void copy(Path source, Path target, CopyOption... options) throws IOException {
        CopyMove.copy(HexfusePath.of(source), HexfusePath.of(target), options);
    }

    @Override public void move(Path source, Path target, CopyOption... options) throws IOException {
        CopyMove.move(HexfusePath.of(source), HexfusePath.of(target), options);
    }

    @Override public boolean isSameFile(Path path, Path path2) throws IOException {
        HexfusePath one = HexfusePath.of(path);
        if (one.equals(Objects.requireNonNull(path2))) {
            return true;
        }
        return path2 instanceof HexfusePath other && fileKey(one).equals(fileKey(other));
    }

    private static Object fileKey(HexfusePath path) throws IOException {
        Location location = path.location(true);
        return new StatAttributes(location, location.get(location::stat)).fileKey();
    }

    @Override public boolean isHidden(Path path) {
        Path name = HexfusePath.of(path).getFileName();
        return name != null && name.toString().startsWith(".");
    }

    @Override public FileStore getFileStore(Path path) throws IOException {
        HexfusePath ours = HexfusePath.of(path);
        ours.location(true).stat();
        return ((HexfuseFileSystem) ours.getFileSystem()).store(ours);
    }

    @Override public void checkAccess(Path path, AccessMode... modes) throws IOException {
        Location location = location(path);
        int mask = 0;
        for (AccessMode mode : modes) {
            mask |= switch (mode) {
                case READ -> 4;
                case WRITE -> 2;
                case EXECUTE -> 1;
            };
        }
        if (mask == 0) {
            location.stat();
        } else {
            int bits = mask;
            location.run(vfs -> vfs.access(location.path(), bits), e -> IoErrors.ofStat(e, location.name()));
        }
    }

    @Override public boolean exists(Path path, LinkOption... options) {
        Location location = location(path, options);
        try {
            return location.get(vfs -> isThere(location, vfs));
        } catch (IOException _) {
            return false;
        }
    }

    /** Without an exception, which costs more than the answer. */
    private static boolean isThere(Location location, Vfs vfs) {
        try {
            location.stat(vfs);
            return true;
        } catch (FuseException _) {
            return false;
        }
    }

    @Override public <A extends BasicFileAttributes> A readAttributesIfExists(Path path, Class<A> type,
            LinkOption... options) throws IOException {
        requireAttributes(type);
        Location location = location(path, options);
        return location.get(vfs -> {
            try {
                return type.cast(new StatAttributes(location, location.stat(vfs)));
            } catch (FuseException e) {
                if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                    return null;
                }
                throw e;
            }
        });
    }

    @Override public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        requireAttributes(type);
        return type.cast(FileView.read(location(path, options)));
    }

    private static void requireAttributes(Class<?> type) {
        if (Objects.requireNonNull(type) != BasicFileAttributes.class && type != PosixFileAttributes.class) {
            throw new UnsupportedOperationException(type.getName() + " is not supported");
        }
    }

    @Override public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type,
            LinkOption... options) {
        return AttributeViews.of(location(path, options), type);
    }

    @Override public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
            throws IOException {
        return NamedAttributes.parse(attributes).read(location(path, options));
    }

    @Override public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
            throws IOException {
        NamedAttributes.parse(attribute).set(location(path, options), value);
    }
}

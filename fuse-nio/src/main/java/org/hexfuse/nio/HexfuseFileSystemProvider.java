package org.hexfuse.nio;

import com.google.auto.service.AutoService;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.attribute.FileView;
import org.hexfuse.nio.attribute.Permissions;
import org.hexfuse.nio.attribute.StatAttributes;
import org.hexfuse.nio.directory.Directories;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.file.Channels;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.nio.path.HexfusePath;
import org.hexfuse.nio.path.HexfuseUri;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;

/** The provider {@code hexfuse:}. */
@SuppressWarnings("exports") // An annotation that only the compiler reads.
@AutoService(FileSystemProvider.class) public final class HexfuseFileSystemProvider extends FileSystemProvider {
    private static final int NEW_FILE = 0666;
    private static final int NEW_DIRECTORY = 0777;

    /** For {@link java.util.ServiceLoader}. */
    public HexfuseFileSystemProvider() {}

    /** The instance that {@link FileSystemProvider#installedProviders} has; another one where that does not see this class. */
    static HexfuseFileSystemProvider installed() {
        return Installed.PROVIDER;
    }

    private static final class Installed {
        static final HexfuseFileSystemProvider PROVIDER = FileSystemProvider.installedProviders().stream()
                .filter(HexfuseFileSystemProvider.class::isInstance).map(HexfuseFileSystemProvider.class::cast)
                .findFirst().orElseGet(HexfuseFileSystemProvider::new);
    }

    HexfuseFileSystem mount(Vfs vfs) {
        return new HexfuseFileSystem(this, () -> vfs, Address.of("vfs", "1"), "/", () -> {});
    }

    @Override public String getScheme() { return HexfuseUri.SCHEME; }

    @Override public FileSystem newFileSystem(URI uri, Map<String, ?> env) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override public FileSystem getFileSystem(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    @Override public void move(Path source, Path target, CopyOption... options) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override public boolean isSameFile(Path path, Path path2) throws IOException {
        HexfusePath one = HexfusePath.of(path);
        if (one.equals(Objects.requireNonNull(path2))) {
            return true;
        }
        return path2 instanceof HexfusePath other
                && FileView.read(one.location(true)).fileKey().equals(FileView.read(other.location(true)).fileKey());
    }

    @Override public boolean isHidden(Path path) {
        Path name = HexfusePath.of(path).getFileName();
        return name != null && name.toString().startsWith(".");
    }

    @Override public FileStore getFileStore(Path path) throws IOException {
        throw new UnsupportedOperationException();
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
            location.run(vfs -> vfs.access(location.path(), bits));
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
                if (e.errno() == Errno.ENOENT) {
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
        Location location = location(path, options);
        if (Objects.requireNonNull(type) == BasicFileAttributeView.class) {
            return type.cast(new FileView("basic", location));
        }
        if (type == PosixFileAttributeView.class) {
            return type.cast(new FileView("posix", location));
        }
        return type == FileOwnerAttributeView.class ? type.cast(new FileView("owner", location)) : null;
    }

    @Override public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
            throws IOException {
        throw new UnsupportedOperationException();
    }
}

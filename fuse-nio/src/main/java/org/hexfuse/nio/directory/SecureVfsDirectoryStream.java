package org.hexfuse.nio.directory;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import org.hexfuse.nio.attribute.AttributeViews;
import org.hexfuse.nio.attribute.Permissions;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.file.Channels;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.nio.path.HexfusePath;
import org.hexfuse.vfs.OpenDirectory;
import org.hexfuse.vfs.Vfs;

/**
 * A directory stream whose relative paths begin in the open directory, wherever it is moved meanwhile. What it has opened stays open when it is
 * closed.
 */
final class SecureVfsDirectoryStream implements SecureDirectoryStream<Path> {
    private static final int NEW_FILE = 0666;

    private final HexfusePath directory;
    private final OpenDirectory open;
    private final VfsDirectoryStream names;
    private volatile boolean closed;

    /** A stream of an open directory, which it closes. */
    SecureVfsDirectoryStream(OpenDirectory open, HexfusePath directory, Filter<? super Path> filter) {
        this.directory = directory;
        this.open = open;
        this.names = new VfsDirectoryStream(open, directory, filter);
    }

    private static boolean follows(LinkOption... options) {
        for (LinkOption option : options) {
            Objects.requireNonNull(option);
        }
        return options.length == 0;
    }

    /** The file of a path, which is relative to this directory unless it is absolute. */
    private Location at(Path path, boolean follow) {
        HexfusePath ours = HexfusePath.of(path);
        here();
        if (ours.isAbsolute()) {
            return ours.location(follow);
        }
        String text = ours.toString().isEmpty() ? "." : ours.toString();
        return new Location(directory.mount(), this::here, text, text, follow);
    }

    private Vfs here() {
        Vfs root = directory.mount().vfs();
        if (closed) {
            throw new ClosedDirectoryStreamException();
        }
        return root.at(open);
    }

    @Override public Iterator<Path> iterator() {
        return names.iterator();
    }

    @Override public SecureDirectoryStream<Path> newDirectoryStream(Path path, LinkOption... options)
            throws IOException {
        return Directories.open(at(path, follows(options)), directory.resolve(path), _ -> true);
    }

    @Override public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options,
            FileAttribute<?>... attrs) throws IOException {
        return Channels.open(at(path, true), options, Permissions.ofNew(NEW_FILE, attrs));
    }

    @Override public void deleteFile(Path path) throws IOException {
        Location file = at(path, false);
        file.run(vfs -> vfs.unlink(file.path()));
    }

    @Override public void deleteDirectory(Path path) throws IOException {
        Location file = at(path, false);
        file.run(vfs -> vfs.rmdir(file.path()), e -> IoErrors.ofRemoval(e, file.name()));
    }

    @Override public void move(Path srcpath, SecureDirectoryStream<Path> targetdir, Path targetpath)
            throws IOException {
        if (!(Objects.requireNonNull(targetdir) instanceof SecureVfsDirectoryStream there)) {
            throw new ProviderMismatchException(targetdir.getClass().getName() + " is no stream of this provider");
        }
        Location source = at(srcpath, false);
        Location target = there.at(targetpath, false);
        source.run(vfs -> vfs.rename(source.path(), target.vfs(), target.path(), 0),
                e -> IoErrors.ofAtomicMove(e, source.name(), target.name()));
    }

    @Override public <V extends FileAttributeView> V getFileAttributeView(Class<V> type) {
        return AttributeViews.of(at(directory.sibling(""), true), type);
    }

    @Override public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type,
            LinkOption... options) {
        return AttributeViews.of(at(path, follows(options)), type);
    }

    @Override public void close() throws IOException {
        closed = true;
        directory.mount().closed(this);
        names.close();
    }
}

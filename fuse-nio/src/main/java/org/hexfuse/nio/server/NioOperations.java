package org.hexfuse.nio.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.*;
import org.hexfuse.server.path.PathOperations;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Listed;

/** The operations of paths on the files below a path of a provider. */
final class NioOperations implements PathOperations {
    private static final int LONGEST_NAME = 255;

    /** The root of now: a zip that was written has another one. */
    private final Supplier<Path> root;
    private final Blocking blocking;
    private final Names names;
    private final FileView view;
    private final Contents contents;
    private final UserAttributes attributes;
    private final Owners owners;
    private final Missing missing;
    private final NewFiles newFiles = new NewFiles();

    NioOperations(Supplier<Path> root, Blocking blocking, FileView view, Contents contents, Owners owners,
            Missing missing) {
        this.root = root;
        this.blocking = blocking;
        this.names = new Names(root.get());
        this.view = view;
        this.contents = contents;
        this.attributes = new UserAttributes(missing);
        this.owners = owners;
        this.missing = missing;
    }

    private Path at(String path) {
        return names.path(root.get(), path);
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(1, path.lastIndexOf('/')));
    }

    @Override public Blocking blocking() { return blocking; }

    @Override public boolean kernelChecksPermissions() { return true; }

    @Override public Set<Capability> capabilities() { return Set.of(Capability.values()); }

    private Attr attr(String path, Path file) throws IOException {
        Attr attr = contents.seen(path, view.read(file));
        if (FileType.SYMLINK.is(attr.mode()) && attr.size() == 0) {
            return attr.toBuilder().resize(names.target(Files.readSymbolicLink(file)).length()).build();
        }
        return path.equals("/") && attr.ino() == 0 ? attr.toBuilder().ino(FuseFileSystem.ROOT).build() : attr;
    }

    @Override public Attr getattr(String path, GetAttr op) throws IOException {
        if (path.length() - path.lastIndexOf('/') > LONGEST_NAME + 1) {
            throw FuseException.of(Errno.ENAMETOOLONG);
        }
        try (var _ = newFiles.made(path)) {
            return attr(path, at(path));
        }
    }

    @Override public Attr setattr(String path, SetAttr op) throws IOException {
        Path file = at(path);
        Attr before = attr(path, file);
        if (op.size().isPresent()) {
            contents.truncate(path, file, op.size().getAsLong());
        }
        Attr wanted = op.applyTo(before, Timespec.now());
        if (op.owner().isPresent() || op.group().isPresent()) {
            view.chown(file, wanted.uid(), wanted.gid());
        }
        if (op.mode().isPresent() || wanted.mode() != before.mode()) {
            view.chmod(file, wanted.mode());
        }
        Optional<Timespec> modified = op.size().isPresent() ? op.mtime().or(() -> Optional.of(wanted.mtime()))
                : op.mtime();
        if (op.atime().isPresent() || modified.isPresent()) {
            view.utimens(file, op.atime(), modified);
            contents.timed(path, modified);
        }
        return attr(path, file);
    }

    @Override public Name readlink(String path, ReadLink op) throws IOException {
        return names.target(Files.readSymbolicLink(at(path)));
    }

    /** Gives a new file the owner and the mode that Linux's own filesystems would. */
    private void own(String path, Path file, int mode, Operation<?> op) throws IOException {
        Attr wanted = Attr.ofNew(mode, op, view.read(at(parent(path)))).build();
        Attr made = view.read(file);
        if (made.uid() != wanted.uid() || made.gid() != wanted.gid()) {
            try {
                view.chown(file, wanted.uid(), wanted.gid());
            } catch (IOException | FuseException _) {
                missing.note("way to give new files to their creators: they belong to user " + owners.uid());
            }
        }
        int kept = view.keepsSpecial() ? FileView.SPECIAL | FileView.PERMISSIONS : FileView.PERMISSIONS;
        if (!FileType.SYMLINK.is(wanted.mode()) && ((made.mode() ^ wanted.mode()) & kept) != 0) {
            try {
                view.chmod(file, wanted.mode() & kept);
            } catch (FuseException _) {
                // It is logged, and a file with other permissions is better than none.
            }
        }
    }

    /** Undoes what was created, if the rest of it fails. */
    private void owning(String path, Path file, int mode, Operation<?> op) throws IOException {
        boolean done = false;
        try {
            own(path, file, mode, op);
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override public void mknod(String path, MkNod op) throws IOException {
        try (var _ = newFiles.making(path)) {
            if (FileType.ofMode(op.mode()).orElse(FileType.REGULAR) != FileType.REGULAR) {
                throw missing.unsupported("FIFOs, sockets and devices");
            }
            Path file = at(path);
            FileHandle handle = contents.create(path, file, OpenFlags.WRONLY, op.mode());
            try {
                owning(path, file, op.mode(), op);
            } finally {
                release(handle, op.session());
            }
        }
    }

    private static void release(FileHandle handle, Session session) throws IOException {
        try {
            handle.release(Release.of(0, 0).withSession(session));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override public void mkdir(String path, MkDir op) throws IOException {
        try (var _ = newFiles.making(path)) {
            Path file = at(path);
            Files.createDirectory(file);
            owning(path, file, FileType.DIRECTORY.mode() | op.mode(), op);
        }
    }

    @Override public void symlink(String path, SymLink op) throws IOException {
        try (var _ = newFiles.making(path)) {
            Path file = at(path);
            try {
                Files.createSymbolicLink(file, names.target(root.get(), op.target()));
            } catch (UnsupportedOperationException _) {
                throw missing.unsupported("symbolic links");
            }
            owning(path, file, FileType.SYMLINK.mode() | 0777, op);
        }
    }

    @Override public void link(String existing, String path, Link op) throws IOException {
        try {
            Files.createLink(at(path), at(existing));
        } catch (UnsupportedOperationException _) {
            throw missing.unsupported("hard links");
        }
    }

    @Override public void unlink(String path, Unlink op) throws IOException {
        Path file = at(path);
        Attr attr = attr(path, file);
        if (FileType.DIRECTORY.is(attr.mode())) {
            throw FuseException.of(Errno.EISDIR);
        }
        contents.removing(path, file);
        Files.delete(file);
        contents.removed(path, attr);
    }

    @Override public void rmdir(String path, RmDir op) throws IOException {
        Path file = at(path);
        if (view.type(file) != FileType.DIRECTORY) {
            throw FuseException.of(Errno.ENOTDIR);
        }
        Files.delete(file);
    }

    @Override public void rename(String from, String to, Rename op) throws IOException {
        if ((op.flags() & ~Rename.NOREPLACE) != 0) {
            throw missing.error(Errno.EINVAL, "RENAME_EXCHANGE and RENAME_WHITEOUT");
        }
        Path source = at(from);
        Path target = at(to);
        Attr moved = attr(from, source);
        Attr replaced = null;
        try {
            replaced = attr(to, target);
        } catch (NoSuchFileException _) {
            // Nothing is replaced.
        }
        if (replaced == null) {
            contents.move(source, target);
            contents.moved(from, to);
            return;
        }
        if ((op.flags() & Rename.NOREPLACE) != 0) {
            throw FuseException.of(Errno.EEXIST);
        }
        if (Files.isSameFile(source, target) && !FileType.SYMLINK.is(moved.mode())) {
            return;
        }
        replace(from, to, moved, replaced);
    }

    private void replace(String from, String to, Attr moved, Attr replaced) throws IOException {
        Path target = at(to);
        boolean directory = FileType.DIRECTORY.is(replaced.mode());
        if (directory != FileType.DIRECTORY.is(moved.mode())) {
            throw FuseException.of(directory ? Errno.EISDIR : Errno.ENOTDIR);
        }
        if (directory) {
            try (DirectoryStream<Path> names = Files.newDirectoryStream(target)) {
                if (names.iterator().hasNext()) {
                    throw FuseException.of(Errno.ENOTEMPTY);
                }
            }
        } else {
            contents.removing(to, target);
        }
        contents.move(at(from), target);
        if (!directory) {
            contents.removed(to, replaced);
        }
        contents.moved(from, to);
    }

    private FileHandle opened(String path, FileHandle handle, int flags, Operation<?> op) throws IOException {
        boolean done = false;
        try {
            if ((flags & OpenFlags.TRUNC) != 0) {
                view.utimens(at(path), Optional.empty(), Optional.of(Timespec.now()));
            }
            done = true;
            return handle;
        } finally {
            if (!done) {
                release(handle, op.session());
            }
        }
    }

    @Override public FileHandle open(String path, Open op) throws IOException {
        return opened(path, contents.open(path, at(path), op.flags()), op.flags(), op);
    }

    @Override public FileHandle create(String path, Create op) throws IOException {
        try (var _ = newFiles.making(path)) {
            return createOwned(path, at(path), op);
        }
    }

    private FileHandle createOwned(String path, Path file, Create op) throws IOException {
        FileHandle handle;
        try {
            handle = contents.create(path, file, op.flags(), op.mode());
        } catch (FileAlreadyExistsException e) {
            if ((op.flags() & OpenFlags.EXCL) != 0) {
                throw e;
            }
            return opened(path, contents.open(path, file, op.flags()), op.flags(), op);
        }
        boolean done = false;
        try {
            own(path, file, op.mode(), op);
            done = true;
            return handle;
        } finally {
            if (!done) {
                release(handle, op.session());
            }
        }
    }

    /** Takes the names from the provider as they are read; the framework closes the stream. */
    @SuppressWarnings("StreamResourceLeak")
    @Override public Stream<Listed> readdir(String path, ReadDir op) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(at(path));
        String prefix = path.equals("/") ? "/" : path + "/";
        return StreamSupport.stream(stream.spliterator(), false).map(names::name)
                .flatMap(name -> listed(prefix, name).stream()).onClose(() -> {
                    try {
                        stream.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    /** A name with its type; nothing if the file was removed meanwhile. */
    private Optional<Listed> listed(String prefix, Name name) {
        try {
            return Optional.of(view.listed(name, at(prefix + name)));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override public void setxattr(String path, SetXattr op) throws IOException {
        attributes.set(at(path), op);
    }

    @Override public byte[] getxattr(String path, GetXattr op) throws IOException {
        return attributes.get(at(path), op.name());
    }

    @Override public List<Name> listxattr(String path, ListXattr op) throws IOException {
        return attributes.list(at(path));
    }

    @Override public void removexattr(String path, RemoveXattr op) throws IOException {
        attributes.remove(at(path), op.name());
    }

    @Override public StatVfs statfs(String path, StatFs op) throws IOException {
        FileStore store = Files.getFileStore(at(path));
        long block = 4096;
        try {
            block = Math.max(512, store.getBlockSize());
        } catch (UnsupportedOperationException _) {
            // Any size will do.
        }
        return new StatVfs(block, store.getTotalSpace() / block, store.getUnallocatedSpace() / block,
                store.getUsableSpace() / block, 0, 0, LONGEST_NAME);
    }

    /** Storage is written to by {@code fsync(2)} of each file. */
    @Override public void syncfs(SyncFs op) {}
}

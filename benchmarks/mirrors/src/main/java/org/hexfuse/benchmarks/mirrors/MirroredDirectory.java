package org.hexfuse.benchmarks.mirrors;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The directory that is mirrored, by java.nio: what both mirrors do the same way, so that only the libraries differ. Paths are those of
 * the mount, from its root.
 *
 * <p>Names are strings: a name that is not UTF-8 cannot be served. New files belong to the server's user, so only root's calls do as
 * they would on the directory itself; the process must have a umask of 0. Exceptions that java.nio has no type for are EIO.
 */
final class MirroredDirectory {
    private static final int EIO = 5;
    private static final int ENOENT = 2;
    private static final int EACCES = 13;
    private static final int EEXIST = 17;
    private static final int ENOTDIR = 20;
    private static final int ENOTEMPTY = 39;

    private static final int O_ACCMODE = 3;
    private static final int O_WRONLY = 1;
    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0100;
    private static final int O_EXCL = 0200;
    private static final int O_TRUNC = 01000;

    private final Path root;
    private final FileStore store;
    private final ConcurrentMap<Long, FileChannel> open = new ConcurrentHashMap<>();
    private final AtomicLong handles = new AtomicLong();

    MirroredDirectory(Path root) throws IOException {
        this.root = root;
        store = Files.getFileStore(root);
    }

    /** One operation: its result, or the exception that is answered as an error. */
    @FunctionalInterface interface Operation {
        int run() throws IOException;
    }

    /** Returns the result, or an error number below 0, as libfuse wants it. Nothing is thrown: an exception would end the process. */
    static int answer(Operation operation) {
        try {
            return operation.run();
        } catch (NoSuchFileException _) {
            return -ENOENT;
        } catch (AccessDeniedException _) {
            return -EACCES;
        } catch (FileAlreadyExistsException _) {
            return -EEXIST;
        } catch (NotDirectoryException _) {
            return -ENOTDIR;
        } catch (DirectoryNotEmptyException _) {
            return -ENOTEMPTY;
        } catch (IOException | RuntimeException _) {
            return -EIO;
        }
    }

    FileStore store() {
        return store;
    }

    Path at(String path) {
        return root.resolve(path.substring(1));
    }

    /** Returns the file handle. {@code mode} counts when the file is created. */
    long open(String path, int flags, int mode) throws IOException {
        FileChannel channel = FileChannel.open(at(path), options(flags), permissions(mode));
        long handle = handles.incrementAndGet();
        open.put(handle, channel);
        return handle;
    }

    /** A short read is the end of the file. */
    int read(long handle, ByteBuffer to, long offset) throws IOException {
        return Math.max(0, open.get(handle).read(to, offset));
    }

    int write(long handle, ByteBuffer from, long offset) throws IOException {
        return open.get(handle).write(from, offset);
    }

    int release(long handle) throws IOException {
        open.remove(handle).close();
        return 0;
    }

    List<String> list(String path) throws IOException {
        List<String> names = new ArrayList<>(List.of(".", ".."));
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(at(path))) {
            for (Path entry : entries) {
                names.add(entry.getFileName().toString());
            }
        }
        return names;
    }

    int makeDirectory(String path, int mode) throws IOException {
        Files.createDirectory(at(path), permissions(mode));
        return 0;
    }

    int remove(String path) throws IOException {
        Files.delete(at(path));
        return 0;
    }

    int rename(String from, String to) throws IOException {
        Files.move(at(from), at(to), StandardCopyOption.ATOMIC_MOVE);
        return 0;
    }

    int truncate(String path, long size) throws IOException {
        try (FileChannel file = FileChannel.open(at(path), StandardOpenOption.WRITE)) {
            if (size > file.size()) {
                file.write(ByteBuffer.allocate(1), size - 1);
            } else {
                file.truncate(size);
            }
        }
        return 0;
    }

    int changeMode(String path, int mode) throws IOException {
        Files.setAttribute(at(path), "unix:mode", mode);
        return 0;
    }

    /** An id of -1 stays as it is. */
    int changeOwner(String path, int uid, int gid) throws IOException {
        if (uid != -1) {
            Files.setAttribute(at(path), "unix:uid", uid, NOFOLLOW_LINKS);
        }
        if (gid != -1) {
            Files.setAttribute(at(path), "unix:gid", gid, NOFOLLOW_LINKS);
        }
        return 0;
    }

    /** A time that is absent stays as it is. */
    int changeTimes(String path, Optional<Instant> accessed, Optional<Instant> modified) throws IOException {
        Files.getFileAttributeView(at(path), BasicFileAttributeView.class, NOFOLLOW_LINKS)
                .setTimes(modified.map(FileTime::from).orElse(null), accessed.map(FileTime::from).orElse(null), null);
        return 0;
    }

    /** O_APPEND is the kernel's affair: it sends the offset. */
    private static Set<StandardOpenOption> options(int flags) {
        Set<StandardOpenOption> options = EnumSet.noneOf(StandardOpenOption.class);
        int access = flags & O_ACCMODE;
        if (access != O_WRONLY) {
            options.add(StandardOpenOption.READ);
        }
        if (access == O_WRONLY || access == O_RDWR) {
            options.add(StandardOpenOption.WRITE);
        }
        if ((flags & O_CREAT) != 0) {
            options.add((flags & O_EXCL) != 0 ? StandardOpenOption.CREATE_NEW : StandardOpenOption.CREATE);
        }
        if ((flags & O_TRUNC) != 0) {
            options.add(StandardOpenOption.TRUNCATE_EXISTING);
        }
        return options;
    }

    private static FileAttribute<Set<PosixFilePermission>> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        int bit = 0400; // Of OWNER_READ; the others follow in the order of their bits.
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((mode & bit) != 0) {
                permissions.add(permission);
            }
            bit >>= 1;
        }
        return PosixFilePermissions.asFileAttribute(permissions);
    }
}

package org.hexfuse.examples.passthrough;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.libc.AtCalls;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.FileAttributes;
import org.hexfuse.libc.InodeCalls;
import org.hexfuse.libc.InodeHandle;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.NativePath;
import org.hexfuse.libc.ResourceLimits;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.DeviceNumber;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all files of a mirrored directory share: the directory itself, {@code /proc/self/fd}, the descriptors, the credentials. A name is
 * opened here, one component at a time, so that no symbolic link and no {@code ..} is ever followed. Any thread may use it.
 */
final class Mirror implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
    private static final int LONGEST_NAME = 255;
    /** EAGAIN: something was renamed or mounted at the same time. */
    private static final int ATTEMPTS = 32;
    /** EXDEV: a mount point, or what was opened was moved out of the directory at the same time. */
    private static final int ATTEMPTS_TO_CROSS = 4;
    private static final int PATH = OpenFlags.PATH | OpenFlags.NOFOLLOW;
    private static final int SHIFT = 48;
    private static final long MIXER = 0x9E37;
    private static final ThreadLocal<FileAttributes> ATTRIBUTES = ThreadLocal.withInitial(FileAttributes::new);

    private final PassthroughOptions options;
    private final Fd directory;
    private final Fd openFiles;
    private final long dev;
    private final CallerCredentials credentials;
    private final PathDescriptors descriptors;
    private final Pruning pruning = new Pruning(this);
    private final BackingIds backingIds;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final BackingLocks locks = new BackingLocks();
    /** By mount, a file of its filesystem that handles are opened by; empty where they cannot be opened. */
    private final Map<Long, Optional<Fd>> mounts = new ConcurrentHashMap<>();
    private final BackingInode root;
    private volatile boolean openat2 = true;

    private Mirror(PassthroughOptions options, Fd directory, Fd openFiles) throws LibcException {
        this.options = options;
        this.directory = directory;
        this.openFiles = openFiles;
        this.credentials = new CallerCredentials();
        this.backingIds = new BackingIds(options.backing() && !options.writeback());
        int most = options.descriptors() > 0 ? options.descriptors() : Math.max(16, ResourceLimits.openFiles() / 2);
        this.descriptors = new PathDescriptors(Math.min(most, 1 << 20), pruning::request);
        FileAttributes attributes = attributes(directory);
        this.dev = attributes.dev();
        long mount = attributes.mount();
        long ino = attributes.ino();
        InodeHandle handle = options.handles() ? probe(directory) : null;
        mounts.put(mount, handle == null ? Optional.empty() : Optional.of(directory));
        this.root = new BackingInode(this, new FileKey(dev, ino, mount, handle), FileType.DIRECTORY,
                handle == null ? null : directory);
        root.adopt(directory.duplicate());
    }

    /**
     * Opens a directory.
     *
     * @throws IOException if it is none, or /proc is not mounted; the message is one line
     */
    static Mirror open(Path path, PassthroughOptions options) throws IOException {
        Fd openFiles = Fd.open("/proc/self/fd", OpenFlags.PATH | OpenFlags.DIRECTORY);
        Fd directory = null;
        try {
            directory = Fd.open(NativePath.of(path), OpenFlags.RDONLY | OpenFlags.DIRECTORY, 0);
            return new Mirror(options, directory, openFiles);
        } catch (FuseException e) {
            close(openFiles, directory);
            throw new IOException(path + ": " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            close(openFiles, directory);
            throw e;
        }
    }

    private static void close(Fd openFiles, Fd directory) {
        openFiles.close();
        if (directory != null) {
            directory.close();
        }
    }

    /** The handle of a file, if handles of its filesystem can be opened; else null. */
    private static InodeHandle probe(Fd file) {
        try {
            InodeHandle handle = InodeHandle.of(file);
            int opened = handle.open(file, PATH);
            if (opened >= 0) {
                Fd.of(opened).close();
                return handle;
            }
            LOG.info("files are kept by descriptors: opening a file handle fails with {}", Errno.orEio(-opened));
        } catch (LibcException e) {
            LOG.info("files are kept by descriptors: {}", e.getMessage());
        }
        return null;
    }

    PassthroughOptions options() {
        return options;
    }

    CallerCredentials credentials() {
        return credentials;
    }

    PathDescriptors descriptors() {
        return descriptors;
    }

    BackingIds backingIds() {
        return backingIds;
    }

    Set<Session> sessions() {
        return sessions;
    }

    /** Opens names as before Linux 5.6. */
    void withoutOpenat2() {
        openat2 = false;
    }

    /** The directory itself. */
    BackingInode root() {
        return root;
    }

    /** The directory, open for reading. */
    Fd directory() {
        return directory;
    }

    /** {@code /proc/self/fd}. */
    Fd openFiles() {
        return openFiles;
    }

    /** Whether locks are those of the files themselves. */
    boolean passesLocks() {
        return options.locks() == PassthroughOptions.Locks.BACKING;
    }

    /** The record locks that are passed through. */
    BackingLocks locks() {
        return locks;
    }

    /** Whether the filesystem of the directory has access control lists. */
    boolean hasAccessLists() {
        return options.xattr()
                && InodeCalls.getxattr(directory, AccessControlList.ACCESS) != -Errno.EOPNOTSUPP.code();
    }

    /** A single component of a path, as a kernel never sends anything else. */
    static Name component(Name name) {
        int length = name.length();
        if (length > LONGEST_NAME) {
            throw FuseException.of(Errno.ENAMETOOLONG);
        }
        if (length == 0 || name.isDotOrDotDot()) {
            throw FuseException.of(Errno.EINVAL, "'" + name + "' is no name");
        }
        for (int i = 0; i < length; i++) {
            if (name.byteAt(i) == '/' || name.byteAt(i) == 0) {
                throw FuseException.of(Errno.EINVAL, "a name with a slash or NUL");
            }
        }
        return name;
    }

    /** The result of a call that opens, as a descriptor. Where there are too many, cached ones are closed first. */
    Fd opened(IntSupplier open) {
        return Fd.of(SystemCall.check(attempt(open)));
    }

    private int attempt(IntSupplier open) {
        int result = open.getAsInt();
        return (result == -Errno.EMFILE.code() || result == -Errno.ENFILE.code()) && descriptors.evictAll()
                ? open.getAsInt()
                : result;
    }

    /** Opens a file once more. */
    Fd reopen(Fd file, int flags) {
        return opened(() -> InodeCalls.reopen(openFiles, file, flags));
    }

    /** The attributes of an open file, until this thread's next call. */
    static FileAttributes attributes(Fd file) {
        FileAttributes attributes = ATTRIBUTES.get();
        SystemCall.check(InodeCalls.statx(file, attributes));
        return attributes;
    }

    /** Opens a name of an open directory with O_PATH. */
    Fd openPath(Fd parent, Name name) {
        return Fd.of(SystemCall.check(tryOpenPath(parent, name)));
    }

    /** The same: the number of the descriptor, or the negated errno. */
    int tryOpenPath(Fd parent, Name name) {
        component(name);
        return attempt(() -> openat2 ? resolve(parent, name) : AtCalls.openat(parent, name, PATH, 0));
    }

    private int resolve(Fd parent, Name name) {
        long flags = AtCalls.RESOLVE_BENEATH | AtCalls.RESOLVE_NO_SYMLINKS | AtCalls.RESOLVE_NO_MAGICLINKS
                | (options.submounts() ? 0 : AtCalls.RESOLVE_NO_XDEV);
        int result;
        int attempt = 0;
        do {
            result = AtCalls.openat2(parent, name, PATH, flags);
            attempt++;
        } while ((result == -Errno.EAGAIN.code() && attempt < ATTEMPTS)
                || (result == -Errno.EXDEV.code() && attempt < ATTEMPTS_TO_CROSS));
        if (result != -Errno.ENOSYS.code()) {
            return result;
        }
        withoutOpenat2();
        return AtCalls.openat(parent, name, PATH, 0);
    }

    /**
     * The file that an O_PATH descriptor is open for. The attributes are those of {@link #attributes} of it, just read.
     *
     * @param known the file that the name led to before, or null
     * @param fd is taken over
     * @return {@code known} if it is the same file
     */
    BackingInode identify(Fd fd, FileAttributes attributes, BackingInode known) {
        boolean done = false;
        try {
            if (!options.submounts() && isOfAnotherMount(attributes)) {
                // Where there is no openat2, which refuses that.
                throw FuseException.of(Errno.EXDEV);
            }
            FileType type = FileType.ofMode(attributes.mode()).orElseThrow(() -> FuseException.of(Errno.EIO));
            if (known != null && known.isStill(attributes)) {
                return known;
            }
            long mountId = attributes.mount();
            Fd mount = mounts.computeIfAbsent(mountId, _ -> mountOf(fd, type)).orElse(null);
            InodeHandle handle = mount == null ? null : SystemCall.get(() -> InodeHandle.of(fd));
            var key = new FileKey(attributes.dev(), attributes.ino(), mountId, handle);
            if (handle != null && known != null && key.equals(known.key())) {
                return known;
            }
            var inode = new BackingInode(this, key, type, mount);
            inode.adopt(fd);
            done = true;
            return inode;
        } finally {
            if (!done) {
                fd.close();
            }
        }
    }

    /** A filesystem may have several devices, such as one for each subvolume; mounts have no ids before Linux 5.8. */
    private boolean isOfAnotherMount(FileAttributes attributes) {
        return attributes.mount() == 0 ? attributes.dev() != dev : attributes.mount() != root.key().mount();
    }

    /** A file of another mount that its handles are opened by. */
    private Optional<Fd> mountOf(Fd file, FileType type) {
        if (type != FileType.DIRECTORY || !options.handles()) {
            return Optional.empty();
        }
        Fd fd = reopen(file, OpenFlags.RDONLY | OpenFlags.DIRECTORY);
        if (probe(fd) == null) {
            fd.close();
            return Optional.empty();
        }
        return Optional.of(fd);
    }

    /** The inode number that is shown. */
    long shownIno(long device, long ino) {
        if (device == dev) {
            return ino;
        }
        long mixed = ((device ^ (device >>> Integer.SIZE)) * MIXER) & 0xFFFF;
        return ino ^ ((mixed | 1) << SHIFT);
    }

    /** Attributes as a kernel gets them. */
    Attr attr(FileAttributes found) {
        long rdev = found.rdev();
        Attr.Builder attr = Attr.ofMode(found.mode()).ino(shownIno(found.dev(), found.ino())).size(found.size())
                .blocks(found.blocks()).nlink(found.nlink()).owner(found.uid(), found.gid())
                .rdev(DeviceNumber.of((int) (rdev >>> Integer.SIZE), (int) rdev)).blockSize(found.blksize())
                .times(found.atime(), found.mtime(), found.ctime()).timeout(options.attrTimeout());
        return (found.hasBtime() ? attr.btime(found.btime()) : attr).build();
    }

    /** Closes all descriptors. */
    @Override public void close() {
        pruning.close();
        descriptors.close();
        mounts.values().forEach(mount -> mount.ifPresent(Fd::close));
        locks.close();
        directory.close();
        openFiles.close();
    }
}

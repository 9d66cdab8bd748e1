package org.hexfuse.vfs;

import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.file.ExportRequests;
import org.hexfuse.vfs.file.FileAttrRequests;
import org.hexfuse.vfs.file.FileOpener;
import org.hexfuse.vfs.file.Handle;
import org.hexfuse.vfs.inode.AttributeChanges;
import org.hexfuse.vfs.inode.FilePrivileges;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.inode.Permissions;
import org.hexfuse.vfs.inode.Xattrs;
import org.hexfuse.vfs.mount.Mount;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;
import org.hexfuse.vfs.path.DirectoryChanges;
import org.hexfuse.vfs.path.PathWalk;
import org.hexfuse.vfs.path.RenameRequests;
import org.hexfuse.vfs.request.OpenBits;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hexfuse.vfs.request.Checks.require;

import org.hexfuse.posix.StatVfs;
import org.hexfuse.posix.Timespec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.RequestPort;
import org.hexfuse.posix.RenameFlags;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.ServerUser;
import org.hexfuse.transport.Transports;

/**
 * One process's view of a filesystem that a FUSE server serves: the system calls on paths.
 *
 * {@snippet :
 * try (Vfs vfs = Vfs.connect(Address.parse("unix:/run/vault.sock"))) {
 *     vfs.writeString("/notes.txt", "hello");
 * }
 * }
 *
 * <p><b>Paths</b> are those of Linux, and absolute whether or not they start with a slash. A name need not be UTF-8, see
 * {@link Name#of(String)}.
 *
 * <p><b>Errors</b> are {@link FuseException}s with the errno that the system call of the same name would have, among them
 * ENOTCONN and ECONNABORTED when the connection is closed or aborted and EINTR when the calling thread is interrupted.
 *
 * <p><b>Threads.</b> Any thread may call any method, virtual ones included. No lock is held while a request is in flight, except
 * the per-directory lock for a server without {@link org.hexfuse.abi.InitFlag#PARALLEL_DIROPS}.
 *
 * <p><b>Caches.</b> Dentries and attributes are cached for their timeouts, targets of symbolic links and listings of directories if the
 * server negotiates or opens them so; {@link CacheLimits} bounds each. Data is cached with {@link VfsOptions#withPageCache}.
 *
 * <p><b>Locks</b> on files, see {@link OpenFile#locks}, are the server's, or local if the server has none. What one {@code Vfs} opens is
 * opened by one process.
 *
 * <p><b>Permissions</b> are checked by the server, or here with {@link VfsOptions#defaultPermissions}; with
 * {@link org.hexfuse.abi.InitFlag#POSIX_ACL} access control lists are checked here too.
 *
 * <p>Source: Linux {@code fs/fuse}, {@code fs/namei.c}.
 */
public final class Vfs implements AutoCloseable {
    private static final int PERMISSIONS = 07777;
    /** The most entries that {@link #list} returns, of some 100 bytes each: a server may list without end. */
    private static final long MAX_LISTED = Math.clamp(Runtime.getRuntime().maxMemory() / 256, 1 << 16, 1 << 26);

    private final Mount mount;
    private final Superblock superblock;
    private final Credentials credentials;
    /** The lock owner id of the process. */
    private final long processOwner;
    private final NodeRequests requests;
    private final Permissions permissions;
    private final AttributeChanges attributeChanges;
    private final DirectoryChanges directoryChanges;
    private final RenameRequests renameRequests;
    private final FileOpener opener;
    private final Xattrs xattrs;
    private final FileAttrRequests fileAttributes;
    private final ExportRequests exports;
    /** Where paths without a slash in front begin, if not at the root. */
    private final Optional<WalkStart> base;
    /** Unmounts, in the view that {@link #connect} returned. */
    private final Runnable unmount;

    private Vfs(Mount mount, Credentials credentials, long processOwner, Optional<WalkStart> base, Runnable unmount) {
        Credentials ids = mount.ids.inFilesystem(credentials);
        this.mount = mount;
        this.superblock = mount.superblock;
        this.credentials = credentials;
        this.processOwner = processOwner;
        this.requests = new NodeRequests(superblock, ids);
        this.permissions = new Permissions(mount, credentials, requests);
        this.xattrs = new Xattrs(superblock, permissions, ids);
        this.attributeChanges = new AttributeChanges(requests, permissions,
                new FilePrivileges(superblock, requests, permissions, xattrs, ids.caller()), processOwner);
        this.directoryChanges = new DirectoryChanges(superblock, permissions, ids);
        this.renameRequests = new RenameRequests(superblock, permissions, ids);
        this.opener = new FileOpener(superblock, requests, directoryChanges, permissions, attributeChanges,
                ids, processOwner);
        this.fileAttributes = new FileAttrRequests(opener, permissions);
        this.exports = new ExportRequests(superblock, opener, requests, permissions, ids.caller());
        this.base = base;
        this.unmount = unmount;
    }

    /** A new mount, for its first process. */
    private Vfs(Mount mount, Credentials credentials) {
        this(mount, credentials, mount.superblock.fileLocks.owners().next(), Optional.empty(), mount::unmount);
    }

    /** The view of the same process from a directory of the same mount. */
    private Vfs(Vfs root, WalkStart base) {
        this.mount = root.mount;
        this.superblock = root.superblock;
        this.credentials = root.credentials;
        this.processOwner = root.processOwner;
        this.requests = root.requests;
        this.permissions = root.permissions;
        this.attributeChanges = root.attributeChanges;
        this.directoryChanges = root.directoryChanges;
        this.renameRequests = root.renameRequests;
        this.opener = root.opener;
        this.xattrs = root.xattrs;
        this.fileAttributes = root.fileAttributes;
        this.exports = root.exports;
        this.base = Optional.of(base);
        this.unmount = () -> {};
    }

    /** Mounts the filesystem that is served at an address, with {@link VfsOptions#DEFAULT}. */
    public static Vfs connect(Address address) throws IOException {
        return connect(address, VfsOptions.DEFAULT);
    }

    /**
     * Mounts the filesystem that is served at an address.
     *
     * @throws IllegalArgumentException if the address is malformed
     * @throws IOException if no server can be reached there
     * @throws FuseException if INIT fails, see {@link FuseConnection#mount}
     */
    public static Vfs connect(Address address, VfsOptions options) throws IOException {
        return connect(Transports.connect(address), options);
    }

    /**
     * Mounts the filesystem at the other end of a link that is not attached yet, such as a decorated one. {@link #close} closes it. If the
     * transport has started the server ({@link ServerUser}), and the calls are root's, they come from the user that the server runs as.
     *
     * @throws IOException if the server has disconnected already
     * @throws FuseException if INIT fails, see {@link FuseConnection#mount}; ENOMEM without native memory
     */
    public static Vfs connect(KernelLink link, VfsOptions mount) throws IOException {
        VfsOptions options = mount.credentials().equals(Credentials.ROOT)
                ? mount.withCredentials(
                        link.feature(ServerUser.class).map(user -> Credentials.of(user.uid(), user.gid()))
                                .orElse(Credentials.ROOT))
                : mount;
        var dentries = new DentryCache(options.caches(), new CacheClock(options.clock()));
        var polls = new PollTable();
        FuseConnection connection = FuseConnection.mount(link, new NotificationHandler(dentries, polls),
                options.connection().withDefaultPermissions(options.defaultPermissions()));
        Superblock made = null;
        try {
            made = new Superblock(connection, dentries, polls, options);
        } finally {
            if (made == null) {
                connection.close();
            }
        }
        Superblock superblock = made;
        return new Vfs(Mount.first(superblock, () -> {
            superblock.closePages();
            superblock.destroy();
            connection.close();
        }), options.credentials());
    }

    /** Mounts the filesystem behind a port that the caller owns, such as a test double; {@link #close} does not close it. */
    public static Vfs mount(RequestPort port, VfsOptions options) {
        return mount(port, new DentryCache(options.caches(), new CacheClock(options.clock())), new PollTable(),
                options);
    }

    /** The same with caches to which the caller applies notifications. */
    static Vfs mount(RequestPort port, DentryCache dentries, PollTable polls, VfsOptions options) {
        var superblock = new Superblock(port, dentries, polls, options);
        return new Vfs(Mount.first(superblock, () -> {
            superblock.closePages();
            superblock.destroy();
        }), options.credentials());
    }

    /** The same filesystem for another process, of that user. Closing the result does nothing. */
    public Vfs as(Credentials user) {
        return new Vfs(mount, user, superblock.fileLocks.owners().next(), base, () -> {});
    }

    /**
     * Mounts a directory of the same filesystem once more (MS_BIND of {@code mount(2)}): in the result "/" is that directory, ".." in it is
     * itself, and the restrictions are its own. It is unmounted by closing it, the filesystem when all of its mounts are closed. Files that
     * are open on a closed mount stay open until then (MNT_DETACH).
     *
     * <p>Names are not renamed or linked from one mount to another: EXDEV.
     *
     * @throws FuseException ENOTDIR if it is no directory
     */
    public Vfs bind(String directory, MountRestrictions restrictions) {
        return bind(directory, restrictions, IdMapping.IDENTITY);
    }

    /**
     * The same with mapped ids, as {@code mount_setattr(2)} with MOUNT_ATTR_IDMAP.
     *
     * @throws FuseException EINVAL unless the server negotiated {@link org.hexfuse.abi.InitFlag#ALLOW_IDMAP}, EPERM if the ids of this mount
     *         are mapped already
     */
    public Vfs bind(String directory, MountRestrictions restrictions, IdMapping ids) {
        Inode root = onInode(directory, true, inode -> {
            require(inode.isDirectory(), Errno.ENOTDIR);
            inode.hold();
            return inode;
        });
        Mount bound = mount.bind(root, restrictions, ids);
        return new Vfs(bound, credentials, processOwner, Optional.empty(), bound::unmount);
    }

    /**
     * The same filesystem with paths as those of {@code openat(2)}: a path that does not start with a slash begins at an open directory,
     * wherever that has been moved. It works as long as the directory is open: EBADF. In the directory ".." is the one where it was
     * opened. Closing the result does nothing.
     */
    public Vfs at(OpenDirectory directory) {
        return at(directory::enter, directory.mount());
    }

    /** The same from a directory that is open as a file, also with {@link OpenFlag#PATH}; each call is ENOTDIR if it is none. */
    public Vfs at(OpenFile directory) {
        return at(directory::enter, directory.mount());
    }

    /** The mount is that of the directory, whichever this one is. */
    private Vfs at(WalkStart directory, Mount there) {
        return there == mount ? new Vfs(this, directory)
                : new Vfs(there, credentials, processOwner, Optional.of(directory), () -> {});
    }

    /** The user of the process. */
    public Credentials credentials() {
        return credentials;
    }

    /** Whether changes fail with EROFS by {@link MountRestrictions#readOnly}. */
    public boolean isReadOnly() {
        return mount.restrictions.readOnly();
    }

    /** What this mount forbids. */
    public MountRestrictions restrictions() {
        return mount.restrictions;
    }

    /** Drops all dentries, and sends FORGET for the inodes that are not in use. */
    public void dropCaches() {
        superblock.dentries.dropAll();
    }

    /** How many inodes are cached, each with a lookup count at the server; the root included. */
    public int knownNodes() {
        return superblock.inodes.size();
    }

    private PathWalk walk(boolean revalidate) {
        var walk = new PathWalk(superblock.dentries, requests, permissions, revalidate);
        base.ifPresent(directory -> directory.enter(walk));
        return walk;
    }

    /** Walks and calls; after ESTALE once more, with all names of the path looked up. */
    private <T> T withWalk(Function<PathWalk, T> action) {
        try (PathWalk walk = walk(false)) {
            return action.apply(walk);
        } catch (FuseException e) {
            if (e.errno() != Errno.ESTALE) {
                throw e;
            }
        }
        try (PathWalk walk = walk(true)) {
            return action.apply(walk);
        }
    }

    private <T> T onInode(String path, boolean follow, Function<Inode, T> action) {
        return withWalk(walk -> action.apply(walk.to(path, follow)));
    }

    private void forInode(String path, boolean follow, Consumer<Inode> action) {
        onInode(path, follow, inode -> {
            action.accept(inode);
            return inode;
        });
    }

    /** The time of creation, if the filesystem has it. */
    public Optional<Timespec> btime(String path) {
        return statx(path, Statx.Sync.AS_STAT, Statx.BTIME).btime();
    }

    /** The same, of a symbolic link itself. */
    public Optional<Timespec> lbtime(String path) {
        return lstatx(path, Statx.Sync.AS_STAT, Statx.BTIME).btime();
    }

    /**
     * The attributes of a file as {@code statx(2)} shows them.
     *
     * @param sync whether they must be the server's
     * @param mask the wanted fields, bits of {@link Statx#BASIC_STATS} and {@link Statx#BTIME}; the result may have more, or fewer
     */
    public Statx statx(String path, Statx.Sync sync, int mask) {
        return onInode(path, true, inode -> requests.statx(inode, sync, mask)).onMount(mount.ids);
    }

    /** The same, of a symbolic link itself. */
    public Statx lstatx(String path, Statx.Sync sync, int mask) {
        return onInode(path, false, inode -> requests.statx(inode, sync, mask)).onMount(mount.ids);
    }

    /** The attributes of a file. */
    public Stat stat(String path) {
        return attributes(path, true);
    }

    /** The same, of a symbolic link itself. */
    public Stat lstat(String path) {
        return attributes(path, false);
    }

    private Stat attributes(String path, boolean follow) {
        permissions.enter();
        if (base.isEmpty()) {
            // The mount holds its root until it is unmounted, and then still has its attributes.
            Inode cached = PathWalk.cached(superblock.dentries, mount.root(), permissions::searchesByCache, path,
                    follow);
            Optional<Stat> valid = cached == null ? Optional.empty() : superblock.attributes.valid(cached);
            if (valid.isPresent()) {
                return mount.ids.onMount(valid.get());
            }
        }
        return onInode(path, follow, inode -> mount.ids.onMount(requests.attributes(inode)));
    }

    /** Whether a path has a file. */
    public boolean exists(String path) {
        try {
            stat(path);
            return true;
        } catch (FuseException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return false;
            }
            throw e;
        }
    }

    /** EACCES unless the user has the permissions in {@code mask}: 4 to read, 2 to write, 1 to execute. */
    public void access(String path, int mask) {
        forInode(path, true, inode -> permissions.access(inode, mask));
    }

    /**
     * The user that a program runs as when this user executes it ({@code execve(2)}): with set-user-id the owner of its file, with
     * set-group-id the group, unless the mount is {@link MountRestrictions#noSuid}. No request is sent for it but those of a walk and of
     * attributes.
     *
     * @throws FuseException EACCES if it is no regular file, the user may not execute it, or the mount is {@link MountRestrictions#noExec}
     */
    public Credentials executed(String path) {
        return onInode(path, true, permissions::execute);
    }

    /** The total and free space of the filesystem; zeros for a user who may not use it. */
    public StatVfs statfs() {
        return permissions.mayUse() ? statfs("/") : new StatVfs(0, 0, 0, 0, 0, 0, 0);
    }

    /** The same, by a path, for a filesystem where it depends on that. */
    public StatVfs statfs(String path) {
        return onInode(path, true, requests::statfs);
    }

    /** Opens a file, for reading unless the flags have another access mode; {@link OpenFlag#CREATE} creates it with 0666 less the umask. */
    public OpenFile open(String path, OpenFlag... flags) {
        return open(path, 0666, flags);
    }

    /** Opens a file, which {@link OpenFlag#CREATE} creates with the permissions {@code mode} less the umask. */
    public OpenFile open(String path, int mode, OpenFlag... flags) {
        Set<OpenFlag> set = OpenBits.set(flags);
        return opened(withWalk(walk -> {
            Handle handle = set.contains(OpenFlag.PATH) ? openPath(walk, path, set)
                    : opener.open(walk, path, mode, set);
            if (handle.inode.isDirectory()) {
                handle.keepAbove(walk.above());
            }
            return handle;
        }));
    }

    private Handle openPath(PathWalk walk, String path, Set<OpenFlag> flags) {
        flags.retainAll(Set.of(OpenFlag.PATH, OpenFlag.DIRECTORY, OpenFlag.NO_FOLLOW));
        return opener.openPath(walk.to(path, !flags.contains(OpenFlag.NO_FOLLOW)), flags);
    }

    private OpenFile opened(Handle handle) {
        return new OpenFile(handle, requests, attributeChanges, permissions, xattrs, fileAttributes);
    }

    /**
     * Opens the file of an open file again, with other flags, also one that is open with {@link OpenFlag#PATH} or has no name any more: what
     * opening {@code /proc/self/fd/N} does.
     */
    public OpenFile reopen(OpenFile file, OpenFlag... flags) {
        require(file.mount() == mount, Errno.EXDEV);
        permissions.enter();
        return opened(file.reopen(opener, OpenBits.set(flags)));
    }

    /**
     * A file by its node instead of its path, see {@link FileHandle}, of a symbolic link itself ({@code name_to_handle_at(2)}).
     *
     * @throws FuseException EOPNOTSUPP if the server negotiated {@link org.hexfuse.abi.InitFlag#NO_EXPORT_SUPPORT}
     */
    public FileHandle nameToHandle(String path) {
        return onInode(path, false, exports::encode);
    }

    /**
     * The node of a file, to be compared with others ({@code name_to_handle_at(2)} with AT_HANDLE_FID): as {@link #nameToHandle}, but of
     * any server.
     */
    public FileHandle nameToFid(String path) {
        return onInode(path, false, exports::identify);
    }

    /**
     * Opens the file of a handle ({@code open_by_handle_at(2)}). If its inode is not cached the server is sent a LOOKUP of ".", if it
     * negotiated {@link org.hexfuse.abi.InitFlag#EXPORT_SUPPORT}; for a directory also of "..", up to the root of the mount, and each of
     * those is read for the name of the one below, which is looked up.
     *
     * @throws FuseException EPERM for any user but root, ESTALE if the server has no such node any more, it is cached no longer and can't be
     *         looked up, or it is a directory that is not below the root of this mount, ELOOP for a symbolic link
     */
    public OpenFile openByHandle(FileHandle handle, OpenFlag... flags) {
        Set<OpenFlag> set = OpenBits.set(flags);
        require(!set.contains(OpenFlag.CREATE), Errno.EINVAL);
        return byHandle(handle, (inode, above) -> {
            Handle opened = set.contains(OpenFlag.PATH) ? opener.openPath(inode, set) : opener.open(inode, set);
            opened.keepAbove(above);
            return opened(opened);
        });
    }

    /** Opens the directory of a handle to read it, as {@link #openByHandle}; ENOTDIR if it is none. */
    public OpenDirectory opendirByHandle(FileHandle handle) {
        return byHandle(handle, this::opendir);
    }

    private <T> T byHandle(FileHandle handle, BiFunction<Inode, List<Inode>, T> open) {
        permissions.enter();
        require(permissions.isRoot(), Errno.EPERM);
        Inode inode = exports.find(handle);
        try {
            List<Inode> above = inode.isDirectory() ? exports.above(inode, mount.root()) : List.of();
            try {
                return open.apply(inode, above);
            } finally {
                superblock.inodes.release(above);
            }
        } finally {
            superblock.inodes.release(inode);
        }
    }

    /** The inode flags of a file (FS_IOC_GETFLAGS), FS_*_FL bits; ENOTTY if the server has none. */
    public int fileFlags(String path) {
        return onInode(path, true, fileAttributes::flags);
    }

    /** Sets the inode flags of a file (FS_IOC_SETFLAGS); EPERM for any user but the owner and root. */
    public void setFileFlags(String path, int flags) {
        forInode(path, true, inode -> fileAttributes.setFlags(inode, flags));
    }

    /** The inode flags, hints and project id of a file (FS_IOC_FSGETXATTR); ENOTTY if the server has none. */
    public FsXattr fsXattr(String path) {
        return onInode(path, true, fileAttributes::get);
    }

    /** Sets them (FS_IOC_FSSETXATTR); EPERM for any user but the owner and root. */
    public void setFsXattr(String path, FsXattr attributes) {
        forInode(path, true, inode -> fileAttributes.set(inode, attributes));
    }

    /**
     * Creates and opens a regular file without a name (O_TMPFILE), for reading and writing.
     *
     * @param flags further flags; with {@link OpenFlag#EXCLUSIVE} it never gets a name, otherwise {@link #link(OpenFile, String)}
     *        gives it one
     */
    public OpenFile tmpfile(String directory, int mode, OpenFlag... flags) {
        Set<OpenFlag> set = OpenBits.set(flags);
        require(!set.contains(OpenFlag.CREATE), Errno.EINVAL);
        set.addAll(Set.of(OpenFlag.READ, OpenFlag.WRITE));
        Handle handle = onInode(directory, true, inode -> opener.tmpfile(inode, mode, OpenBits.of(set)));
        return opened(handle);
    }

    /** Opens a directory to read it. */
    public OpenDirectory opendir(String path) {
        return opendir(path, true);
    }

    /** The same; ENOTDIR for a symbolic link. */
    public OpenDirectory lopendir(String path) {
        return opendir(path, false);
    }

    private OpenDirectory opendir(String path, boolean follow) {
        return withWalk(walk -> opendir(walk.to(path, follow), walk.above()));
    }

    private OpenDirectory opendir(Inode inode, List<Inode> above) {
        return new OpenDirectory(opener.openDirectory(inode), requests, mount, fileAttributes, above);
    }

    /** All entries of a directory but "." and "..", in the filesystem's order. */
    public List<DirectoryEntry> list(String path) {
        var entries = new ArrayList<DirectoryEntry>();
        try (OpenDirectory directory = opendir(path)) {
            for (Optional<DirectoryEntry> next = directory.next(); next.isPresent(); next = directory.next()) {
                if (!next.get().name().isDotOrDotDot()) {
                    entries.add(next.get());
                }
                if (entries.size() > MAX_LISTED) {
                    throw FuseException.of(Errno.ENOMEM, path + " has more than " + MAX_LISTED
                            + " entries, or its server lists them without end");
                }
            }
        }
        return entries;
    }

    /**
     * Calls {@code listener} whenever something in a directory may have changed: at a notification of the server, and for each change
     * that is made through this mount, by any {@code Vfs} of it. Changes that the server makes, or another mount, are those that the
     * server notifies, of nodes and names that are cached here.
     *
     * @return the registration, which holds the directory in the inode cache until it is closed
     * @throws FuseException ENOTDIR if it is no directory
     */
    public DirectoryWatch watch(String path, DirectoryListener listener) {
        Inode directory = onInode(path, true, inode -> {
            require(inode.isDirectory(), Errno.ENOTDIR);
            inode.hold();
            return inode;
        });
        return new DirectoryWatch(superblock.dentries, directory, listener);
    }

    /** Creates a directory with the permissions {@code mode} less the umask. */
    public void mkdir(String path, int mode) {
        withWalk(walk -> directoryChanges.mkdir(walk, path, mode));
    }

    /** Creates a directory with the permissions 0777 less the umask. */
    public void mkdir(String path) {
        mkdir(path, 0777);
    }

    /**
     * Creates a file of any type but directory and symbolic link.
     *
     * @param mode type and permissions, less the umask
     * @param device the device number (rdev) of a device file, in the encoding of {@code new_encode_dev}; else 0
     */
    public void mknod(String path, int mode, int device) {
        withWalk(walk -> directoryChanges.mknod(walk, path, mode, device));
    }

    /** Creates a symbolic link at {@code path} with any target. */
    public void symlink(String target, String path) {
        require(target.indexOf('\0') < 0, Errno.EINVAL);
        withWalk(walk -> directoryChanges.symlink(walk, path, Name.of(target)));
    }

    /** The target of a symbolic link. */
    public String readlink(String path) {
        return onInode(path, false, inode -> {
            require(inode.type() == FileType.SYMLINK, Errno.EINVAL);
            return requests.readlink(inode).toString();
        });
    }

    /** Creates a hard link to {@code existing}, also if that is a symbolic link. */
    public void link(String existing, String path) {
        forInode(existing, false, target -> withWalk(walk -> directoryChanges.link(walk, path, target)));
    }

    /** Creates a hard link to an open file; ENOENT if its last name was removed. */
    public void link(OpenFile file, String path) {
        withWalk(walk -> directoryChanges.create(walk, path, false,
                (directory, name) -> file.link(directory, name, directoryChanges)));
    }

    /** Removes the name of a file that is no directory. */
    public void unlink(String path) {
        withWalk(walk -> directoryChanges.unlink(walk, path));
    }

    /** Removes an empty directory. */
    public void rmdir(String path) {
        withWalk(walk -> directoryChanges.rmdir(walk, path));
    }

    /** Renames a file; a file that has the new name is replaced. */
    public void rename(String from, String to) {
        rename(from, to, 0);
    }

    /** The same; EEXIST if the new name exists. */
    public void renameNoReplace(String from, String to) {
        rename(from, to, RenameFlags.NOREPLACE);
    }

    /** Exchanges two names. */
    public void exchange(String one, String other) {
        rename(one, other, RenameFlags.EXCHANGE);
    }

    /**
     * Renames.
     *
     * @param flags those of {@code renameat2(2)}: 1 (RENAME_NOREPLACE), 2 (RENAME_EXCHANGE), 4 (RENAME_WHITEOUT)
     */
    public void rename(String from, String to, int flags) {
        rename(from, this, to, flags);
    }

    /** The same as {@code renameat2(2)}: {@code to} is a path of another view of this mount, see {@link #at}; EXDEV of another one. */
    public void rename(String from, Vfs target, String to, int flags) {
        require(target.mount == mount, Errno.EXDEV);
        boolean exchange = (flags & RenameFlags.EXCHANGE) != 0;
        require((flags & ~(RenameFlags.NOREPLACE | RenameFlags.EXCHANGE | RenameFlags.WHITEOUT)) == 0, Errno.EINVAL);
        require(!exchange || (flags & (RenameFlags.NOREPLACE | RenameFlags.WHITEOUT)) == 0, Errno.EINVAL);
        withWalk(source -> {
            try (PathWalk there = target.walk(false)) {
                return renameRequests.rename(source, source.toParent(from), there, there.toParent(to), flags);
            }
        });
    }

    /** Changes the permissions, set-user-id, set-group-id and sticky. */
    public void chmod(String path, int mode) {
        forInode(path, true, inode -> attributeChanges.chmod(inode, mode & PERMISSIONS));
    }

    /** Changes owner and group of a file; -1 leaves one as it is. */
    public void chown(String path, int uid, int gid) {
        forInode(path, true, inode -> attributeChanges.chown(inode, uid, gid));
    }

    /** The same, of a symbolic link itself. */
    public void lchown(String path, int uid, int gid) {
        forInode(path, false, inode -> attributeChanges.chown(inode, uid, gid));
    }

    /** Sets the times of a file. */
    public void utimens(String path, Timestamp atime, Timestamp mtime) {
        forInode(path, true, inode -> attributeChanges.utimens(inode, atime, mtime));
    }

    /** The same, of a symbolic link itself. */
    public void lutimens(String path, Timestamp atime, Timestamp mtime) {
        forInode(path, false, inode -> attributeChanges.utimens(inode, atime, mtime));
    }

    /** Truncates a file, or extends it by a hole. */
    public void truncate(String path, long size) {
        require(size >= 0, Errno.EINVAL);
        forInode(path, true, inode -> attributeChanges.truncate(inode, size));
    }

    /** The value of an extended attribute; ENODATA if there is none. */
    public byte[] getxattr(String path, String name) {
        return onInode(path, true, inode -> xattrs.get(inode, name));
    }

    /** The same, of a symbolic link itself. */
    public byte[] lgetxattr(String path, String name) {
        return onInode(path, false, inode -> xattrs.get(inode, name));
    }

    /**
     * Sets an extended attribute.
     *
     * @param flags those of {@code setxattr(2)}: 1 (XATTR_CREATE), 2 (XATTR_REPLACE) or 0
     */
    public void setxattr(String path, String name, byte[] value, int flags) {
        forInode(path, true, inode -> xattrs.set(inode, name, value, flags));
    }

    /** The same, of a symbolic link itself. */
    public void lsetxattr(String path, String name, byte[] value, int flags) {
        forInode(path, false, inode -> xattrs.set(inode, name, value, flags));
    }

    /** The names of all extended attributes. */
    public List<Name> listxattr(String path) {
        return onInode(path, true, xattrs::list);
    }

    /** The same, of a symbolic link itself. */
    public List<Name> llistxattr(String path) {
        return onInode(path, false, xattrs::list);
    }

    /** Removes an extended attribute; ENODATA if there is none. */
    public void removexattr(String path, String name) {
        forInode(path, true, inode -> xattrs.remove(inode, name));
    }

    /** The same, of a symbolic link itself. */
    public void lremovexattr(String path, String name) {
        forInode(path, false, inode -> xattrs.remove(inode, name));
    }

    /** Sends SYNCFS: the server writes all data to stable storage. */
    public void sync() {
        requests.syncfs();
    }

    /** The content of a file. */
    public byte[] readAllBytes(String path) {
        try (OpenFile file = open(path, OpenFlag.READ)) {
            return file.readAll();
        }
    }

    /** The content of a file in UTF-8. */
    public String readString(String path) {
        return new String(readAllBytes(path), UTF_8);
    }

    /** Replaces the content of a file, which is created if there is none. */
    public void writeAllBytes(String path, byte[] content) {
        try (OpenFile file = open(path, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.TRUNCATE)) {
            int written = file.write(content);
            require(written == content.length, Errno.ENOSPC);
        }
    }

    /** The same with text in UTF-8. */
    public void writeString(String path, String content) {
        writeAllBytes(path, content.getBytes(UTF_8));
    }

    /** Unmounts: after the last mount of the filesystem waits a limited time for requests in flight, then closes the connection. */
    @Override public void close() {
        unmount.run();
    }
}

package org.hexfuse.vfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hexfuse.vfs.Checks.require;

import org.hexfuse.posix.StatVfs;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
import org.hexfuse.transport.Transports;

/**
 * A filesystem that a FUSE server serves, as the kernel's own switch shows it to programs: paths, descriptors, permissions.
 *
 * {@snippet :
 * try (Vfs vfs = Vfs.connect(Address.parse("unix:/run/vault.sock"))) {
 *     vfs.writeString("/notes.txt", "hello");
 * }
 * }
 *
 * <p><b>Paths</b> are those of Linux, from the root on whether or not they begin with a slash. A name need not be UTF-8, see
 * {@link Name#of(String)}.
 *
 * <p><b>Errors</b> are {@link FuseException}s with the errno that the system call of the same name would have, among them
 * ENOTCONN and ECONNABORTED when the server is gone and EINTR when the calling thread was interrupted.
 *
 * <p><b>Threads.</b> Any thread may call any method, virtual ones included. No lock is held while the server works,
 * but that names of one directory are asked for one after another where the server did not ask for
 * {@link org.hexfuse.abi.InitFlag#PARALLEL_DIROPS}.
 *
 * <p><b>Caches.</b> Names and attributes are believed for as long as the server says. Data is not cached.
 *
 * <p><b>Locks</b> of files, see {@link OpenFile#locks}, are the server's, or of this end alone if the server has none. What one
 * {@code Vfs} opens is opened by one process.
 *
 * <p><b>Permissions</b> that are checked here go by access control lists too, if the server asked for that.
 *
 * <p>Source: Linux {@code fs/fuse}, {@code fs/namei.c}.
 */
public final class Vfs implements AutoCloseable {
    private static final int PERMISSIONS = 07777;
    /** How many entries {@link #list} holds at once: a server may list without end. An entry takes some 100 bytes. */
    private static final long MOST_LISTED = Math.clamp(Runtime.getRuntime().maxMemory() / 256, 1 << 16, 1 << 26);

    private final Superblock superblock;
    private final Credentials credentials;
    private final NodeRequests calls;
    private final Permissions permissions;
    private final AttributeChanges changes;
    private final FileOpener opening;
    private final NamePolicy naming;
    private final RenamePolicy renaming;
    private final Xattrs xattrs;
    /** Ends what this view is of. */
    private final Runnable unmount;

    private Vfs(Superblock superblock, Credentials credentials, Runnable unmount) {
        this.superblock = superblock;
        this.credentials = credentials;
        this.calls = new NodeRequests(superblock, credentials);
        var names = new NameRequests(superblock, credentials);
        var files = new OpenRequests(superblock, names, credentials);
        var xattrCalls = new XattrRequests(superblock, credentials);
        this.permissions = new Permissions(superblock, credentials, calls, xattrCalls);
        this.changes = new AttributeChanges(superblock, calls, permissions);
        this.opening = new FileOpener(superblock, calls, files, permissions, changes);
        this.naming = new NamePolicy(names, permissions, credentials);
        this.renaming = new RenamePolicy(superblock.attributes, names, permissions);
        this.xattrs = new Xattrs(superblock, xattrCalls, permissions, credentials);
        this.unmount = unmount;
    }

    /** Mounts what is served at an address, with {@link VfsOptions#DEFAULT}. */
    public static Vfs connect(Address address) throws IOException {
        return connect(address, VfsOptions.DEFAULT);
    }

    /**
     * Mounts what is served at an address.
     *
     * @throws IllegalArgumentException if the address makes no sense
     * @throws IOException if nobody serves there
     * @throws FuseException if the server does not answer as it should, see {@link FuseConnection#mount}
     */
    public static Vfs connect(Address address, VfsOptions options) throws IOException {
        var names = new DentryCache(options.cachedNames(), new CacheClock(options.clock()));
        var polls = new PollTable();
        KernelLink link = Transports.connect(address);
        FuseConnection connection = FuseConnection.mount(link, new Notifications(names, polls),
                options.connection().withDefaultPermissions(options.defaultPermissions()));
        var superblock = new Superblock(connection, names, polls, options);
        return new Vfs(superblock, options.credentials(), () -> {
            superblock.destroy();
            connection.close();
        });
    }

    /** A filesystem behind a port that somebody else has, such as a stand-in; {@link #close} leaves that open. */
    public static Vfs mount(RequestPort port, VfsOptions options) {
        return mount(port, new DentryCache(options.cachedNames(), new CacheClock(options.clock())), new PollTable(),
                options);
    }

    /** The same with caches that its caller has notifications for. */
    static Vfs mount(RequestPort port, DentryCache names, PollTable polls, VfsOptions options) {
        return new Vfs(new Superblock(port, names, polls, options), options.credentials(), () -> {});
    }

    /** The same filesystem for another process, of that user. Closing it does nothing. */
    public Vfs as(Credentials user) {
        return new Vfs(superblock, user, () -> {});
    }

    /** Who makes the calls. */
    public Credentials credentials() {
        return credentials;
    }

    /** Whatever is remembered and not in use is forgotten, and the server told so. */
    public void dropCaches() {
        superblock.names.dropAll();
    }

    /** How many nodes the server was told of and not told to forget, the root included. */
    public int knownNodes() {
        return superblock.nodes.size();
    }

    private PathWalk walk(boolean afresh) {
        return new PathWalk(superblock.names, calls, permissions, afresh);
    }

    /** Walks and acts; once more, past all caches, when something on the way was stale. */
    private <T> T walking(Function<PathWalk, T> action) {
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

    private <T> T onNode(String path, boolean follow, Function<Inode, T> action) {
        return walking(walk -> action.apply(walk.to(path, follow)));
    }

    private void forNode(String path, boolean follow, Consumer<Inode> action) {
        onNode(path, follow, inode -> {
            action.accept(inode);
            return inode;
        });
    }

    /** When a file was made, if the filesystem says so. */
    public Optional<Instant> birthTime(String path) {
        return onNode(path, true, calls::birth);
    }

    /** The attributes of what a path leads to. */
    public Stat stat(String path) {
        return attributes(path, true);
    }

    /** The same, of a symbolic link itself. */
    public Stat lstat(String path) {
        return attributes(path, false);
    }

    private Stat attributes(String path, boolean follow) {
        permissions.enter();
        if (permissions.searchesAll()) {
            Inode cached = PathWalk.cached(superblock.names, path, follow);
            Optional<Stat> known = cached == null ? Optional.empty() : superblock.attributes.believed(cached);
            if (known.isPresent()) {
                return known.get();
            }
        }
        return onNode(path, follow, calls::attributes);
    }

    /** Whether a path leads somewhere. */
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

    /** EACCES unless the user may do what the bits of {@code mask} say: 4 read, 2 write, 1 execute. */
    public void access(String path, int mask) {
        forNode(path, true, inode -> permissions.access(inode, mask));
    }

    /** The size and room of the filesystem. */
    public StatVfs statfs() {
        permissions.enter();
        return calls.statfs(superblock.nodes.root());
    }

    /** The same, of what a path leads to, where that matters to the filesystem. */
    public StatVfs statfs(String path) {
        return onNode(path, true, calls::statfs);
    }

    /** Opens a file, for reading unless the flags say otherwise; made with the permissions 0666 less the umask. */
    public OpenFile open(String path, OpenFlag... flags) {
        return open(path, 0666, flags);
    }

    /** Opens a file, which {@link OpenFlag#CREATE} makes with the permissions {@code mode} less the umask. */
    public OpenFile open(String path, int mode, OpenFlag... flags) {
        Set<OpenFlag> set = Access.set(flags);
        Handle handle = walking(walk -> opening.open(walk, path, mode, set));
        return new OpenFile(handle, calls, changes, permissions, xattrs);
    }

    /**
     * Makes and opens a regular file that has no name, in a directory; for reading and writing.
     *
     * @param flags further ones; with {@link OpenFlag#EXCLUSIVE} it never gets a name, else {@link #link(OpenFile, String)}
     *        gives it one
     */
    public OpenFile tmpfile(String directory, int mode, OpenFlag... flags) {
        Set<OpenFlag> set = Access.set(flags);
        require(!set.contains(OpenFlag.CREATE), Errno.EINVAL);
        set.addAll(Set.of(OpenFlag.READ, OpenFlag.WRITE));
        Handle handle = onNode(directory, true, inode -> opening.tmpfile(inode, mode, Access.of(set)));
        return new OpenFile(handle, calls, changes, permissions, xattrs);
    }

    /** Opens a directory to read it. */
    public OpenDirectory opendir(String path) {
        return new OpenDirectory(onNode(path, true, opening::openDirectory), calls);
    }

    /** All entries of a directory but "." and "..", in the filesystem's order. */
    public List<DirectoryEntry> list(String path) {
        var entries = new ArrayList<DirectoryEntry>();
        try (OpenDirectory directory = opendir(path)) {
            for (Optional<DirectoryEntry> next = directory.next(); next.isPresent(); next = directory.next()) {
                if (!next.get().name().isDotOrDotDot()) {
                    entries.add(next.get());
                }
                if (entries.size() > MOST_LISTED) {
                    throw FuseException.of(Errno.ENOMEM, path + " has more than " + MOST_LISTED
                            + " entries, or its server lists them without end");
                }
            }
        }
        return entries;
    }

    /** Makes a directory with the permissions {@code mode} less the umask. */
    public void mkdir(String path, int mode) {
        walking(walk -> naming.mkdir(walk, path, mode));
    }

    /** Makes a directory with the permissions 0777 less the umask. */
    public void mkdir(String path) {
        mkdir(path, 0777);
    }

    /**
     * Makes a file of any type but directory and symbolic link.
     *
     * @param mode type and permissions, from which the umask is taken
     * @param device what a device file stands for, in the encoding of {@code new_encode_dev}; else 0
     */
    public void mknod(String path, int mode, int device) {
        walking(walk -> naming.mknod(walk, path, mode, device));
    }

    /** Makes a symbolic link at {@code path} with any text in it. */
    public void symlink(String target, String path) {
        walking(walk -> naming.symlink(walk, path, Name.of(target)));
    }

    /** The text in a symbolic link. */
    public String readlink(String path) {
        return onNode(path, false, inode -> {
            require(inode.type == FileType.SYMLINK, Errno.EINVAL);
            return calls.readlink(inode).toString();
        });
    }

    /** Gives what {@code existing} leads to, also if that is a symbolic link, one more name. */
    public void link(String existing, String path) {
        forNode(existing, false, target -> walking(walk -> naming.link(walk, path, target)));
    }

    /** Gives an open file one more name, or its first: ENOENT if it has lost its last one. */
    public void link(OpenFile file, String path) {
        walking(walk -> naming.link(walk, path, file));
    }

    /** Takes the name of a file that is no directory. */
    public void unlink(String path) {
        walking(walk -> naming.unlink(walk, path));
    }

    /** Takes away a directory that is empty. */
    public void rmdir(String path) {
        walking(walk -> naming.rmdir(walk, path));
    }

    /** Gives a file another name; what has that name loses it. */
    public void rename(String from, String to) {
        rename(from, to, 0);
    }

    /** The same, but EEXIST if there is something of that name. */
    public void renameNoReplace(String from, String to) {
        rename(from, to, RenameFlags.NOREPLACE);
    }

    /** Swaps what two names lead to. */
    public void exchange(String one, String other) {
        rename(one, other, RenameFlags.EXCHANGE);
    }

    /**
     * Renames.
     *
     * @param flags as those of {@code renameat2(2)}: 1 not to replace, 2 to exchange, 4 to leave a whiteout
     */
    public void rename(String from, String to, int flags) {
        boolean exchange = (flags & RenameFlags.EXCHANGE) != 0;
        require((flags & ~(RenameFlags.NOREPLACE | RenameFlags.EXCHANGE | RenameFlags.WHITEOUT)) == 0, Errno.EINVAL);
        require(!exchange || (flags & (RenameFlags.NOREPLACE | RenameFlags.WHITEOUT)) == 0, Errno.EINVAL);
        walking(source -> {
            try (PathWalk target = walk(false)) {
                return renaming.rename(source, source.toParent(from), target, target.toParent(to), flags);
            }
        });
    }

    /** Changes the permissions, set-user-id, set-group-id and sticky. */
    public void chmod(String path, int mode) {
        forNode(path, true, inode -> changes.chmod(inode, mode & PERMISSIONS));
    }

    /** Changes owner and group of what a path leads to; -1 leaves one as it is. */
    public void chown(String path, int uid, int gid) {
        forNode(path, true, inode -> changes.chown(inode, uid, gid));
    }

    /** The same, of a symbolic link itself. */
    public void lchown(String path, int uid, int gid) {
        forNode(path, false, inode -> changes.chown(inode, uid, gid));
    }

    /** Sets the times of what a path leads to. */
    public void utimens(String path, Timestamp accessed, Timestamp modified) {
        forNode(path, true, inode -> changes.utimens(inode, accessed, modified));
    }

    /** The same, of a symbolic link itself. */
    public void lutimens(String path, Timestamp accessed, Timestamp modified) {
        forNode(path, false, inode -> changes.utimens(inode, accessed, modified));
    }

    /** Cuts a file, or extends it by a hole. */
    public void truncate(String path, long size) {
        require(size >= 0, Errno.EINVAL);
        forNode(path, true, inode -> changes.truncate(inode, size));
    }

    /** The value of an extended attribute; ENODATA if there is none. */
    public byte[] getxattr(String path, String name) {
        return onNode(path, true, inode -> xattrs.get(inode, name));
    }

    /** The same, of a symbolic link itself. */
    public byte[] lgetxattr(String path, String name) {
        return onNode(path, false, inode -> xattrs.get(inode, name));
    }

    /**
     * Sets an extended attribute.
     *
     * @param flags as those of {@code setxattr(2)}: 1 if it must be new, 2 if it must be there, else 0
     */
    public void setxattr(String path, String name, byte[] value, int flags) {
        forNode(path, true, inode -> xattrs.set(inode, name, value, flags));
    }

    /** The same, of a symbolic link itself. */
    public void lsetxattr(String path, String name, byte[] value, int flags) {
        forNode(path, false, inode -> xattrs.set(inode, name, value, flags));
    }

    /** The names of all extended attributes. */
    public List<Name> listxattr(String path) {
        return onNode(path, true, xattrs::list);
    }

    /** The same, of a symbolic link itself. */
    public List<Name> llistxattr(String path) {
        return onNode(path, false, xattrs::list);
    }

    /** Takes an extended attribute away; ENODATA if there is none. */
    public void removexattr(String path, String name) {
        forNode(path, true, inode -> xattrs.remove(inode, name));
    }

    /** The same, of a symbolic link itself. */
    public void lremovexattr(String path, String name) {
        forNode(path, false, inode -> xattrs.remove(inode, name));
    }

    /** Has the server write everything back. */
    public void sync() {
        calls.syncfs();
    }

    /** The content of a file. */
    public byte[] readAllBytes(String path) {
        try (OpenFile file = open(path, OpenFlag.READ)) {
            return file.readAll(0);
        }
    }

    /** The content of a file in UTF-8. */
    public String readString(String path) {
        return new String(readAllBytes(path), UTF_8);
    }

    /** Replaces the content of a file, which is made if it isn't there. */
    public void writeAllBytes(String path, byte[] content) {
        try (OpenFile file = open(path, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.TRUNCATE)) {
            int written = file.write(content, 0);
            require(written == content.length, Errno.ENOSPC);
        }
    }

    /** The same with text in UTF-8. */
    public void writeString(String path, String content) {
        writeAllBytes(path, content.getBytes(UTF_8));
    }

    /** Unmounts: waits for a limited time until what is under way has reached the server, then lets it go. */
    @Override public void close() {
        unmount.run();
    }
}

package org.hexfuse.testkit.posix;

import org.hexfuse.posix.StatVfs;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.libc.AttributeCalls;
import org.hexfuse.libc.ContentCalls;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.InodeHandle;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.NameCalls;
import org.hexfuse.libc.NativePath;
import org.hexfuse.libc.NewTime;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.libc.PosixFiles;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.XattrCalls;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.FileHandle;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;

/**
 * A client through the C library, on a filesystem that is mounted at a directory.
 *
 * <p>Each user has a thread with its credentials and umask, which only root can make.
 */
public final class LibcClient implements PosixClient {
    private static final int UMASK = 022;

    private final NativePath root;
    private final Credentials credentials;
    private final UserThread thread;
    /** The clients of all users of this directory, this one included. */
    private final Map<Credentials, LibcClient> users;

    /**
     * A client on {@code root}, as the user of this process with the umask 022.
     *
     * @throws FuseException if the thread can't have a umask of its own
     */
    public LibcClient(Path root) {
        this(NativePath.of(root), new Credentials(ProcessIds.euid(), ProcessIds.gid(), Set.of(), UMASK,
                ProcessIds.pid()), new ConcurrentHashMap<>());
        users.put(credentials, this);
    }

    private LibcClient(NativePath root, Credentials credentials, Map<Credentials, LibcClient> users) {
        this.root = root;
        this.credentials = credentials;
        this.users = users;
        this.thread = new UserThread(credentials);
    }

    @Override public PosixClient as(Credentials user) {
        return users.computeIfAbsent(user, who -> new LibcClient(root, who, users));
    }

    @Override public Credentials credentials() {
        return credentials;
    }

    private NativePath path(String path) {
        byte[] bytes = Name.encode(path);
        return NativePath.of(concat(root.bytes(), bytes));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    @FunctionalInterface private interface PathCall<T> {
        T make(NativePath path) throws LibcException;
    }

    @FunctionalInterface private interface PathAction {
        void make(NativePath path) throws LibcException;
    }

    private <T> T get(String path, PathCall<T> call) {
        NativePath full = path(path);
        return thread.call(() -> call.make(full));
    }

    private void run(String path, PathAction action) {
        get(path, full -> {
            action.make(full);
            return full;
        });
    }

    @Override public Stat stat(String path) {
        return get(path, full -> LibcFile.stat(PosixFiles.stat(full)));
    }

    @Override public Stat lstat(String path) {
        return get(path, full -> LibcFile.stat(PosixFiles.lstat(full)));
    }

    @Override public void access(String path, int mask) {
        run(path, full -> PosixFiles.access(full, mask));
    }

    @Override public StatVfs statfs(String path) {
        return get(path, PosixFiles::statfs);
    }

    @Override public PosixFile open(String path, int mode, OpenFlag... flags) {
        return new LibcFile(thread, get(path, full -> Fd.open(full, bits(flags), mode)));
    }

    @Override public PosixFile openByHandle(FileHandle handle) {
        return new LibcFile(thread, get("/", full -> {
            try (Fd mount = Fd.open(full, OpenFlags.DIRECTORY, 0)) {
                int number = InodeHandle.of(FileHandle.TYPE, handle.toBytes()).open(mount, OpenFlags.RDONLY);
                if (number < 0) {
                    throw LibcException.of("open_by_handle_at", -number);
                }
                return Fd.of(number);
            }
        }));
    }

    @Override public PosixFile tmpfile(String directory, int mode, OpenFlag... flags) {
        return new LibcFile(thread, get(directory,
                full -> Fd.open(full, bits(flags) | OpenFlags.RDWR | OpenFlags.TMPFILE, mode)));
    }

    private static int bits(OpenFlag... flags) {
        Set<OpenFlag> set = Set.of(flags);
        boolean writing = set.contains(OpenFlag.WRITE) || set.contains(OpenFlag.APPEND);
        int bits = !writing ? OpenFlags.RDONLY : set.contains(OpenFlag.READ) ? OpenFlags.RDWR : OpenFlags.WRONLY;
        for (OpenFlag flag : set) {
            bits |= switch (flag) {
                case READ, WRITE -> 0;
                case APPEND -> OpenFlags.APPEND;
                case CREATE -> OpenFlags.CREAT;
                case EXCLUSIVE -> OpenFlags.EXCL;
                case TRUNCATE -> OpenFlags.TRUNC;
                case DIRECTORY -> OpenFlags.DIRECTORY;
                case NO_FOLLOW -> OpenFlags.NOFOLLOW;
                case DIRECT -> OpenFlags.DIRECT;
                case SYNC -> OpenFlags.SYNC;
                case DSYNC -> OpenFlags.DSYNC;
                case NO_ATIME -> OpenFlags.NOATIME;
                case PATH -> OpenFlags.PATH;
            };
        }
        return bits;
    }

    @Override public void link(PosixFile file, String path) {
        run(path, full -> NameCalls.link(((LibcFile) file).fd(), full));
    }

    @Override public PosixDirectory opendir(String path) {
        return new LibcDirectory(thread, get(path, full -> Fd.open(full, OpenFlags.DIRECTORY, 0)));
    }

    @Override public void mkdir(String path, int mode) {
        run(path, full -> NameCalls.mkdir(full, mode));
    }

    @Override public void mknod(String path, int mode, int device) {
        run(path, full -> NameCalls.mknod(full, mode, device >>> 8 & 0xfff,
                (device & 0xff) | (device >>> 12 & 0xfff00)));
    }

    @Override public void symlink(String target, String path) {
        run(path, full -> NameCalls.symlink(NativePath.of(Name.encode(target)), full));
    }

    @Override public String readlink(String path) {
        return get(path, full -> Name.decode(NameCalls.readlink(full)));
    }

    @Override public void link(String existing, String path) {
        NativePath from = path(existing);
        run(path, full -> NameCalls.link(from, full));
    }

    @Override public void unlink(String path) {
        run(path, NameCalls::unlink);
    }

    @Override public void rmdir(String path) {
        run(path, NameCalls::rmdir);
    }

    @Override public void rename(String from, String to, int flags) {
        NativePath target = path(to);
        run(from, full -> NameCalls.rename(full, target, flags));
    }

    @Override public void chmod(String path, int mode) {
        run(path, full -> AttributeCalls.chmod(full, mode));
    }

    @Override public void chown(String path, int uid, int gid) {
        run(path, full -> AttributeCalls.chown(full, uid, gid));
    }

    @Override public void lchown(String path, int uid, int gid) {
        run(path, full -> AttributeCalls.lchown(full, uid, gid));
    }

    @Override public void utimens(String path, Timestamp accessed, Timestamp modified) {
        run(path, full -> AttributeCalls.utimens(full, time(accessed), time(modified)));
    }

    @Override public void lutimens(String path, Timestamp accessed, Timestamp modified) {
        run(path, full -> AttributeCalls.lutimens(full, time(accessed), time(modified)));
    }

    static NewTime time(Timestamp time) {
        return time.time().map(NewTime::of)
                .orElse(time.equals(Timestamp.NOW) ? NewTime.NOW : NewTime.OMIT);
    }

    @Override public void truncate(String path, long size) {
        run(path, full -> ContentCalls.truncate(full, size));
    }

    @Override public byte[] getxattr(String path, String name) {
        return get(path, full -> XattrCalls.get(full, Name.of(name), true));
    }

    @Override public void setxattr(String path, String name, byte[] value, int flags) {
        run(path, full -> XattrCalls.set(full, Name.of(name), value, flags, true));
    }

    @Override public List<Name> listxattr(String path) {
        return get(path, full -> XattrCalls.list(full, true));
    }

    @Override public void removexattr(String path, String name) {
        run(path, full -> XattrCalls.remove(full, Name.of(name), true));
    }

    @Override public byte[] lgetxattr(String path, String name) {
        return get(path, full -> XattrCalls.get(full, Name.of(name), false));
    }

    @Override public void lsetxattr(String path, String name, byte[] value, int flags) {
        run(path, full -> XattrCalls.set(full, Name.of(name), value, flags, false));
    }

    @Override public void sync() {
        run("/", full -> {
            try (Fd fd = Fd.open(full, OpenFlags.DIRECTORY, 0)) {
                ContentCalls.syncfs(fd);
            }
        });
    }

    @Override public void close() {
        users.values().forEach(client -> client.thread.close());
    }
}

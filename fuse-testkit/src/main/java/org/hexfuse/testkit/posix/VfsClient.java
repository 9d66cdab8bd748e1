package org.hexfuse.testkit.posix;

import org.hexfuse.posix.StatVfs;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.FileHandle;
import org.hexfuse.vfs.OpenDirectory;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;
import org.hexfuse.vfs.Vfs;

/** A client on a {@link Vfs}, which stays mounted when the client is closed. */
public final class VfsClient implements PosixClient {
    private final Vfs vfs;

    /** A client as the user of {@code vfs}. */
    public VfsClient(Vfs vfs) {
        this.vfs = vfs;
    }

    @Override public PosixClient as(Credentials user) {
        return new VfsClient(vfs.as(user));
    }

    @Override public Credentials credentials() {
        return vfs.credentials();
    }

    @Override public Stat stat(String path) {
        return vfs.stat(path);
    }

    @Override public Stat lstat(String path) {
        return vfs.lstat(path);
    }

    @Override public void access(String path, int mask) {
        vfs.access(path, mask);
    }

    @Override public StatVfs statfs(String path) {
        return vfs.statfs(path);
    }

    @Override public PosixFile open(String path, int mode, OpenFlag... flags) {
        return new File(vfs.open(path, mode, flags));
    }

    @Override public PosixFile openByHandle(FileHandle handle) {
        // The call has a descriptor of the mount.
        try (OpenDirectory _ = vfs.opendir("/")) {
            return new File(vfs.openByHandle(handle));
        }
    }

    @Override public PosixFile tmpfile(String directory, int mode, OpenFlag... flags) {
        return new File(vfs.tmpfile(directory, mode, flags));
    }

    @Override public void link(PosixFile file, String path) {
        vfs.link(((File) file).file, path);
    }

    @Override public PosixDirectory opendir(String path) {
        return new Directory(vfs.opendir(path));
    }

    @Override public void mkdir(String path, int mode) {
        vfs.mkdir(path, mode);
    }

    @Override public void mknod(String path, int mode, int device) {
        vfs.mknod(path, mode, device);
    }

    @Override public void symlink(String target, String path) {
        vfs.symlink(target, path);
    }

    @Override public String readlink(String path) {
        return vfs.readlink(path);
    }

    @Override public void link(String existing, String path) {
        vfs.link(existing, path);
    }

    @Override public void unlink(String path) {
        vfs.unlink(path);
    }

    @Override public void rmdir(String path) {
        vfs.rmdir(path);
    }

    @Override public void rename(String from, String to, int flags) {
        vfs.rename(from, to, flags);
    }

    @Override public void chmod(String path, int mode) {
        vfs.chmod(path, mode);
    }

    @Override public void chown(String path, int uid, int gid) {
        vfs.chown(path, uid, gid);
    }

    @Override public void lchown(String path, int uid, int gid) {
        vfs.lchown(path, uid, gid);
    }

    @Override public void utimens(String path, Timestamp accessed, Timestamp modified) {
        vfs.utimens(path, accessed, modified);
    }

    @Override public void lutimens(String path, Timestamp accessed, Timestamp modified) {
        vfs.lutimens(path, accessed, modified);
    }

    @Override public void truncate(String path, long size) {
        vfs.truncate(path, size);
    }

    @Override public byte[] getxattr(String path, String name) {
        return vfs.getxattr(path, name);
    }

    @Override public void setxattr(String path, String name, byte[] value, int flags) {
        vfs.setxattr(path, name, value, flags);
    }

    @Override public List<Name> listxattr(String path) {
        return vfs.listxattr(path);
    }

    @Override public void removexattr(String path, String name) {
        vfs.removexattr(path, name);
    }

    @Override public byte[] lgetxattr(String path, String name) {
        return vfs.lgetxattr(path, name);
    }

    @Override public void lsetxattr(String path, String name, byte[] value, int flags) {
        vfs.lsetxattr(path, name, value, flags);
    }

    @Override public void sync() {
        vfs.sync();
    }

    @Override public void close() {
        // Open files are closed by their owners.
    }

    private record File(OpenFile file) implements PosixFile {
        @Override public int read(byte[] target, long offset) {
            return file.read(target, offset);
        }

        @Override public int write(byte[] source, long offset) {
            return file.write(source, offset);
        }

        @Override public Stat stat() {
            return file.stat();
        }

        @Override public void truncate(long size) {
            file.truncate(size);
        }

        @Override public void chmod(int mode) {
            file.chmod(mode);
        }

        @Override public void chown(int uid, int gid) {
            file.chown(uid, gid);
        }

        @Override public void utimens(Timestamp accessed, Timestamp modified) {
            file.utimens(accessed, modified);
        }

        @Override public void fallocate(int mode, long offset, long length) {
            file.fallocate(mode, offset, length);
        }

        @Override public long seekEnd(long offset) {
            return file.seekEnd(offset);
        }

        @Override public long seekData(long offset) {
            return file.seekData(offset);
        }

        @Override public long seekHole(long offset) {
            return file.seekHole(offset);
        }

        @Override public long copyFileRange(PosixFile target, long offset, long targetOffset, long length) {
            return file.copyFileRange(((File) target).file, offset, targetOffset, length);
        }

        @Override public byte[] getxattr(String name) {
            return file.getxattr(name);
        }

        @Override public void setxattr(String name, byte[] value, int flags) {
            file.setxattr(name, value, flags);
        }

        @Override public Optional<LockRange> getlk(LockRange wanted) {
            return file.ofdLocks().getlk(wanted);
        }

        @Override public void lock(LockRange range) {
            file.ofdLocks().set(range);
        }

        @Override public void lockWaiting(LockRange range) {
            file.ofdLocks().setlkw(range);
        }

        @Override public void flock(LockType type) {
            file.flock(type);
        }

        @Override public void tryFlock(LockType type) {
            file.tryFlock(type);
        }

        @Override public void sync(boolean dataOnly) {
            file.sync(dataOnly);
        }

        @Override public void close() {
            file.close();
        }
    }

    private record Directory(OpenDirectory directory) implements PosixDirectory {
        @Override public Optional<DirectoryEntry> next() {
            return directory.next();
        }

        @Override public void seek(long cookie) {
            directory.seek(cookie);
        }

        @Override public Stat stat() {
            return directory.stat();
        }

        @Override public void sync() {
            directory.sync();
        }

        @Override public void close() {
            directory.close();
        }
    }
}

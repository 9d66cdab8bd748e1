package org.hexfuse.nio.attribute;

import java.nio.file.ClosedFileSystemException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Vfs;

/**
 * The attributes of one stat. The time of creation is no part of that: it is requested when {@link #creationTime} is called, and is the time
 * of the last change of the content where the server has none or the file has moved since.
 */
public final class StatAttributes implements PosixFileAttributes {
    private final Location file;
    private final Stat stat;

    /**
     * Identifies a file as long as it exists.
     *
     * @param mount the mount, which is itself only
     * @param ino the inode number
     */
    private record FileKey(Object mount, long ino) {
        @SuppressWarnings("ReferenceEquality") // A mount is equal only to itself.
        @Override public boolean equals(Object other) {
            return other instanceof FileKey key && key.ino == ino && key.mount == mount;
        }

        @Override public int hashCode() {
            return Long.hashCode(ino);
        }

        @Override public String toString() {
            return "(ino=" + Long.toUnsignedString(ino) + ")";
        }
    }

    /** The attributes of a file. */
    public StatAttributes(Location file, Stat stat) {
        this.file = file;
        this.stat = stat;
    }

    /** The stat. */
    public Stat stat() {
        return stat;
    }

    /** A time as a {@link FileTime}; nanoseconds are kept in its range. */
    static FileTime time(Timespec time) {
        return time.nanos() == 0 ? FileTime.from(time.seconds(), TimeUnit.SECONDS) : FileTime.from(time.toInstant());
    }

    @Override public FileTime lastModifiedTime() {
        return time(stat.mtime());
    }

    @Override public FileTime lastAccessTime() {
        return time(stat.atime());
    }

    /** The time of the last change of content or attributes. */
    public FileTime ctime() {
        return time(stat.ctime());
    }

    @Override public FileTime creationTime() {
        try {
            Vfs vfs = file.vfs();
            Optional<Timespec> btime = file.follow() ? vfs.btime(file.path()) : vfs.lbtime(file.path());
            boolean isSame = btime.isPresent() && file.stat(vfs).ino() == stat.ino();
            return isSame ? time(btime.get()) : lastModifiedTime();
        } catch (FuseException | ClosedFileSystemException _) {
            return lastModifiedTime();
        }
    }

    /** The device: one of its own for each filesystem. */
    long dev() {
        return file.mount().device();
    }

    @Override public boolean isRegularFile() { return stat.isRegular(); }

    @Override public boolean isDirectory() { return stat.isDirectory(); }

    @Override public boolean isSymbolicLink() { return stat.isSymlink(); }

    @Override public boolean isOther() { return !isRegularFile() && !isDirectory() && !isSymbolicLink(); }

    @Override public long size() {
        return stat.size();
    }

    @Override public Object fileKey() {
        return new FileKey(file.mount(), stat.ino());
    }

    @Override public Principals.User owner() {
        return Principals.MACHINE.user(stat.uid());
    }

    @Override public Principals.Group group() {
        return Principals.MACHINE.group(stat.gid());
    }

    @Override public Set<PosixFilePermission> permissions() {
        return Permissions.of(stat.mode());
    }
}

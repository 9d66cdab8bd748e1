package org.hexfuse.server.path;

import static org.hexfuse.abi.Errno.ENOSYS;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Listed;

/**
 * A filesystem whose operations have paths: what libfuse's high-level API is in C. {@link PathFileSystem#of} makes it mountable; the
 * package has the rules.
 *
 * <p>A path begins with {@code /}, and is {@code /} for the root. It is the file's path while the method runs: a rename of the file or
 * of a directory above waits for the method. Bytes that are not UTF-8 are escaped as in {@link Name}. {@code op} has the caller and the
 * arguments; its node ids are the framework's, {@code op.handle()} is the number that {@link #open} returned, or 0 of an object. Only
 * locks have the framework's handle, by which it keeps them.
 *
 * <p>Only {@link #getattr} must be implemented. Methods that are not overridden behave as in {@link FuseFileSystem}.
 */
public interface PathOperations {
    /** Whether and how the methods wait, see {@link FuseFileSystem#blocking}. */
    default Blocking blocking() {
        return Blocking.NEVER;
    }

    /** Whether INTERRUPT also interrupts the thread, see {@link FuseFileSystem#interruptsThreads}. */
    default boolean interruptsThreads() {
        return false;
    }

    /** Whether the kernel checks permissions, see {@link FuseFileSystem#kernelChecksPermissions}. */
    default boolean kernelChecksPermissions() {
        return false;
    }

    /** READDIRPLUS, which the framework implements. With those for locks it also keeps these, for all kernels. */
    default Set<Capability> capabilities() {
        return Set.of(Capability.READDIRPLUS);
    }

    /** How a live mount is handed over to another process, see {@link Handover}. By default it cannot be. */
    default Optional<PathHandover> handover() {
        return Optional.empty();
    }

    /** A session begins: chooses flags and limits from the kernel's offer. */
    default void init(InitNegotiation negotiation) throws IOException, InterruptedException {}

    /** A session has ended, after its handles were released. */
    default void destroy(Session session) {}

    /**
     * The attributes of a file, ENOENT if there is none. Called for each lookup of a name, too. With an inode number
     * ({@link Attr#ino}) the names of a file with several links are found to be one file.
     */
    Attr getattr(String path, GetAttr op) throws IOException, InterruptedException;

    /** Sets the attributes that {@code op} has and returns all of them: chmod, chown, truncate and utimens in one. */
    default Attr setattr(String path, SetAttr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default Name readlink(String path, ReadLink op) throws IOException, InterruptedException {
        throw FuseException.of(Errno.EINVAL);
    }

    /** Creates a file of any type but directory and symbolic link. {@link #getattr} follows, as for all that create. */
    default void mknod(String path, MkNod op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void mkdir(String path, MkDir op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void symlink(String path, SymLink op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Adds the name {@code path} for the file {@code existing}. */
    default void link(String existing, String path, Link op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Removes a name. Of a file that is open see the package for what comes instead. */
    default void unlink(String path, Unlink op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void rmdir(String path, RmDir op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Moves {@code from} to {@code to}, as {@link Rename#flags} has it. */
    default void rename(String from, String to, Rename op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /**
     * Opens a file. Operations on a {@link FileHandle} are called on that; with a {@link NumberedHandle} they come to the methods here,
     * with its number as {@code op.handle()}. By default the number is 0.
     */
    default FileHandle open(String path, Open op) throws IOException, InterruptedException {
        return NumberedHandle.of(0);
    }

    /** Creates a regular file and opens it. Kernels fall back to {@link #mknod} and {@link #open}. */
    default FileHandle create(String path, Create op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Creates and opens a file without a name. It has no path, so that the handle has to be an {@link OpenFile}. */
    default OpenFile tmpfile(String directory, TmpFile op) throws IOException, InterruptedException {
        throw FuseException.of(Errno.EOPNOTSUPP);
    }

    /** Reads {@link Read#size} bytes at {@link Read#offset}; fewer only at the end of the file. */
    default void read(String path, Read op, DataReply out) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Writes {@link Write#data} at {@link Write#offset} and returns how many bytes were written. */
    default int write(String path, Write op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void flush(String path, Flush op) throws IOException, InterruptedException {}

    /** The last descriptor is closed. {@code path} is empty if the file has no name any more. */
    default void release(String path, Release op) throws IOException, InterruptedException {}

    default void fsync(String path, Fsync op) throws IOException, InterruptedException {}

    default void fallocate(String path, Fallocate op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default long lseek(String path, Lseek op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default long copyFileRange(String path, String target, CopyFileRange op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Executes a command of {@code ioctl(2)} on a file, and on a directory. */
    default IoctlResult ioctl(String path, Ioctl op, DataReply out) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default int poll(String path, Poll op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void opendir(String path, OpenDir op) throws IOException, InterruptedException {}

    /** Lists a directory, without {@code .} and {@code ..}, see {@link org.hexfuse.server.tree.Node#readdir}. */
    default Stream<Listed> readdir(String path, ReadDir op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void releasedir(String path, ReleaseDir op) throws IOException, InterruptedException {}

    default void fsyncdir(String path, FsyncDir op) throws IOException, InterruptedException {}

    default void setxattr(String path, SetXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default byte[] getxattr(String path, GetXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default List<Name> listxattr(String path, ListXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void removexattr(String path, RemoveXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void access(String path, Access op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The first lock that conflicts. The path may change meanwhile. {@code kept} are the locks that the framework keeps. */
    default LockRange getlk(String path, Lock op, Locks kept) throws IOException, InterruptedException {
        return kept.getlk(op);
    }

    /** Takes or releases a lock. The path may change meanwhile. {@code kept} are the locks that the framework keeps. */
    default void setlk(String path, Lock op, Locks kept) throws IOException, InterruptedException {
        kept.setlk(op);
    }

    default long bmap(String path, Bmap op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default StatVfs statfs(String path, StatFs op) throws IOException, InterruptedException {
        return StatVfs.UNKNOWN;
    }

    default void syncfs(SyncFs op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }
}

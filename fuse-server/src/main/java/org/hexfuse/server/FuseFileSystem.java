package org.hexfuse.server;

import static org.hexfuse.abi.Errno.ENOSYS;

import org.hexfuse.posix.StatVfs;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;

/**
 * A filesystem: a method per operation of the protocol, on node ids that the filesystem allocates. The package has the rules for
 * nodes, handles, timeouts, threads, interrupts, deadlocks and errors.
 *
 * <p><b>Results</b> are values, errors are {@link FuseException}s or exceptions of the JDK, bulk data is written into the reply that a
 * method is given. A reply may also be given later, by {@link Deferrable#later}.
 *
 * <p><b>An operation object</b> is valid until the method returns, or until its deferred reply is given, on any thread. Names, values
 * and credentials that it returns are copies and may be kept.
 *
 * <p><b>Methods that are not overridden</b> behave as in libfuse's low-level interface: {@code open}, {@code release},
 * {@code statfs} and the like succeed, everything else is answered ENOSYS, for which kernels have fallbacks. Where they have none, as
 * for locks and {@code readdirplus}, the filesystem declares the method by {@link #capabilities}.
 *
 * <p>Source: libfuse {@code fuse_lowlevel.h}, Linux {@code fs/fuse}.
 */
public interface FuseFileSystem {
    /** The number of the root's node. */
    long ROOT = 1;

    /** Whether and how the methods wait, which decides the threads that they run on. */
    default Blocking blocking() {
        return Blocking.NEVER;
    }

    /**
     * Whether INTERRUPT also interrupts the thread that runs the request, so that {@link InterruptedException} ends its waits;
     * it is answered EINTR. Otherwise a method polls {@link Operation#interrupted}. The interrupt of a thread closes the
     * {@link java.nio.channels.FileChannel} that it is reading or writing, for every other user of the channel too. The
     * thread of a {@link #setlk} that {@linkplain Lock#waits waits} is always interrupted.
     */
    default boolean interruptsThreads() {
        return false;
    }

    /**
     * Whether the kernel checks each caller's permissions by owner, group and mode before it sends a request
     * ({@code default_permissions}). Otherwise the filesystem checks them, by {@link Operation#caller}.
     */
    default boolean kernelChecksPermissions() {
        return false;
    }

    /**
     * The methods that kernels have no fallback for and that this filesystem implements. Declared, not derived from the methods of
     * the class, so that a filesystem can be wrapped: a decorator declares those of its delegate.
     */
    default Set<Capability> capabilities() {
        return Set.of();
    }

    /**
     * How another process takes a mount of this filesystem over, with its open files. Empty for a filesystem that cannot be handed
     * over.
     */
    default Optional<Handover> handover() {
        return Optional.empty();
    }

    /** A session begins: the filesystem chooses flags and limits from the kernel's offer. The first call of each session. */
    default void init(InitNegotiation negotiation) throws IOException, InterruptedException {}

    /**
     * A session has ended. Called once for each that began, after all its handles were released and all its lookups forgotten, unless
     * another process has taken it over, see {@link Handover}. The filesystem releases the locks of the session now, see
     * {@link Locks}.
     */
    default void destroy(Session session) {}

    /**
     * Looks up a name in a directory.
     *
     * @return the node, or {@link Entry#absent} for a negative dentry; ENOENT is not cached
     */
    default Entry lookup(Lookup op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The kernel drops lookups of a node. Has no reply. */
    default void forget(Forget op) throws IOException, InterruptedException {}

    default Attr getattr(GetAttr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Sets the attributes that {@code op} has and returns all of them. */
    default Attr setattr(SetAttr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The target of a symbolic link. */
    default Name readlink(ReadLink op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Creates a file of any type but directory and symbolic link. */
    default Entry mknod(MkNod op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default Entry mkdir(MkDir op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default Entry symlink(SymLink op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default Entry link(Link op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void unlink(Unlink op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void rmdir(RmDir op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void rename(Rename op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default Opened open(Open op) throws IOException, InterruptedException {
        return Opened.stateless();
    }

    /** Creates a regular file and opens it. Kernels fall back to {@link #mknod} and {@link #open}. */
    default Created create(Create op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Reads {@link Read#size} bytes at {@link Read#offset}; fewer only at the end of the file. */
    default void read(Read op, DataReply out) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Writes {@link Write#data} at {@link Write#offset} and returns how many bytes were written. */
    default int write(Write op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** A descriptor of an open file is closed; there may be others. An error is the result of the caller's {@code close(2)}. */
    default void flush(Flush op) throws IOException, InterruptedException {}

    /** The last descriptor of an open file is closed. The kernel ignores errors. */
    default void release(Release op) throws IOException, InterruptedException {}

    default void fsync(Fsync op) throws IOException, InterruptedException {}

    default Opened opendir(OpenDir op) throws IOException, InterruptedException {
        return Opened.stateless();
    }

    /** Lists a directory from {@link ReadDir#offset} on. */
    default void readdir(ReadDir op, DirReply out) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Lists a directory from {@link ReadDir#offset} on and looks each name up. */
    default void readdirplus(ReadDir op, DirPlusReply out) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void releasedir(ReleaseDir op) throws IOException, InterruptedException {}

    default void fsyncdir(FsyncDir op) throws IOException, InterruptedException {}

    default StatVfs statfs(StatFs op) throws IOException, InterruptedException {
        return StatVfs.UNKNOWN;
    }

    default void setxattr(SetXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The whole value of an extended attribute, ENODATA if there is none. A value that does not fit is answered ERANGE. */
    default byte[] getxattr(GetXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The names of all extended attributes. A list that does not fit is answered ERANGE. */
    default List<Name> listxattr(ListXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void removexattr(RemoveXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Checks permissions for {@code access(2)}; not called when {@link #kernelChecksPermissions}. */
    default void access(Access op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /**
     * The first lock that conflicts with {@link Lock#range}, or that range with type unlocked. Kernels send it for record locks
     * only.
     */
    default LockRange getlk(Lock op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /**
     * Takes or releases a lock. With {@link Lock#waits} it may wait, and then never runs on a thread that reads requests; otherwise
     * a conflicting lock is answered EAGAIN. {@link Locks} implements both.
     */
    default void setlk(Lock op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void fallocate(Fallocate op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Seeks data or a hole: the offset that {@code lseek(2)} returns. */
    default long lseek(Lseek op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Copies between two open files and returns how many bytes were copied. */
    default long copyFileRange(CopyFileRange op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /**
     * Executes a command of {@code ioctl(2)}. {@link Ioctl#data} must be read before the first byte is written to {@code out},
     * which takes at most {@link Ioctl#room}.
     */
    default IoctlResult ioctl(Ioctl op, DataReply out) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /**
     * The events of an open file that are ready, of {@link Poll#events} and POLLERR and POLLHUP. If there is a
     * {@link Poll#wakeup}, it is to be called once when other events become ready.
     */
    default int poll(Poll op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The number of a file's block on its device. */
    default long bmap(Bmap op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Writes the whole filesystem back to storage. */
    default void syncfs(SyncFs op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Creates and opens a regular file without a name, in the directory {@link TmpFile#node}. */
    default Created tmpfile(TmpFile op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }
}

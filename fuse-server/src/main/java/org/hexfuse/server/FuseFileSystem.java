package org.hexfuse.server;

import static org.hexfuse.abi.Errno.ENOSYS;

import org.hexfuse.posix.StatVfs;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.LockRange;

/**
 * A filesystem, as its author writes it: a method per operation of the protocol, on nodes that the filesystem numbers itself.
 *
 * <p><b>Nodes.</b> Node 1 is the root. The kernel learns of another node when {@link #lookup}, a method that creates, or
 * {@link #readdirplus} returns its {@link Entry}, and each time that it does the node's <em>lookup count</em> grows by one;
 * {@link #forget} takes from it. A node whose count is not zero must keep its number, also when its last name is gone.
 *
 * <p><b>Handles.</b> {@link #open} may return a number that comes back with each operation on that open file, until
 * {@link #release}. When a session ends, in whichever way, all nodes are forgotten and all handles released, once.
 *
 * <p><b>Results</b> are values, errors are {@link FuseException}s, bulk data is written into the reply that a method is given.
 * An {@link IOException} is answered with the errno that fits its class, such as ENOENT for
 * {@link java.nio.file.NoSuchFileException}, else with EIO; any other exception is logged and answered with EIO. Neither ends
 * the session.
 *
 * <p><b>An operation object</b> is valid until the method returns, on any thread. Names, values and credentials that it
 * returns are copies and may be kept.
 *
 * <p><b>Threads.</b> Methods are called by several threads at once. A filesystem whose methods wait, for a disk, a network, a
 * lock held long, says so by {@link #blocking}; otherwise they run on the threads that read requests. A filesystem that
 * reaches into its own mount from one of its methods waits for itself: it must say that it blocks.
 *
 * <p><b>What is not overridden</b> behaves as in libfuse's low-level interface: {@code open}, {@code release}, {@code statfs}
 * and the like succeed, everything else is answered ENOSYS, for which kernels have fallbacks. Where they have none, as for
 * locks and {@code readdirplus}, the filesystem says by {@link #capabilities} that it has the method.
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
     * answer EINTR then. Otherwise a method polls {@link Operation#interrupted}. Beware: the interrupt of a thread closes the
     * {@link java.nio.channels.FileChannel} that it is reading or writing, for every other user of the channel too. The
     * thread of a {@link #setlk} that {@linkplain Lock#waits waits} is always interrupted.
     */
    default boolean interruptsThreads() {
        return false;
    }

    /**
     * Whether kernels check each caller's permissions by owner, group and mode before they ask, as for a disk
     * ({@code default_permissions}). Otherwise the filesystem decides, by {@link Operation#caller}.
     */
    default boolean kernelChecksPermissions() {
        return false;
    }

    /**
     * What it has that kernels have no fallback for. Said and not guessed from the methods of the class, so that a filesystem can
     * be wrapped: a decorator says what it wraps has.
     */
    default Set<Capability> capabilities() {
        return Set.of();
    }

    /** A session begins: sees what the kernel can do, and chooses. Called once a session, before all else. */
    default void init(InitNegotiation negotiation) throws IOException, InterruptedException {}

    /**
     * A session is over. Called once for each that began, after everything that its kernel had was released and forgotten;
     * its locks end now, see {@link Locks}.
     */
    default void destroy(Session session) {}

    /**
     * Finds a name in a directory.
     *
     * @return the node, or {@link Entry#absent} to have the kernel remember that there is none
     */
    default Entry lookup(Lookup op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The kernel gives up lookups of a node. Has no reply. */
    default void forget(Forget op) throws IOException, InterruptedException {}

    default Attr getattr(GetAttr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Changes what {@code op} names and returns the attributes after it. */
    default Attr setattr(SetAttr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The target of a symbolic link. */
    default Name readlink(ReadLink op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Makes a file of any type but directory and symbolic link. */
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

    /** Makes a regular file and opens it. Kernels fall back to {@link #mknod} and {@link #open}. */
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

    /** A descriptor of an open file is closed; there may be others. The place to report what writing came to. */
    default void flush(Flush op) throws IOException, InterruptedException {}

    /** The last descriptor of an open file is closed. An error reaches nobody. */
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

    /** The whole value of an extended attribute, ENODATA if there is none. What doesn't fit is answered ERANGE. */
    default byte[] getxattr(GetXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The names of all extended attributes. What doesn't fit is answered ERANGE. */
    default List<Name> listxattr(ListXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void removexattr(RemoveXattr op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Answers {@code access(2)}; not called when the kernel checks permissions itself. */
    default void access(Access op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /**
     * The first lock that would stand in the way of {@link Lock#range}, or that range with type unlocked. Kernels ask for record
     * locks alone. A filesystem that has {@link #setlk} and not this one has locks of {@code flock(2)} alone.
     */
    default LockRange getlk(Lock op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /**
     * Takes or gives up a lock. With {@link Lock#waits} it may wait, and then never runs on a thread that reads requests;
     * without, EAGAIN says that the lock is taken. {@link Locks} keeps them for filesystems that have no other place.
     */
    default void setlk(Lock op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    default void fallocate(Fallocate op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Finds data or a hole: the offset that {@code lseek(2)} returns. */
    default long lseek(Lseek op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Copies between two open files and returns how many bytes were copied. */
    default long copyFileRange(CopyFileRange op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /**
     * Carries out a command of {@code ioctl(2)}. What {@link Ioctl#data} has is to be read before the first byte is written to
     * {@code out}, which takes at most {@link Ioctl#room}.
     */
    default IoctlResult ioctl(Ioctl op, DataReply out) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /**
     * What can be done with an open file without waiting, as bits of {@code poll(2)}, among them those of {@link Poll#events}.
     * If {@link Poll#wakeup} has something, it is to be woken once when that changes.
     */
    default int poll(Poll op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Where a block of a file is on its device. */
    default long bmap(Bmap op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Writes the whole filesystem back. */
    default void syncfs(SyncFs op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Makes and opens a regular file without a name, in the directory {@link TmpFile#node}. */
    default Created tmpfile(TmpFile op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }
}

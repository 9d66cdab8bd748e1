package org.hexfuse.vfs;

import static org.hexfuse.vfs.Checks.require;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.hexfuse.abi.BmapIn;
import org.hexfuse.abi.BmapOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.LseekIn;
import org.hexfuse.abi.LseekOut;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.device.Request;
import org.hexfuse.posix.LockType;

/**
 * A file that is open. Any thread may call any method; offsets are given with each call, in bytes from 0 on.
 *
 * <p>Reads and writes go to the server as they are, in as many requests as it takes, none of them cached. Errors are
 * {@link FuseException}s: what the server answered, EBADF when the file is closed or was not opened for what is asked, EIO
 * when the server's answer makes no sense. When some of the bytes have been read or written before an error, their number is
 * returned and not the error, as in {@code read(2)}.
 */
public final class OpenFile implements AutoCloseable {
    private static final int FIRST_READ = 64 * 1024;
    private static final int DATA = 3;
    private static final int HOLE = 4;
    /** The modes of {@code fallocate(2)} that FUSE has. */
    private static final Set<Integer> ALLOCATIONS = Set.of(0, 1, 1 | 2, 16, 16 | 1);

    final Handle handle;
    private final NodeRequests calls;
    private final AttributeChanges changes;
    final FileData data;
    private final PollWaiter polling;
    private final Xattrs xattrs;
    final boolean readable;
    final boolean writable;
    final boolean appends;
    private final OpenFileLocks locks;

    OpenFile(Handle handle, NodeRequests calls, AttributeChanges changes, Permissions permissions, Xattrs xattrs) {
        this.handle = handle;
        this.calls = calls;
        this.changes = changes;
        this.data = new FileData(handle, calls, permissions);
        this.polling = new PollWaiter(handle);
        this.xattrs = xattrs;
        this.readable = Access.isReading(handle.flags);
        this.writable = Access.isWriting(handle.flags);
        this.appends = Access.isAppending(handle.flags);
        this.locks = new OpenFileLocks(handle);
    }

    private Superblock superblock() {
        return handle.superblock;
    }

    /** Gives the node a name in a directory: one without is given its first only if it was born that way. */
    Inode link(Inode directory, Name name, NameRequests names) {
        return get(() -> {
            require(superblock() == names.superblock, Errno.EXDEV);
            require(!handle.inode.isDirectory(), Errno.EPERM);
            boolean unnamed = (handle.flags & OpenFlags.TMPFILE) == OpenFlags.TMPFILE
                    && (handle.flags & OpenFlag.EXCLUSIVE.bits()) == 0;
            require(unnamed || calls.attributes(handle.inode).links() > 0, Errno.ENOENT);
            return names.link(handle.inode, directory, name);
        });
    }

    private <T> T get(Supplier<T> call) {
        handle.begin();
        try {
            return call.get();
        } finally {
            handle.end();
        }
    }

    private void run(Runnable call) {
        get(() -> {
            call.run();
            return this;
        });
    }

    /** The attributes, also of a file that has no name any more. */
    public Stat stat() {
        return get(() -> calls.attributes(handle.inode));
    }

    /** Changes the permissions, set-user-id, set-group-id and sticky. */
    public void chmod(int mode) {
        run(() -> changes.chmod(handle.inode, mode & 07777));
    }

    /** Changes owner and group; -1 leaves one as it is. */
    public void chown(int uid, int gid) {
        run(() -> changes.chown(handle.inode, uid, gid));
    }

    /** Sets the times. */
    public void utimens(Timestamp accessed, Timestamp modified) {
        run(() -> changes.utimens(handle.inode, accessed, modified));
    }

    /** The value of an extended attribute; ENODATA if there is none. */
    public byte[] getxattr(String name) {
        return get(() -> xattrs.get(handle.inode, name));
    }

    /** Sets an extended attribute, with flags as {@link Vfs#setxattr} has them. */
    public void setxattr(String name, byte[] value, int flags) {
        run(() -> xattrs.set(handle.inode, name, value, flags));
    }

    /** Reads up to {@code target.byteSize()} bytes; fewer only at the end of the file. Returns how many. */
    public long read(MemorySegment target, long offset) {
        require(readable, Errno.EBADF);
        require(!handle.inode.isDirectory(), Errno.EISDIR);
        require(offset >= 0 && offset + target.byteSize() >= 0, Errno.EINVAL);
        return data.read(target, offset);
    }

    /** As {@link #read(MemorySegment, long)}, into a whole array. */
    public int read(byte[] target, long offset) {
        return (int) read(MemorySegment.ofArray(target), offset);
    }

    /** Reads from {@code offset} to the end of the file. */
    public byte[] readAll(long offset) {
        byte[] all = new byte[(int) Math.clamp(stat().size() - offset, 0, Integer.MAX_VALUE - 8L) + 1];
        int length = 0;
        while (true) {
            long got = read(MemorySegment.ofArray(all).asSlice(length), offset + length);
            length += (int) got;
            if (length < all.length) {
                return Arrays.copyOf(all, length);
            }
            all = Arrays.copyOf(all, Math.max(2 * all.length, FIRST_READ));
        }
    }

    /**
     * Writes all of {@code source}, at {@code offset}, or at the end of a file that was opened to append. Returns how many
     * bytes were written.
     */
    public long write(MemorySegment source, long offset) {
        require(writable, Errno.EBADF);
        require(offset >= 0 && offset + source.byteSize() >= 0, Errno.EINVAL);
        return data.write(source, offset);
    }

    /** As {@link #write(MemorySegment, long)}, of a whole array. */
    public int write(byte[] source, long offset) {
        return (int) write(MemorySegment.ofArray(source), offset);
    }

    /** Cuts the file, or extends it by a hole. */
    public void truncate(long size) {
        require(writable, Errno.EINVAL);
        require(size >= 0, Errno.EINVAL);
        run(() -> calls.setattr(handle.inode, changes.truncation(handle.inode, size).handle(handle)));
    }

    /** Waits until what was written is safe; with {@code dataOnly} as much of it as is needed to read it. */
    public void sync(boolean dataOnly) {
        handle.begin();
        try {
            handle.sync(dataOnly);
        } finally {
            handle.end();
        }
    }

    /**
     * Gives room to, or takes it from, {@code length} bytes from {@code offset} on.
     *
     * @param mode the bits of {@code fallocate(2)}: 1 to keep the size, 2 to punch a hole, 16 to zero
     */
    public void fallocate(int mode, long offset, long length) {
        require(offset >= 0 && length > 0, Errno.EINVAL);
        require(ALLOCATIONS.contains(mode), Errno.EOPNOTSUPP);
        require(writable, Errno.EBADF);
        require(offset + length > 0, Errno.EFBIG);
        data.fallocate(mode, offset, length);
    }

    /** The first offset from {@code offset} on where there is data; ENXIO if there is none. */
    public long seekData(long offset) {
        return seek(offset, DATA);
    }

    /** The first offset from {@code offset} on where there is a hole, of which one is at the end; ENXIO behind that. */
    public long seekHole(long offset) {
        return seek(offset, HOLE);
    }

    private long seek(long offset, int whence) {
        require(offset >= 0, Errno.ENXIO);
        handle.begin();
        try {
            return superblock().lacks(Opcode.LSEEK) ? seekWithoutServer(offset, whence) : askToSeek(offset, whence);
        } finally {
            handle.end();
        }
    }

    private long askToSeek(long offset, int whence) {
        try (Request request = handle.request(Opcode.LSEEK)) {
            LseekIn.FH.set(request.arguments(), handle.number);
            LseekIn.OFFSET.set(request.arguments(), offset);
            LseekIn.WHENCE.set(request.arguments(), whence);
            superblock().port.call(request);
            return LseekOut.OFFSET.get(request.reply());
        } catch (FuseException e) {
            if (e.errno() != Errno.ENOSYS) {
                throw e;
            }
            superblock().isLacking(Opcode.LSEEK);
            return seekWithoutServer(offset, whence);
        }
    }

    /** All is data, up to the end. */
    private long seekWithoutServer(long offset, int whence) {
        long size = calls.getattr(handle).size();
        require(offset < size, Errno.ENXIO);
        return whence == DATA ? offset : size;
    }

    /**
     * Copies bytes of this file to another one of the same filesystem, within the server if it can; fewer than asked for at
     * the end of this one. EINVAL if the ranges overlap in one file.
     */
    public long copyFileRange(OpenFile target, long offset, long targetOffset, long length) {
        return get(() -> target.get(() -> new FileCopy(calls, this, target).copy(offset, targetOffset, length)));
    }

    /**
     * Sends the server a command whose argument is a number, or which has none. Returns what the server says.
     *
     * @param command as for {@code ioctl(2)}: direction, size, type and number
     * @throws FuseException ENOTTY if the server knows no commands, EFAULT if this one's argument is an address, EIO if the
     *         server's answer makes no sense
     */
    public int ioctl(int command, long argument) {
        return controlling(ioctl -> ioctl.call(command, argument));
    }

    /**
     * Sends the server a command whose argument is the address of {@code argument}, of which it is sent, and sends back, as
     * many bytes as the command says. Returns what the server says.
     *
     * @throws FuseException as {@link #ioctl(int, long)}; EFAULT if {@code argument} is shorter than the command says
     */
    public int ioctl(int command, MemorySegment argument) {
        return controlling(ioctl -> ioctl.call(command, argument));
    }

    /**
     * Sends a command to a server of devices, which may read and write what it likes of a program's memory. Returns what the
     * server says.
     *
     * @throws FuseException as {@link #ioctl(int, long)}; ENOMEM if the server wants more at once than fits into a message,
     *         EINTR if the thread was interrupted
     */
    public int ioctl(int command, long argument, UserMemory memory) {
        return controlling(ioctl -> ioctl.call(command, argument, memory));
    }

    private int controlling(ToIntFunction<Ioctl> action) {
        handle.begin();
        try {
            return action.applyAsInt(new Ioctl(handle));
        } finally {
            handle.end();
        }
    }

    /**
     * What of {@code events} is so now, and besides whether there is an error: bits of {@code poll(2)}. A file of a server
     * that knows nothing of this is always ready.
     */
    public int poll(int events) {
        return polling.now(events);
    }

    /**
     * The same, as soon as something of it is so; 0 when the time is over before.
     *
     * @throws FuseException EINTR if the thread was interrupted, EBADF if the file is closed meanwhile
     */
    public int poll(int events, Duration timeout) {
        return polling.await(events, timeout);
    }

    /**
     * Where on its device a block of the file is, for a filesystem that is on one ({@link VfsOptions#withBlockDevice}).
     *
     * @param block its number within the file
     * @return its number on the device; 0 for a hole, and where there is nothing to say
     */
    public long bmap(long block) {
        int size = superblock().options.blockDevice();
        if (size == 0 || superblock().lacks(Opcode.BMAP)) {
            return 0;
        }
        handle.begin();
        try (Request request = handle.request(Opcode.BMAP)) {
            BmapIn.BLOCK.set(request.arguments(), block);
            BmapIn.BLOCKSIZE.set(request.arguments(), size);
            superblock().port.call(request);
            return BmapOut.BLOCK.get(request.reply());
        } catch (FuseException e) {
            if (e.errno() == Errno.ENOSYS) {
                superblock().isLacking(Opcode.BMAP);
            }
            return 0;
        } finally {
            handle.end();
        }
    }

    /** Whether the server is told that a descriptor is closed: it may do without, unless times are kept here. */
    private boolean isFlushed() {
        boolean without = (handle.openFlags & OpenOutFlag.NOFLUSH.mask()) != 0;
        return !without || superblock().port.negotiated().has(InitFlag.WRITEBACK_CACHE);
    }

    /**
     * The locks on ranges of the file that this process has. All that is opened by one {@link Vfs} is opened by one process,
     * and by another one what is opened by another that {@link Vfs#as} gave. When a process closes any of its descriptors
     * of a file, it gives up all that it has locked of that.
     */
    public RecordLocks locks() {
        return locks.ofProcess();
    }

    /** The locks on ranges of the file that this open file has, whoever uses it, until it is closed. */
    public RecordLocks ofdLocks() {
        return locks.ofFile();
    }

    /**
     * Locks the file as a whole, as {@code flock(2)} does, or gives that up. The lock belongs to this open file and ends with
     * it. It waits until the lock can be had; EINTR if the thread is interrupted.
     */
    public void flock(LockType type) {
        run(() -> locks.flock(type, true));
    }

    /** The same without waiting: EAGAIN if another lock is in the way. */
    public void tryFlock(LockType type) {
        run(() -> locks.flock(type, false));
    }

    /**
     * Closes the file. The server is told at once, and that nobody needs it any more when calls under way have ended. Closing
     * again does nothing.
     *
     * @throws FuseException what the server says of the data written
     */
    @Override public void close() {
        try {
            handle.begin();
        } catch (FuseException _) {
            return;
        }
        try {
            if (handle.close()) {
                polling.close();
                closed();
            }
        } finally {
            handle.end();
        }
    }

    private void closed() {
        boolean told = false;
        try {
            if (isFlushed()) {
                handle.flush();
                told = !superblock().lacks(Opcode.FLUSH);
            }
        } finally {
            // Where FLUSH failed, or what goes before it, nobody knows whether the server has heard of it.
            locks.close(told);
        }
    }
}

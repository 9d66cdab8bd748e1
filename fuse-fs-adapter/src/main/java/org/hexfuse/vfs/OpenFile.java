package org.hexfuse.vfs;

import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToLongBiFunction;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.FallocateFlags;
import org.hexfuse.posix.LockType;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.SeekWhence;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.file.FileAttrRequests;
import org.hexfuse.vfs.file.FileData;
import org.hexfuse.vfs.file.FileLayout;
import org.hexfuse.vfs.file.FileOpener;
import org.hexfuse.vfs.file.Handle;
import org.hexfuse.vfs.file.IoctlRequests;
import org.hexfuse.vfs.file.PollWaiter;
import org.hexfuse.vfs.inode.AttributeChanges;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.inode.Permissions;
import org.hexfuse.vfs.inode.Xattrs;
import org.hexfuse.vfs.mount.Mount;
import org.hexfuse.vfs.path.DirectoryChanges;
import org.hexfuse.vfs.path.PathWalk;

/**
 * An open file. Any thread may call any method. Offsets are in bytes from 0.
 *
 * <p>Reads and writes have an offset, as {@code pread(2)} and {@code pwrite(2)}, or are made at the position of the file and move it, as
 * {@code read(2)} and {@code write(2)}; no lock is held meanwhile, so those of two threads may be made at the same position. A file that
 * the server opened with FOPEN_NONSEEKABLE or FOPEN_STREAM is read and written at its position only: offsets and {@link #seek} are
 * ESPIPE. A stream has no position, and its READs and WRITEs carry offset 0.
 *
 * <p>Reads and writes go to the server, in as many requests as the negotiated sizes need, or to the page cache, see
 * {@link VfsOptions#withPageCache}. With delayed writes {@link #sync} and {@link #close} have the errors of earlier ones. Errors are
 * {@link FuseException}s: what the server answered, EBADF if the file is closed or not open for the access, EIO if the reply violates
 * the protocol. If some bytes were read or written before an error, their number is returned instead, as by {@code read(2)}.
 */
public final class OpenFile implements AutoCloseable {
    private static final int FIRST_READ = 64 * 1024;
    private static final int MAX_FIRST_READ = 16 * 1024 * 1024;
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;
    /** The modes of {@code fallocate(2)} that FUSE has. */
    private static final Set<Integer> ALLOCATIONS = Set.of(0, FallocateFlags.KEEP_SIZE,
            FallocateFlags.KEEP_SIZE | FallocateFlags.PUNCH_HOLE, FallocateFlags.ZERO_RANGE,
            FallocateFlags.KEEP_SIZE | FallocateFlags.ZERO_RANGE);

    private final Handle handle;
    private final NodeRequests requests;
    private final AttributeChanges attributeChanges;
    private final Mount mount;
    private final FileAttrRequests fileAttributes;
    private final FileData data;
    private final FileLayout layout;
    private final PollWaiter poll;
    private final Xattrs xattrs;
    private final RecordLocks locks;
    /** Null until it is first used. Guarded by the monitor. */
    private RecordLocks ofdLocks;

    OpenFile(Handle handle, NodeRequests requests, AttributeChanges attributeChanges, Permissions permissions,
            Xattrs xattrs, FileAttrRequests fileAttributes) {
        this.handle = handle;
        this.requests = requests;
        this.attributeChanges = attributeChanges;
        this.mount = permissions.mount();
        this.fileAttributes = fileAttributes;
        this.data = new FileData(handle, requests, permissions, attributeChanges);
        this.layout = new FileLayout(handle, requests, permissions, attributeChanges);
        this.poll = new PollWaiter(handle);
        this.xattrs = xattrs;
        this.locks = new RecordLocks(handle, handle.locks.ofProcess());
    }

    /** {@code linkat(2)} with AT_EMPTY_PATH: a file without a name gets one only if it was opened by O_TMPFILE without O_EXCL. */
    Inode link(Inode directory, Name name, DirectoryChanges changes) {
        return getOfPath(() -> {
            require(mount == changes.mount(), Errno.EXDEV);
            require(!handle.inode.isDirectory(), Errno.EPERM);
            boolean unnamed = (handle.flags & OpenFlags.TMPFILE) == OpenFlags.TMPFILE
                    && (handle.flags & OpenFlag.EXCLUSIVE.bits()) == 0;
            require(unnamed || handle.inode.lastAttributes().nlink() > 0, Errno.ENOENT);
            return changes.link(handle.inode, directory, name);
        });
    }

    /** The mount that it was opened on. */
    Mount mount() {
        return mount;
    }

    PollWaiter pollWaiter() {
        return poll;
    }

    /** Lets a walk begin here; EBADF if this is closed, ENOTDIR if it is no directory. */
    void enter(PathWalk walk) {
        getOfPath(() -> {
            require(handle.inode.isDirectory(), Errno.ENOTDIR);
            walk.start(handle.above(), handle.inode);
            return walk;
        });
    }

    /** Opens the file of this one again; see {@link Vfs#reopen}. */
    Handle reopen(FileOpener opener, Set<OpenFlag> flags) {
        return getOfPath(() -> {
            Handle again = opener.open(handle.inode, flags);
            again.keepAbove(handle.above());
            return again;
        });
    }

    private <T> T getOfPath(Supplier<T> call) {
        handle.beginPath();
        try {
            return call.get();
        } finally {
            handle.end();
        }
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
        return getOfPath(() -> mount.ids.onMount(requests.attributes(handle.inode)));
    }

    /** As {@link Vfs#statx}. */
    public Statx statx(Statx.Sync sync, int mask) {
        return getOfPath(() -> requests.statx(handle.inode, sync, mask).onMount(mount.ids));
    }

    /** The total and free space of the filesystem. */
    public StatVfs statfs() {
        return getOfPath(() -> requests.statfs(handle.inode));
    }

    /** The target of a symbolic link that is open with {@link OpenFlag#PATH}; ENOENT for another file, as of {@code readlinkat(2)}. */
    public String readlink() {
        return getOfPath(() -> {
            require(handle.inode.type() == FileType.SYMLINK, Errno.ENOENT);
            return requests.readlink(handle.inode).toString();
        });
    }

    /** Changes the permissions, set-user-id, set-group-id and sticky. */
    public void chmod(int mode) {
        run(() -> attributeChanges.chmod(handle.inode, mode & 07777));
    }

    /** Changes owner and group; -1 leaves one as it is. */
    public void chown(int uid, int gid) {
        run(() -> attributeChanges.chown(handle.inode, uid, gid));
    }

    /** Sets the times. */
    public void utimens(Timestamp atime, Timestamp mtime) {
        run(() -> attributeChanges.utimens(handle.inode, atime, mtime));
    }

    /** The value of an extended attribute; ENODATA if there is none. */
    public byte[] getxattr(String name) {
        return get(() -> xattrs.get(handle.inode, name));
    }

    /** Sets an extended attribute, with the flags of {@link Vfs#setxattr}. */
    public void setxattr(String name, byte[] value, int flags) {
        run(() -> xattrs.set(handle.inode, name, value, flags));
    }

    private void requireSeekable() {
        require(!handle.isClosed() && !handle.isPath(), Errno.EBADF);
        require(handle.isSeekable(), Errno.ESPIPE);
    }

    /** Reads up to {@code target.byteSize()} bytes; fewer at the end of the file only. Returns how many. */
    public long read(MemorySegment target, long offset) {
        require(offset >= 0, Errno.EINVAL);
        requireSeekable();
        requireReadable();
        require(offset + target.byteSize() >= 0, Errno.EINVAL);
        return data.read(target, offset);
    }

    private void requireReadable() {
        require(handle.isReadable(), Errno.EBADF);
        require(!handle.inode.isDirectory(), Errno.EISDIR);
    }

    /** Reads on at the position, as {@link #read(MemorySegment, long)}. */
    public long read(MemorySegment target) {
        requireReadable();
        return data.readNext(target);
    }

    /** The same into a whole array. */
    public int read(byte[] target) {
        return (int) read(MemorySegment.ofArray(target));
    }

    /** The position. */
    public long position() {
        requireSeekable();
        return data.position();
    }

    /** Sets the position, which may be beyond the end of the file. */
    public void seek(long offset) {
        requireSeekable();
        require(offset >= 0, Errno.EINVAL);
        data.position(offset);
    }

    /**
     * Sets the position to the end of the file and {@code offset} bytes on, or back ({@code lseek(2)} with SEEK_END), for which the size is
     * requested unless it is valid. Returns the position; EINVAL if it is negative.
     */
    public long seekEnd(long offset) {
        return get(() -> {
            requireSeekable();
            long position = layout.size() + offset;
            require(position >= 0, Errno.EINVAL);
            data.position(position);
            return position;
        });
    }

    /** As {@link #read(MemorySegment, long)}, into a whole array. */
    public int read(byte[] target, long offset) {
        return (int) read(MemorySegment.ofArray(target), offset);
    }

    /** Reads from {@code offset} to the end of the file; EFBIG if that does not fit into an array. */
    public byte[] readAll(long offset) {
        return readAll(offset, (target, done) -> read(target, offset + done));
    }

    /** The same from the position, which moves to the end. */
    public byte[] readAll() {
        return readAll(data.position(), (target, _) -> read(target));
    }

    private byte[] readAll(long offset, ToLongBiFunction<MemorySegment, Integer> read) {
        // The size is the server's: memory grows with what is read.
        byte[] all = new byte[Math.clamp(stat().size() - offset, 0, MAX_FIRST_READ) + 1];
        int length = 0;
        while (true) {
            long got = read.applyAsLong(MemorySegment.ofArray(all).asSlice(length), length);
            length += (int) got;
            if (length < all.length) {
                return Arrays.copyOf(all, length);
            }
            require(length < MAX_ARRAY, Errno.EFBIG);
            all = Arrays.copyOf(all, Math.clamp(2L * all.length, FIRST_READ, MAX_ARRAY));
        }
    }

    /**
     * Writes all of {@code source}, at {@code offset}, or at the end of a file that is open with {@link OpenFlag#APPEND}. Returns how
     * many bytes were written.
     */
    public long write(MemorySegment source, long offset) {
        require(offset >= 0, Errno.EINVAL);
        requireSeekable();
        require(handle.isWritable(), Errno.EBADF);
        require(offset + source.byteSize() >= 0, Errno.EINVAL);
        return data.write(source, offset);
    }

    /** Writes on at the position, as {@link #write(MemorySegment, long)}. */
    public long write(MemorySegment source) {
        require(handle.isWritable(), Errno.EBADF);
        return data.writeNext(source);
    }

    /** The same of a whole array. */
    public int write(byte[] source) {
        return (int) write(MemorySegment.ofArray(source));
    }

    /** As {@link #write(MemorySegment, long)}, of a whole array. */
    public int write(byte[] source, long offset) {
        return (int) write(MemorySegment.ofArray(source), offset);
    }

    /** Truncates the file, or extends it by a hole. */
    public void truncate(long size) {
        require(!handle.isPath(), Errno.EBADF);
        require(handle.isWritable(), Errno.EINVAL);
        require(size >= 0, Errno.EINVAL);
        run(() -> requests.setattr(handle.inode,
                handle.through(attributeChanges.truncation(handle.inode, size, OptionalLong.of(handle.fh)))));
    }

    /** Blocks until written data is on stable storage; with {@code dataOnly} as {@code fdatasync(2)}. */
    public void sync(boolean dataOnly) {
        run(() -> handle.sync(dataOnly));
    }

    /**
     * Allocates or deallocates {@code length} bytes from {@code offset}.
     *
     * @param mode the bits of {@code fallocate(2)}: 1 to keep the size, 2 to punch a hole, 16 to zero
     */
    public void fallocate(int mode, long offset, long length) {
        require(offset >= 0 && length > 0, Errno.EINVAL);
        require(ALLOCATIONS.contains(mode), Errno.EOPNOTSUPP);
        require(handle.isWritable(), Errno.EBADF);
        require(offset + length > 0, Errno.EFBIG);
        layout.fallocate(mode, offset, length);
    }

    /** The first offset with data, from {@code offset}; ENXIO if there is none. */
    public long seekData(long offset) {
        requireSeekable();
        require(offset >= 0, Errno.ENXIO);
        return layout.seek(offset, SeekWhence.DATA);
    }

    /** The first offset in a hole, from {@code offset}; the end of the file is one, and ENXIO comes after it. */
    public long seekHole(long offset) {
        requireSeekable();
        require(offset >= 0, Errno.ENXIO);
        return layout.seek(offset, SeekWhence.HOLE);
    }

    /**
     * Copies bytes to another file of the same filesystem, within the server if it can. Returns how many: fewer at the end of this
     * file. EINVAL if the ranges overlap in one file.
     */
    public long copyFileRange(OpenFile target, long offset, long targetOffset, long length) {
        return data.copyTo(target.data, offset, targetOffset, length);
    }

    /**
     * Sends a command whose argument is a number, or unused. Returns the server's result.
     *
     * @param command as for {@code ioctl(2)}: direction, size, type and number
     * @throws FuseException ENOTTY if the server does not support ioctl, EFAULT if the argument of the command is an address, EIO
     *         if the reply violates the protocol
     */
    public int ioctl(int command, long argument) {
        return get(() -> new IoctlRequests(handle).call(command, argument));
    }

    /**
     * Sends a command whose argument is the address of {@code argument}, of which as many bytes are copied to and from the server as
     * the command encodes. Returns the server's result.
     *
     * @throws FuseException as {@link #ioctl(int, long)}; EFAULT if {@code argument} is shorter than the command encodes
     */
    public int ioctl(int command, MemorySegment argument) {
        return get(() -> FileAttrRequests.handles(command) ? fileAttributes.ioctl(handle.inode, command, argument)
                : new IoctlRequests(handle).call(command, argument));
    }

    /**
     * Sends a command to a server of devices (CUSE), which may read and write any memory of the program. Returns the server's
     * result.
     *
     * @throws FuseException as {@link #ioctl(int, long)}; ENOMEM if the server wants more at once than fits into a message, EINTR if
     *         the thread is interrupted
     */
    public int ioctl(int command, long argument, UserMemory memory) {
        return get(() -> new IoctlRequests(handle).call(command, argument, memory));
    }

    /**
     * The requested events that are ready, plus POLLERR and POLLHUP: bits of {@code poll(2)}. If the server does not support POLL the
     * file is always ready.
     */
    public int poll(int events) {
        return poll.now(events);
    }

    /**
     * The same, as soon as one is ready; 0 after {@code timeout}.
     *
     * @throws FuseException EINTR if the thread is interrupted, EBADF if the file is closed meanwhile
     */
    public int poll(int events, Duration timeout) {
        return poll.await(events, timeout);
    }

    /**
     * The block on the device of a block of the file, for a filesystem on a block device ({@link VfsOptions#withBlockDevice}).
     *
     * @param block its number within the file
     * @return its number on the device; 0 for a hole, after an error, and without a block device
     */
    public long bmap(long block) {
        return layout.bmap(block);
    }

    /**
     * The record locks of this process. All files that one {@link Vfs} opens are opened by one process, and those of another Vfs
     * that {@link Vfs#as} returned by another one. When a process closes any descriptor of a file, all its record locks on the file are
     * released.
     */
    public RecordLocks locks() {
        return locks;
    }

    /** The locks of the open file itself on ranges (OFD locks), whoever uses it; they are released when it is closed. */
    public synchronized RecordLocks ofdLocks() {
        if (ofdLocks == null) {
            ofdLocks = new RecordLocks(handle, handle.locks.ofFile());
        }
        return ofdLocks;
    }

    /** A key that is equal for the open files of one file that one process opened, see {@link #locks}. */
    public Object lockKey() {
        return handle.lockKey();
    }

    /**
     * Sets or releases the lock of the open file on the whole file, as {@code flock(2)}. Blocks until no lock of another open file
     * conflicts; EINTR if the thread is interrupted. The lock is released with RELEASE.
     */
    public void flock(LockType type) {
        run(() -> handle.locks.flock(type, handle.caller.pid(), true));
    }

    /** The same without blocking: EAGAIN if another lock conflicts. */
    public void tryFlock(LockType type) {
        run(() -> handle.locks.flock(type, handle.caller.pid(), false));
    }

    /** Makes reads, writes and copies from this file interruptible by {@link #interruptCalls}, at the price of a lock for each request. */
    public void trackCalls() {
        handle.trackCalls();
    }

    /**
     * Interrupts the reads and writes in flight as an interrupt of their threads would, whose interrupt status stays: EINTR unless bytes
     * were transferred. A server that has the request is sent INTERRUPT, and the reader waits for its reply. All later ones are EINTR too:
     * to be called before {@link #close}. Does nothing without {@link #trackCalls}.
     */
    public void interruptCalls() {
        handle.interruptCalls();
    }

    /**
     * Closes the file: FLUSH is sent at once, RELEASE when the calls in flight have returned. Closing again does nothing.
     *
     * @throws FuseException the error of FLUSH, which is that of earlier writes
     */
    @Override public void close() {
        try {
            handle.beginPath();
        } catch (FuseException _) {
            return;
        }
        try {
            if (handle.close()) {
                poll.close();
                if (!handle.isPath()) {
                    flush();
                }
            }
        } finally {
            handle.end();
        }
    }

    private void flush() {
        boolean flushed = false;
        try {
            flushed = handle.flush();
        } finally {
            // If FLUSH failed, the server may not have released the record locks.
            handle.locks.releaseRecords(flushed);
        }
    }
}

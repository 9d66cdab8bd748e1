package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.ReadFlag;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.WriteFlag;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.BackingFile;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.inode.AttributeChanges;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.inode.Permissions;
import org.hexfuse.vfs.mount.Passthrough;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.mount.WriteBack;
import org.hexfuse.vfs.page.WriteThrough;

/**
 * The content of an open file: READ and WRITE, in as many requests as the negotiated sizes need, or I/O on the backing file. Any thread
 * may call any method. The caller has checked the arguments and the access mode.
 *
 * <p>Source: Linux {@code fs/fuse/file.c}.
 */
public final class FileData {
    /** Stands for any other thread. */
    private static final Thread OTHER = Thread.ofVirtual().unstarted(() -> {});

    final Handle handle;
    private final Superblock superblock;
    private final NodeRequests requests;
    private final Permissions permissions;
    private final AttributeChanges attributeChanges;
    /** Both null without a page cache. */
    private final PageReader reader;
    private final CachedWriter cachedWriter;
    /** Where the next read or write without an offset begins; 0 in a stream. */
    private volatile long position;

    /** For the user of {@code requests} and {@code permissions}. */
    public FileData(Handle handle, NodeRequests requests, Permissions permissions, AttributeChanges attributeChanges) {
        this.handle = handle;
        this.superblock = handle.superblock;
        this.requests = requests;
        this.permissions = permissions;
        this.attributeChanges = attributeChanges;
        this.reader = handle.isCached() ? new PageReader(handle, requests, this::readOnce) : null;
        this.cachedWriter = reader == null ? null : new CachedWriter(handle, reader,
                (source, at, offset, length) -> writeAndCache(source, at, offset, length, false));
    }

    /** Reads up to {@code target.byteSize()} bytes; fewer at the end of the file only. Returns how many. */
    public long read(MemorySegment target, long offset) {
        handle.begin();
        try {
            if (reader != null) {
                return reader.read(target, offset);
            }
            // Also what is behind the range: else the server would find the end of the file before.
            handle.openPages.enterAndWriteOut(offset, Long.MAX_VALUE);
            int maxRead = superblock.port.negotiated().maxRead();
            if (isAsynchronous(target, maxRead)) {
                return checked(new AsyncTransfer(target.byteSize(), maxRead,
                        (position, wanted) -> readOnce(target, position, offset + position, wanted)));
            }
            long done = 0;
            while (done < target.byteSize()) {
                int wanted = (int) Math.min(maxRead, target.byteSize() - done);
                int got = readOnce(target, done, offset + done, wanted);
                done += Math.max(got, 0);
                if (got < wanted) {
                    require(got >= 0 || done > 0, Errno.orEio(-got));
                    break;
                }
            }
            return done;
        } finally {
            handle.end();
        }
    }

    /** ASYNC_DIO: direct I/O of more than a message, to memory that any thread may use. */
    private boolean isAsynchronous(MemorySegment memory, int most) {
        return memory.byteSize() > most && handle.isDirect() && handle.isSeekable()
                && superblock.port.negotiated().has(InitFlag.ASYNC_DIO) && handle.backing().isEmpty()
                && memory.isAccessibleBy(Thread.currentThread()) && memory.isAccessibleBy(OTHER);
    }

    private long checked(AsyncTransfer transfer) {
        long done = transfer.run(superblock.port.negotiated().maxBackground());
        require(done >= 0, Errno.orEio((int) -done));
        return done;
    }

    /** The same at the position, which moves behind what was read. */
    public long readNext(MemorySegment target) {
        long from = position;
        require(from + target.byteSize() >= 0, Errno.EINVAL);
        long got = read(target, from);
        move(from + got);
        return got;
    }

    /** Moves the position, unless the file is a stream. */
    private void move(long to) {
        if (!handle.isStream()) {
            position = to;
        }
    }

    /** The position. */
    public long position() {
        return position;
    }

    /** Sets the position, as {@code lseek(2)} with SEEK_SET. */
    public void position(long offset) {
        position = offset;
    }

    /** Else the copy of the reply throws on this thread what the caller is to get. */
    private static boolean isWritable(MemorySegment target) {
        return !target.isReadOnly() && target.scope().isAlive() && target.isAccessibleBy(Thread.currentThread());
    }

    /** One READ: the bytes read, or a negated errno. */
    private int readOnce(MemorySegment target, long position, long offset, int wanted) {
        Optional<BackingFile> backing = handle.backing();
        if (backing.isPresent()) {
            int got = Passthrough.transfer(() -> backing.get().read(target.asSlice(position, wanted), offset));
            superblock.accessed(handle.inode);
            return got;
        }
        try (Request request = handle.request(Opcode.READ).replyRoom(wanted)) {
            ReadIn.FH.set(request.arguments(), handle.fh);
            ReadIn.OFFSET.set(request.arguments(), offset);
            ReadIn.SIZE_FIELD.set(request.arguments(), wanted);
            ReadIn.FLAGS.set(request.arguments(), handle.flags);
            // Past the page cache the lock owner is sent, for mandatory locks.
            if (handle.isDirect()) {
                ReadIn.READ_FLAGS.set(request.arguments(), (int) ReadFlag.LOCKOWNER.mask());
                ReadIn.LOCK_OWNER.set(request.arguments(), handle.processOwner);
            }
            if (isWritable(target)) {
                request.lendForReply(target, position);
            }
            handle.call(request);
            int got = (int) request.replySize();
            if (!request.isRepliedToLent()) {
                MemorySegment.copy(request.reply(), 0, target, position, got);
            }
            return got;
        } catch (FuseException e) {
            return -e.errno().code();
        } finally {
            superblock.accessed(handle.inode);
        }
    }

    /** Writes at {@code offset}, or at the end of a file that is open with O_APPEND. Returns how many bytes were written. */
    public long write(MemorySegment source, long offset) {
        return write(source, offset, false);
    }

    /** The same at the position instead of an offset; the position moves behind what was written. */
    public long writeNext(MemorySegment source) {
        long from = position;
        require(from + source.byteSize() >= 0, Errno.EINVAL);
        return write(source, from, true);
    }

    private long write(MemorySegment source, long offset, boolean moves) {
        handle.begin();
        try {
            if (source.byteSize() == 0) {
                return 0;
            }
            if (superblock.writeBack.isLocal(handle.inode) && isThroughCache()) {
                requests.update(handle.inode, handle.fh, StatField.SIZE | StatField.MODE);
            }
            checkLimit(offset);
            boolean killSuidgid = removePrivileges();
            if (handle.pages != null) {
                return writeThroughGate(source, offset, killSuidgid, moves);
            }
            return handle.isAppending()
                    ? append(source, killSuidgid, moves)
                    : write(admitted(source, offset), offset, killSuidgid, moves);
        } finally {
            handle.end();
        }
    }

    /** Whether writes go through the page cache, if there is one, or would on Linux. O_DIRECT is one of them, in Linux's code. */
    private boolean isThroughCache() {
        return handle.backing().isEmpty() && !OpenOutFlag.DIRECT_IO.in(handle.openFlags);
    }

    /** EFBIG at the limit of file sizes, before the privileges of the file are removed. */
    private void checkLimit(long offset) {
        if (permissions.limitsSizes()) {
            admitWrite(handle.isAppending() ? handle.inode.lastAttributes().size() : offset, 0);
        }
    }

    /** What the limit of file sizes lets be written at {@code offset}; EFBIG if nothing. */
    private MemorySegment admitted(MemorySegment source, long offset) {
        return source.asSlice(0, admitWrite(offset, source.byteSize()));
    }

    /** How many of {@code length} bytes the limit of file sizes lets be written at {@code offset}; EFBIG if none. */
    long admitWrite(long offset, long length) {
        return permissions.admitWrite(offset, length);
    }

    /** With a page cache writes exclude truncations. */
    private long writeThroughGate(MemorySegment source, long offset, boolean killSuidgid, boolean moves) {
        handle.pages.gate().enter();
        try {
            return handle.isAppending()
                    ? append(source, killSuidgid, moves)
                    : write(admitted(source, offset), offset, killSuidgid, moves);
        } finally {
            handle.pages.gate().leave();
        }
    }

    /**
     * Writes at the end of the file by its cached size, reserved against other appends. As on Linux the size may have timed out: the server
     * has O_APPEND too.
     */
    private long append(MemorySegment source, boolean killSuidgid, boolean moves) {
        long length = source.byteSize();
        long end = superblock.attributes.reserve(handle.inode, length);
        long written = 0;
        try {
            written = write(admitted(source, end), end, killSuidgid, moves);
            return written;
        } finally {
            if (written < length) {
                superblock.attributes.unreserve(handle.inode, end + written, end + length);
            }
        }
    }

    private long write(MemorySegment source, long offset, boolean killSuidgid, boolean moves) {
        if (cachedWriter != null && !killsSuidgidByRequest() && superblock.delaysWrites(handle.inode)) {
            long written = cachedWriter.write(source, offset);
            if (moves) {
                move(offset + written);
            }
            return written;
        }
        int maxWrite = superblock.port.negotiated().maxWriteData();
        // As Linux: not beyond the end of the file, which requests in any order would not move step by step.
        if (offset + source.byteSize() <= handle.inode.lastAttributes().size() && !handle.isAppending()
                && isAsynchronous(source, maxWrite)) {
            return writeAsynchronously(source, offset, killSuidgid, moves, maxWrite);
        }
        long done = 0;
        while (done < source.byteSize()) {
            int wanted = (int) Math.min(maxWrite, source.byteSize() - done);
            int got = writeAndCache(source, done, offset + done, wanted, killSuidgid);
            if (got > 0) {
                done += got;
                written(offset + done);
            }
            if (got < wanted) {
                require(got >= 0 || done > 0, Errno.orEio(-got));
                break;
            }
        }
        if (moves) {
            move(offset + done);
        }
        return done;
    }

    private void written(long end) {
        Inode inode = handle.inode;
        if (handle.backing().isEmpty()
                && superblock.writeBack.isCached(inode, handle.isDirect(), killsSuidgidByRequest())) {
            superblock.writeBack.writtenByCache(inode, end);
        } else {
            superblock.writeBack.written(inode, end);
            if (permissions.killsSuidgid(inode)) {
                // Linux keeps the mode. The server may have cleared set-user-id, which exec must not find in the cache.
                superblock.attributes.invalidate(inode, StatField.MODE);
            }
        }
    }

    /** Whether a WRITE must be sent at once, since by it the server clears set-user-id or set-group-id. */
    private boolean killsSuidgidByRequest() {
        return superblock.serverKillsSuidgidOnRequest() && permissions.killsSuidgid(handle.inode);
    }

    private long writeAsynchronously(MemorySegment source, long offset, boolean killSuidgid, boolean moves, int most) {
        long done = checked(new AsyncTransfer(source.byteSize(), most,
                (position, wanted) -> writeAndCache(source, position, offset + position, wanted, killSuidgid)));
        written(offset + done);
        if (moves) {
            move(offset + done);
        }
        return done;
    }

    /** One WRITE, whose data replaces that of the cached pages, or drops them if the file bypasses the cache. */
    private int writeAndCache(MemorySegment source, long position, long offset, int wanted, boolean killSuidgid) {
        if (handle.pages == null) {
            return writeOnce(source, position, offset, wanted, killSuidgid);
        }
        WriteThrough write = handle.pages.updates().beginWrite(offset, wanted);
        int got = 0;
        try {
            handle.openPages.writeOut(offset, offset + wanted);
            got = writeOnce(source, position, offset, wanted, killSuidgid);
            return got;
        } catch (FuseException e) {
            return -e.errno().code();
        } finally {
            boolean keeps = got == wanted && handle.isCached();
            handle.pages.updates().endWrite(write, source, position, offset, Math.max(got, 0), keeps,
                    Math.max(offset + got, handle.inode.lastAttributes().size()));
        }
    }

    /** One WRITE: the bytes written, or a negated errno. */
    private int writeOnce(MemorySegment source, long position, long offset, int wanted, boolean killSuidgid) {
        Optional<BackingFile> backing = handle.backing();
        if (backing.isPresent()) {
            return Passthrough.transfer(() -> backing.get().write(source.asSlice(position, wanted), offset));
        }
        Inode inode = handle.inode;
        boolean cached = superblock.writeBack.isCached(inode, handle.isDirect(), killsSuidgidByRequest());
        try (Request request = cached ? superblock.writeBack.newWrite(inode) : handle.request(Opcode.WRITE)) {
            WriteIn.FH.set(request.arguments(), handle.fh);
            WriteIn.OFFSET.set(request.arguments(), offset);
            WriteIn.SIZE_FIELD.set(request.arguments(), wanted);
            if (cached) {
                WriteIn.WRITE_FLAGS.set(request.arguments(), WriteBack.writeFlags());
            } else {
                long killing = killSuidgid ? WriteFlag.KILL_SUIDGID.mask() : 0;
                long owning = handle.isDirect() ? WriteFlag.LOCKOWNER.mask() : 0;
                WriteIn.WRITE_FLAGS.set(request.arguments(), (int) (killing | owning));
                WriteIn.FLAGS.set(request.arguments(), handle.flags);
                if (owning != 0) {
                    WriteIn.LOCK_OWNER.set(request.arguments(), handle.processOwner);
                }
            }
            handle.call(request.lendData(source, position, wanted));
            long got = WriteOut.SIZE_FIELD.getUnsigned(request.reply(), 0);
            // As Linux: 0 bytes written is an error, since a loop of writes would repeat it for ever.
            require(got <= wanted && (got > 0 || wanted == 0), Errno.EIO);
            return (int) got;
        } catch (FuseException e) {
            superblock.attributes.invalidate(inode, StatField.CONTENT);
            return -e.errno().code();
        }
    }

    /**
     * A write removes the privileges of the file, unless it is open with FOPEN_DIRECT_IO. Returns whether a WRITE carries the KILL_SUIDGID
     * flag: with HANDLE_KILLPRIV_V2 whatever mode is cached, and past the page cache whatever was negotiated.
     */
    private boolean removePrivileges() {
        if (!OpenOutFlag.DIRECT_IO.in(handle.openFlags)) {
            attributeChanges.modified(handle.inode);
        }
        return !permissions.isRoot() && (superblock.serverKillsSuidgidOnRequest() || handle.isDirect());
    }

    /** The server is about to change the content, which removes the privileges of the file and sets its times where they are local. */
    void modified() {
        attributeChanges.modified(handle.inode);
        superblock.writeBack.modified(handle.inode);
    }

    /** {@code copy_file_range(2)} to another open file, see {@link FileCopy}. */
    public long copyTo(FileData target, long offset, long targetOffset, long length) {
        handle.begin();
        try {
            target.handle.begin();
            try {
                var copy = new FileCopy(superblock, this, target);
                return copy.copy(offset, targetOffset, length);
            } finally {
                target.handle.end();
            }
        } finally {
            handle.end();
        }
    }
}

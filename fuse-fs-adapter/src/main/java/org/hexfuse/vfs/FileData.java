package org.hexfuse.vfs;

import static org.hexfuse.vfs.Checks.require;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FallocateIn;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.WriteFlag;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.BackingFile;
import org.hexfuse.device.Request;

/**
 * The content of an open file: reads, writes and allocations, in as many requests as it takes, or past the server where it has
 * given a backing file. Any thread may call any method; all checks of the arguments have been made.
 *
 * <p>Source: Linux {@code fs/fuse/file.c}.
 */
final class FileData {
    private static final int KEEP_SIZE = 1;

    private final Handle handle;
    private final Superblock superblock;
    private final NodeRequests calls;
    private final Permissions permissions;
    private final boolean appends;

    FileData(Handle handle, NodeRequests calls, Permissions permissions) {
        this.handle = handle;
        this.superblock = handle.superblock;
        this.calls = calls;
        this.permissions = permissions;
        this.appends = Access.isAppending(handle.flags);
    }

    /** As {@link OpenFile#read(MemorySegment, long)}. */
    long read(MemorySegment target, long offset) {
        handle.begin();
        try {
            long done = 0;
            int most = superblock.port.negotiated().maxRead();
            while (done < target.byteSize()) {
                int wanted = (int) Math.min(most, target.byteSize() - done);
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

    /** One request: the bytes read, or the negated number of an error. */
    private int readOnce(MemorySegment target, long at, long offset, int wanted) {
        Optional<BackingFile> backing = handle.backing();
        if (backing.isPresent()) {
            return Passthrough.move(() -> backing.get().read(target.asSlice(at, wanted), offset));
        }
        try (Request request = handle.request(Opcode.READ).replyRoom(wanted)) {
            ReadIn.FH.set(request.arguments(), handle.number);
            ReadIn.OFFSET.set(request.arguments(), offset);
            ReadIn.SIZE_FIELD.set(request.arguments(), wanted);
            ReadIn.FLAGS.set(request.arguments(), handle.flags);
            superblock.port.call(request);
            int got = (int) request.replySize();
            MemorySegment.copy(request.reply(), 0, target, at, got);
            superblock.attributes.expire(handle.inode);
            return got;
        } catch (FuseException e) {
            return -e.errno().code();
        }
    }

    /** As {@link OpenFile#write(MemorySegment, long)}. */
    long write(MemorySegment source, long offset) {
        handle.begin();
        try {
            if (source.byteSize() == 0) {
                return 0;
            }
            boolean killsSetId = dropSetId();
            return appends ? append(source, killsSetId) : write(source, offset, killsSetId);
        } finally {
            handle.end();
        }
    }

    /** Writes at the end that the file has here; what others append through this end goes behind it. */
    private long append(MemorySegment source, boolean killsSetId) {
        calls.attributes(handle.inode);
        long length = source.byteSize();
        long end = superblock.attributes.reserve(handle.inode, length);
        long written = 0;
        try {
            written = write(source, end, killsSetId);
            return written;
        } finally {
            if (written < length) {
                superblock.attributes.giveBack(handle.inode, end + written, end + length);
            }
        }
    }

    private long write(MemorySegment source, long offset, boolean killsSetId) {
        long done = 0;
        int most = superblock.port.negotiated().maxWriteData();
        while (done < source.byteSize()) {
            int wanted = (int) Math.min(most, source.byteSize() - done);
            int got = writeOnce(source, done, offset + done, wanted, killsSetId);
            if (got > 0) {
                done += got;
                superblock.writeBack.written(handle.inode, offset + done);
            }
            if (got < wanted) {
                require(got >= 0 || done > 0, Errno.orEio(-got));
                break;
            }
        }
        return done;
    }

    /** One request: the bytes written, or the negated number of an error. */
    private int writeOnce(MemorySegment source, long at, long offset, int wanted, boolean killsSetId) {
        Optional<BackingFile> backing = handle.backing();
        if (backing.isPresent()) {
            return Passthrough.move(() -> backing.get().write(source.asSlice(at, wanted), offset));
        }
        boolean cached = superblock.writeBack.takes(handle, killsSetId);
        try (Request request = cached ? superblock.writeBack.write(handle) : handle.request(Opcode.WRITE)) {
            WriteIn.FH.set(request.arguments(), handle.number);
            WriteIn.OFFSET.set(request.arguments(), offset);
            WriteIn.SIZE_FIELD.set(request.arguments(), wanted);
            if (cached) {
                WriteIn.WRITE_FLAGS.set(request.arguments(), WriteBack.writeFlags());
            } else {
                WriteIn.WRITE_FLAGS.set(request.arguments(), killsSetId ? (int) WriteFlag.KILL_SUIDGID.mask() : 0);
                WriteIn.FLAGS.set(request.arguments(), handle.flags);
            }
            superblock.port.call(request.data(source, at, wanted));
            long got = WriteOut.SIZE_FIELD.getUnsigned(request.reply(), 0);
            // As Linux: an answer of nothing, which a loop of writes would repeat for ever, is an error.
            return got > wanted || (got == 0 && wanted > 0) ? -Errno.EIO.code() : (int) got;
        } catch (FuseException e) {
            superblock.attributes.changed(handle.inode);
            return -e.errno().code();
        }
    }

    /** Who writes to another's program takes its privileges away. Returns whether the server is to do so. */
    boolean dropSetId() {
        if (!permissions.killsSetId(handle.inode)) {
            return false;
        }
        if (!superblock.dropsSetIdItself()) {
            int mode = calls.attributes(handle.inode).mode();
            if (Permissions.clearsSetId(mode)) {
                calls.setattr(handle.inode, new AttributeChange().mode(Permissions.withoutSetId(mode)));
            }
        }
        return superblock.dropsSetIdWhenTold();
    }

    /** As {@link OpenFile#fallocate}. */
    void fallocate(int mode, long offset, long length) {
        require(!superblock.lacks(Opcode.FALLOCATE), Errno.EOPNOTSUPP);
        dropSetId();
        handle.begin();
        try (Request request = handle.request(Opcode.FALLOCATE)) {
            FallocateIn.FH.set(request.arguments(), handle.number);
            FallocateIn.OFFSET.set(request.arguments(), offset);
            FallocateIn.LENGTH.set(request.arguments(), length);
            FallocateIn.MODE.set(request.arguments(), mode);
            superblock.port.call(request);
            superblock.writeBack.written(handle.inode, (mode & KEEP_SIZE) == 0 ? offset + length : -1);
        } catch (FuseException e) {
            throw superblock.without(Opcode.FALLOCATE, e, Errno.EOPNOTSUPP);
        } finally {
            superblock.attributes.changed(handle.inode);
            handle.end();
        }
    }
}

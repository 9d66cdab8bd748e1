package org.hexfuse.vfs;

import static org.hexfuse.vfs.Checks.require;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.CopyFileRangeIn;
import org.hexfuse.abi.CopyFileRangeOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.Request;

/**
 * Copies ranges between files: the server does, or this end reads and writes where the server can't.
 *
 * <p>Source: {@code copy_file_range(2)}, Linux {@code fs/read_write.c}, {@code fs/fuse/file.c}.
 */
final class FileCopy {
    private static final long MOST_COPIED = 0xFFFFF000L;
    private static final int PIECE = 128 * 1024;

    private final NodeRequests calls;
    private final OpenFile source;
    private final OpenFile target;

    FileCopy(NodeRequests calls, OpenFile source, OpenFile target) {
        this.calls = calls;
        this.source = source;
        this.target = target;
    }

    private Superblock superblock() {
        return source.handle.superblock;
    }

    /** Copies, and returns how many bytes; both files are held open by the caller. */
    long copy(long offset, long targetOffset, long length) {
        Inode from = source.handle.inode;
        Inode to = target.handle.inode;
        require(!from.isDirectory() && !to.isDirectory(), Errno.EISDIR);
        require(from.type == FileType.REGULAR && to.type == FileType.REGULAR, Errno.EINVAL);
        require(source.readable && target.writable && !target.appends, Errno.EBADF);
        require(superblock() == target.handle.superblock, Errno.EXDEV);
        require(offset >= 0 && targetOffset >= 0 && length >= 0, Errno.EINVAL);
        require(offset + length >= 0 && targetOffset + length >= 0, Errno.EOVERFLOW);
        long some = Math.clamp(calls.attributes(from).size() - offset, 0, length);
        require(from != to || targetOffset + some <= offset || offset + some <= targetOffset, Errno.EINVAL);
        if (some == 0) {
            return 0;
        }
        target.data.dropSetId();
        try {
            return ask(offset, targetOffset, some);
        } catch (FuseException e) {
            if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.EXDEV) {
                throw e;
            }
            return readAndWrite(offset, targetOffset, some);
        }
    }

    /** The newer form of the request counts in 64 bits, the older one in 32. */
    private long ask(long offset, long targetOffset, long length) {
        if (!superblock().lacks(Opcode.COPY_FILE_RANGE_64)) {
            try {
                return ask(Opcode.COPY_FILE_RANGE_64, offset, targetOffset, length);
            } catch (FuseException e) {
                if (e.errno() != Errno.ENOSYS) {
                    throw e;
                }
                superblock().isLacking(Opcode.COPY_FILE_RANGE_64);
            }
        }
        require(!superblock().lacks(Opcode.COPY_FILE_RANGE), Errno.EOPNOTSUPP);
        try {
            return ask(Opcode.COPY_FILE_RANGE, offset, targetOffset, Math.min(length, MOST_COPIED));
        } catch (FuseException e) {
            throw superblock().without(Opcode.COPY_FILE_RANGE, e, Errno.EOPNOTSUPP);
        }
    }

    private long ask(Opcode opcode, long offset, long targetOffset, long length) {
        try (Request request = source.handle.request(opcode)) {
            MemorySegment in = request.arguments();
            CopyFileRangeIn.FH_IN.set(in, source.handle.number);
            CopyFileRangeIn.OFF_IN.set(in, offset);
            CopyFileRangeIn.NODEID_OUT.set(in, target.handle.inode.number());
            CopyFileRangeIn.FH_OUT.set(in, target.handle.number);
            CopyFileRangeIn.OFF_OUT.set(in, targetOffset);
            CopyFileRangeIn.LEN.set(in, length);
            superblock().port.call(request);
            long copied = opcode == Opcode.COPY_FILE_RANGE_64
                    ? CopyFileRangeOut.BYTES_COPIED.get(request.reply())
                    : WriteOut.SIZE_FIELD.getUnsigned(request.reply(), 0);
            require(copied >= 0 && copied <= length, Errno.EIO);
            superblock().writeBack.written(target.handle.inode, targetOffset + copied);
            superblock().attributes.expire(source.handle.inode);
            return copied;
        }
    }

    private long readAndWrite(long offset, long targetOffset, long length) {
        MemorySegment piece = MemorySegment.ofArray(new byte[(int) Math.min(PIECE, length)]);
        long done = 0;
        try {
            while (done < length) {
                long got = source.read(piece.asSlice(0, Math.min(piece.byteSize(), length - done)), offset + done);
                if (got == 0) {
                    return done;
                }
                long written = target.write(piece.asSlice(0, got), targetOffset + done);
                done += written;
                if (written < got) {
                    return done;
                }
            }
            return done;
        } catch (FuseException e) {
            if (done == 0) {
                throw e;
            }
            return done;
        }
    }
}

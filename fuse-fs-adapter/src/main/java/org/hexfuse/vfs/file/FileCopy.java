package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.CopyFileRangeIn;
import org.hexfuse.abi.CopyFileRangeOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.mount.Superblock;

/**
 * Copies a range between two open files: by COPY_FILE_RANGE_64 or COPY_FILE_RANGE, or by READ and WRITE if the server supports
 * neither or answers EXDEV. The caller has begun a call on both handles.
 *
 * <p>Source: {@code copy_file_range(2)}, Linux {@code fs/read_write.c}, {@code fs/fuse/file.c}.
 */
final class FileCopy {
    /** The most bytes of one COPY_FILE_RANGE, whose reply has 32 bits for them. */
    private static final long MAX_COPIED = 0xFFFFF000L;
    private static final int PIECE = 128 * 1024;

    private final Superblock superblock;
    private final FileData source;
    private final FileData target;

    FileCopy(Superblock superblock, FileData source, FileData target) {
        this.superblock = superblock;
        this.source = source;
        this.target = target;
    }

    /** Copies, and returns how many bytes. */
    long copy(long offset, long targetOffset, long length) {
        Inode from = source.handle.inode;
        Inode to = target.handle.inode;
        require(!from.isDirectory() && !to.isDirectory(), Errno.EISDIR);
        require(from.type() == FileType.REGULAR && to.type() == FileType.REGULAR, Errno.EINVAL);
        require(source.handle.isReadable() && target.handle.isWritable() && !target.handle.isAppending(), Errno.EBADF);
        require(superblock == target.handle.superblock, Errno.EXDEV);
        require(offset >= 0 && targetOffset >= 0 && length >= 0, Errno.EINVAL);
        require(offset + length >= 0 && targetOffset + length >= 0, Errno.EOVERFLOW);
        long present = target.admitWrite(targetOffset,
                Math.clamp(from.lastAttributes().size() - offset, 0, length));
        require(from != to || targetOffset + present <= offset || offset + present <= targetOffset, Errno.EINVAL);
        if (present == 0) {
            return 0;
        }
        try {
            superblock.unsupported.require(Opcode.COPY_FILE_RANGE, Errno.EOPNOTSUPP);
            // Also what is behind the range: else the server would find the end of the file before.
            source.handle.openPages.enterAndWriteOut(offset, Long.MAX_VALUE);
            return replaceAtServer(offset, targetOffset, present);
        } catch (FuseException e) {
            if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.EXDEV) {
                throw e;
            }
            return readAndWrite(offset, targetOffset, present);
        }
    }

    private long replaceAtServer(long offset, long targetOffset, long length) {
        try {
            target.modified();
            var copied = new AtomicLong();
            target.handle.openPages.replacing(targetOffset, targetOffset + length,
                    () -> copied.set(copyAtServer(offset, targetOffset, length)));
            return copied.get();
        } finally {
            target.handle.flushTimes();
        }
    }

    private long copyAtServer(long offset, long targetOffset, long length) {
        if (!superblock.unsupported.contains(Opcode.COPY_FILE_RANGE_64)) {
            try {
                return call(Opcode.COPY_FILE_RANGE_64, offset, targetOffset, length);
            } catch (FuseException e) {
                if (!superblock.unsupported.addIfEnosys(Opcode.COPY_FILE_RANGE_64, e)) {
                    throw e;
                }
            }
        }
        try {
            return call(Opcode.COPY_FILE_RANGE, offset, targetOffset, Math.min(length, MAX_COPIED));
        } catch (FuseException e) {
            throw superblock.unsupported.translate(Opcode.COPY_FILE_RANGE, e, Errno.EOPNOTSUPP);
        }
    }

    private long call(Opcode opcode, long offset, long targetOffset, long length) {
        try (Request request = source.handle.request(opcode)) {
            MemorySegment in = request.arguments();
            CopyFileRangeIn.FH_IN.set(in, source.handle.fh);
            CopyFileRangeIn.OFF_IN.set(in, offset);
            CopyFileRangeIn.NODEID_OUT.set(in, target.handle.inode.usableNodeId());
            CopyFileRangeIn.FH_OUT.set(in, target.handle.fh);
            CopyFileRangeIn.OFF_OUT.set(in, targetOffset);
            CopyFileRangeIn.LEN.set(in, length);
            source.handle.call(request);
            long copied = opcode == Opcode.COPY_FILE_RANGE_64
                    ? CopyFileRangeOut.BYTES_COPIED.get(request.reply())
                    : WriteOut.SIZE_FIELD.getUnsigned(request.reply(), 0);
            require(copied >= 0 && copied <= length, Errno.EIO);
            superblock.writeBack.written(target.handle.inode, targetOffset + copied);
            return copied;
        }
    }

    /** The source must be seekable, as for {@code splice_direct_to_actor}. */
    private long readAndWrite(long offset, long targetOffset, long length) {
        require(source.handle.isSeekable(), Errno.EINVAL);
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

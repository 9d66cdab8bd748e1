package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import org.hexfuse.abi.BmapIn;
import org.hexfuse.abi.BmapOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FallocateIn;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.LseekIn;
import org.hexfuse.abi.LseekOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.Request;
import org.hexfuse.posix.FallocateFlags;
import org.hexfuse.posix.SeekWhence;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.inode.AttributeChanges;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.inode.Permissions;
import org.hexfuse.vfs.mount.Superblock;

/**
 * Where an open file has data, holes and its end: FALLOCATE, LSEEK and BMAP. Any thread may call any method. The caller has checked the
 * arguments and the access mode.
 *
 * <p>Source: Linux {@code fs/fuse/file.c} ({@code fuse_file_fallocate}, {@code fuse_file_llseek}, {@code fuse_bmap}).
 */
public final class FileLayout {
    /** The modes that replace data by zeros. */
    private static final int ERASING = FallocateFlags.PUNCH_HOLE | FallocateFlags.ZERO_RANGE;

    private final Handle handle;
    private final Superblock superblock;
    private final NodeRequests requests;
    private final Permissions permissions;
    private final AttributeChanges attributeChanges;

    /** For the user of {@code requests} and {@code permissions}. */
    public FileLayout(Handle handle, NodeRequests requests, Permissions permissions,
            AttributeChanges attributeChanges) {
        this.handle = handle;
        this.superblock = handle.superblock;
        this.requests = requests;
        this.permissions = permissions;
        this.attributeChanges = attributeChanges;
    }

    /** {@code fallocate(2)}. */
    public void fallocate(int mode, long offset, long length) {
        superblock.unsupported.require(Opcode.FALLOCATE, Errno.EOPNOTSUPP);
        handle.begin();
        try {
            if ((mode & ERASING) == 0) {
                modified(mode, offset, length);
                handle.openPages.excludingWrites(() -> sendFallocate(mode, offset, length));
            } else {
                handle.openPages.enterAndWriteOut(offset, Long.MAX_VALUE);
                modified(mode, offset, length);
                handle.openPages.replacing(offset, offset + length, () -> sendFallocate(mode, offset, length));
            }
        } finally {
            handle.flushTimes();
            handle.end();
        }
    }

    private void modified(int mode, long offset, long length) {
        if ((mode & FallocateFlags.KEEP_SIZE) == 0) {
            permissions.extend(handle.inode, offset + length);
        }
        attributeChanges.modified(handle.inode);
        superblock.writeBack.modified(handle.inode);
    }

    private void sendFallocate(int mode, long offset, long length) {
        try (Request request = handle.request(Opcode.FALLOCATE)) {
            FallocateIn.FH.set(request.arguments(), handle.fh);
            FallocateIn.OFFSET.set(request.arguments(), offset);
            FallocateIn.LENGTH.set(request.arguments(), length);
            FallocateIn.MODE.set(request.arguments(), mode);
            superblock.port.call(request);
            boolean keepsSize = (mode & FallocateFlags.KEEP_SIZE) != 0;
            superblock.writeBack.written(handle.inode, keepsSize ? -1 : offset + length);
        } catch (FuseException e) {
            throw superblock.unsupported.translate(Opcode.FALLOCATE, e, Errno.EOPNOTSUPP);
        }
    }

    /** The size, by GETATTR with the file handle unless it is valid; of a directory the last one that was received. */
    public long size() {
        if (!handle.inode.isDirectory()) {
            requests.update(handle.inode, handle.fh, StatField.SIZE);
        }
        return handle.inode.lastAttributes().size();
    }

    /** {@code lseek(2)} with SEEK_DATA or SEEK_HOLE; without LSEEK at the server all of the file is data. */
    public long seek(long offset, int whence) {
        handle.begin();
        try {
            // Linux's fuse_lseek does not: there a program that copies a file by SEEK_DATA misses what is dirty.
            handle.openPages.enterAndWriteOut(0, Long.MAX_VALUE);
            return superblock.unsupported.contains(Opcode.LSEEK) ? seekLocally(offset, whence) : lseek(offset, whence);
        } finally {
            handle.end();
        }
    }

    private long lseek(long offset, int whence) {
        try (Request request = handle.request(Opcode.LSEEK)) {
            LseekIn.FH.set(request.arguments(), handle.fh);
            LseekIn.OFFSET.set(request.arguments(), offset);
            LseekIn.WHENCE.set(request.arguments(), whence);
            superblock.port.call(request);
            long found = LseekOut.OFFSET.get(request.reply());
            require(found >= 0, Errno.EINVAL);
            return found;
        } catch (FuseException e) {
            if (superblock.unsupported.addIfEnosys(Opcode.LSEEK, e)) {
                return seekLocally(offset, whence);
            }
            throw e;
        }
    }

    private long seekLocally(long offset, int whence) {
        long size = size();
        require(offset < size, Errno.ENXIO);
        return whence == SeekWhence.DATA ? offset : size;
    }

    /** The block on the device of a block of the file; 0 for a hole, after an error, and without a block device. */
    public long bmap(long block) {
        int blockSize = superblock.options.blockDevice();
        if (blockSize == 0 || superblock.unsupported.contains(Opcode.BMAP)) {
            return 0;
        }
        handle.begin();
        try (Request request = handle.request(Opcode.BMAP)) {
            BmapIn.BLOCK.set(request.arguments(), block);
            BmapIn.BLOCKSIZE.set(request.arguments(), blockSize);
            superblock.port.call(request);
            return BmapOut.BLOCK.get(request.reply());
        } catch (FuseException e) {
            superblock.unsupported.addIfEnosys(Opcode.BMAP, e);
            return 0;
        } finally {
            handle.end();
        }
    }
}

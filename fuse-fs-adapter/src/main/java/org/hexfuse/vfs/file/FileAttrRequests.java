package org.hexfuse.vfs.file;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.IoctlFlag;
import org.hexfuse.abi.IoctlIn;
import org.hexfuse.abi.IoctlOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.FsXattr;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.inode.Permissions;

/**
 * The inode flags of files: each call opens the file for itself, sends IOCTL, and releases it. A change reads the flags first.
 *
 * <p>Source: Linux {@code fs/file_attr.c}, {@code fs/fuse/ioctl.c} ({@code fuse_fileattr_get}, {@code fuse_fileattr_set}).
 */
public final class FileAttrRequests {
    /** FS_IOC_GETFLAGS; the command says 8 bytes, and has 4. */
    public static final int GETFLAGS = 0x80086601;
    /** FS_IOC_SETFLAGS. */
    public static final int SETFLAGS = 0x40086602;
    /** FS_IOC_FSGETXATTR. */
    public static final int FSGETXATTR = 0x801C581F;
    /** FS_IOC_FSSETXATTR. */
    public static final int FSSETXATTR = 0x401C5820;
    private static final int FLAGS_SIZE = 4;
    /** Five numbers and padding. */
    private static final int FSXATTR_SIZE = 28;
    /** FS_APPEND_FL and FS_IMMUTABLE_FL. */
    private static final int APPEND_FLAG = 0x20;
    private static final int IMMUTABLE_FLAG = 0x10;
    private static final int PROTECTING = FsXattr.APPEND | FsXattr.IMMUTABLE;

    private final FileOpener opener;
    private final Permissions permissions;

    /** For the process of {@code opener}. */
    public FileAttrRequests(FileOpener opener, Permissions permissions) {
        this.opener = opener;
        this.permissions = permissions;
    }

    /** Whether {@code ioctl(2)} is to be answered by {@link #ioctl}, and not to be sent on the open file. */
    public static boolean handles(int command) {
        return command == GETFLAGS || command == SETFLAGS || command == FSGETXATTR || command == FSSETXATTR;
    }

    /** One of the four commands of {@code ioctl(2)}; EFAULT if {@code argument} is too short. */
    public int ioctl(Inode inode, int command, MemorySegment argument) {
        boolean isFlags = command == GETFLAGS || command == SETFLAGS;
        require(argument.byteSize() >= (isFlags ? FLAGS_SIZE : FSXATTR_SIZE), Errno.EFAULT);
        switch (command) {
            case GETFLAGS -> argument.set(JAVA_INT_UNALIGNED, 0, flags(inode));
            case SETFLAGS -> setFlags(inode, argument.get(JAVA_INT_UNALIGNED, 0));
            case FSGETXATTR -> write(get(inode), argument);
            default -> set(inode, read(argument));
        }
        return 0;
    }

    /** The FS_*_FL bits. */
    public int flags(Inode inode) {
        var flags = buffer(FLAGS_SIZE);
        call(inode, GETFLAGS, 0, FLAGS_SIZE, flags);
        return flags.get(JAVA_INT_UNALIGNED, 0);
    }

    /** Sets the FS_*_FL bits. */
    public void setFlags(Inode inode, int flags) {
        FsXattr before = beforeChange(inode);
        int protecting = ((flags & APPEND_FLAG) == 0 ? 0 : FsXattr.APPEND)
                | ((flags & IMMUTABLE_FLAG) == 0 ? 0 : FsXattr.IMMUTABLE);
        checkProtection(before, protecting);
        var buffer = buffer(FLAGS_SIZE);
        buffer.set(JAVA_INT_UNALIGNED, 0, flags);
        call(inode, SETFLAGS, FLAGS_SIZE, 0, buffer);
    }

    /** The {@code struct fsxattr}. */
    public FsXattr get(Inode inode) {
        var buffer = buffer(FSXATTR_SIZE);
        call(inode, FSGETXATTR, 0, FSXATTR_SIZE, buffer);
        return read(buffer);
    }

    /** Sets the {@code struct fsxattr}. */
    public void set(Inode inode, FsXattr attributes) {
        checkProtection(beforeChange(inode), attributes.xflags());
        var buffer = buffer(FSXATTR_SIZE);
        write(attributes, buffer);
        call(inode, FSSETXATTR, FSXATTR_SIZE, 0, buffer);
    }

    /** EROFS; EPERM for any user but the owner and root. */
    private FsXattr beforeChange(Inode inode) {
        permissions.requireWritable();
        permissions.ownerAlways(inode);
        return get(inode);
    }

    /** Only root makes a file immutable or append-only, or ends that. */
    private void checkProtection(FsXattr before, int xflags) {
        require(((before.xflags() ^ xflags) & PROTECTING) == 0 || permissions.isRoot(), Errno.EPERM);
    }

    private static MemorySegment buffer(int size) {
        return MemorySegment.ofArray(new byte[size]);
    }

    private static FsXattr read(MemorySegment in) {
        return new FsXattr(in.get(JAVA_INT_UNALIGNED, 0), in.get(JAVA_INT_UNALIGNED, 4),
                in.get(JAVA_INT_UNALIGNED, 8), in.get(JAVA_INT_UNALIGNED, 12), in.get(JAVA_INT_UNALIGNED, 16));
    }

    private static void write(FsXattr attributes, MemorySegment out) {
        out.asSlice(0, FSXATTR_SIZE).fill((byte) 0);
        out.set(JAVA_INT_UNALIGNED, 0, attributes.xflags());
        out.set(JAVA_INT_UNALIGNED, 4, attributes.extsize());
        out.set(JAVA_INT_UNALIGNED, 8, attributes.nextents());
        out.set(JAVA_INT_UNALIGNED, 12, attributes.projid());
        out.set(JAVA_INT_UNALIGNED, 16, attributes.cowextsize());
    }

    /** ENOTTY for a file that is neither a regular file nor a directory, and from a server without ioctls. */
    private void call(Inode inode, int command, int in, int out, MemorySegment data) {
        require(inode.isDirectory() || inode.type() == FileType.REGULAR, Errno.ENOTTY);
        Handle handle = opener.openPrivately(inode);
        try (Request request = handle.request(Opcode.IOCTL).replyRoom(out)) {
            MemorySegment arguments = request.arguments();
            IoctlIn.FH.set(arguments, handle.fh);
            IoctlIn.FLAGS.set(arguments, inode.isDirectory() ? (int) Flag.of(IoctlFlag.DIR) : 0);
            IoctlIn.CMD.set(arguments, command);
            IoctlIn.IN_SIZE.set(arguments, in);
            IoctlIn.OUT_SIZE.set(arguments, out);
            handle.superblock.port.call(request.data(data, 0, in));
            int result = IoctlOut.RESULT.get(request.reply());
            require(result != -Errno.ENOSYS.code(), Errno.ENOTTY);
            require(result >= 0, Errno.orEio(-result));
            require(!IoctlFlag.RETRY.in(IoctlOut.FLAGS.get(request.reply()))
                    && request.replySize() - IoctlOut.SIZE == out, Errno.EIO);
            MemorySegment.copy(request.reply(), IoctlOut.SIZE, data, 0, out);
        } catch (FuseException e) {
            throw e.errno() == Errno.ENOSYS ? FuseException.of(Errno.ENOTTY) : e;
        } finally {
            handle.close();
        }
    }
}

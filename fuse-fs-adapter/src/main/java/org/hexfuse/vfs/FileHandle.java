package org.hexfuse.vfs;

import static org.hexfuse.vfs.request.Checks.require;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * A file by the number of its node instead of a path ({@code struct file_handle} of {@code name_to_handle_at(2)}): it stays right when the
 * file is renamed and when its inode leaves the cache, as long as the server keeps the node id. Not the file handle of an open file.
 *
 * <p>Source: Linux {@code fs/fuse/inode.c} ({@code fuse_encode_fh}).
 *
 * @param nodeId the node id, 1 for the root
 * @param generation the low 32 bits of its generation, which differs when the server reuses the node id
 */
public record FileHandle(long nodeId, int generation) {
    /** The {@code handle_type} of the bytes (FILEID_INO64_GEN). */
    public static final int TYPE = 0x81;
    /** A type with the parent appended (FILEID_INO64_GEN_PARENT), which is not used. */
    private static final int TYPE_WITH_PARENT = 0x82;
    private static final int SIZE = 12;

    /** The {@code f_handle}, 12 bytes in the byte order of the machine. */
    public byte[] toBytes() {
        return ByteBuffer.allocate(SIZE).order(ByteOrder.nativeOrder()).putInt((int) (nodeId >>> 32))
                .putInt((int) nodeId).putInt(generation).array();
    }

    /**
     * From a handle that {@link #toBytes} made, or Linux.
     *
     * @throws FuseException ESTALE for another type or length
     */
    public static FileHandle of(int type, byte[] bytes) {
        require((type == TYPE || type == TYPE_WITH_PARENT) && bytes.length >= SIZE, Errno.ESTALE);
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        long high = in.getInt();
        return new FileHandle(high << 32 | Integer.toUnsignedLong(in.getInt()), in.getInt());
    }
}

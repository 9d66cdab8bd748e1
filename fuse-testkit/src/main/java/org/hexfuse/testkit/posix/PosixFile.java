package org.hexfuse.testkit.posix;

import java.util.Optional;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;

/** An open file. Offsets and sizes are in bytes. Errors as in {@link PosixClient}. */
public interface PosixFile extends AutoCloseable {
    /** Reads up to {@code target.length} bytes; returns their number, 0 at the end. */
    int read(byte[] target, long offset);

    /** Writes, at the end if the file was opened with O_APPEND; returns the number of bytes. */
    int write(byte[] source, long offset);

    /** Attributes, also of an unlinked file. */
    Stat stat();

    /** Truncates the file, or extends it by a hole. */
    void truncate(long size);

    /** Changes permissions. */
    void chmod(int mode);

    /** Changes the owner and the group; -1 keeps an id. */
    void chown(int uid, int gid);

    /** Sets times. */
    void utimens(Timestamp accessed, Timestamp modified);

    /** Allocates, frees or zeroes a range, with the flags of {@code fallocate(2)}. */
    void fallocate(int mode, long offset, long length);

    /** SEEK_END: moves the position behind the end by an offset, which may be negative; returns it. */
    long seekEnd(long offset);

    /** SEEK_DATA: the next data at or after an offset. */
    long seekData(long offset);

    /** SEEK_HOLE: the next hole at or after an offset. */
    long seekHole(long offset);

    /** {@code copy_file_range(2)} within the filesystem; returns the number of bytes. */
    long copyFileRange(PosixFile target, long offset, long targetOffset, long length);

    /** The value of an extended attribute. */
    byte[] getxattr(String name);

    /** Sets an extended attribute, with the flags of {@link PosixClient#setxattr}. */
    void setxattr(String name, byte[] value, int flags);

    /** F_OFD_GETLK: the first conflicting lock of another open file; its pid is undefined. */
    Optional<LockRange> getlk(LockRange wanted);

    /** F_OFD_SETLK: acquires or releases a lock of this open file; EAGAIN if another one conflicts. */
    void lock(LockRange range);

    /** F_OFD_SETLKW: as {@link #lock}, and blocks while the lock conflicts. */
    void lockWaiting(LockRange range);

    /** {@code flock(2)}: blocks while the lock conflicts. */
    void flock(LockType type);

    /** LOCK_NB: EAGAIN if another lock conflicts. */
    void tryFlock(LockType type);

    /** {@code fsync(2)}, or {@code fdatasync(2)}. */
    void sync(boolean dataOnly);

    /** Closes the file. Closing again does nothing. */
    @Override void close();
}

package org.hexfuse.testkit.posix;

import java.util.Optional;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;

/** A file that is open. Offsets and sizes are in bytes. Errors are as of {@link PosixClient}. */
public interface PosixFile extends AutoCloseable {
    /** Reads up to {@code target.length} bytes: how many, 0 at the end. */
    int read(byte[] target, long offset);

    /** Writes, at the end if the file was opened to append: how many bytes. */
    int write(byte[] source, long offset);

    /** Attributes, also when the file has no name any more. */
    Stat stat();

    /** Cuts the file, or extends it by a hole. */
    void truncate(long size);

    /** Changes permissions. */
    void chmod(int mode);

    /** Changes the owner and the group; -1 leaves one as it is. */
    void chown(int uid, int gid);

    /** Sets times. */
    void utimens(Timestamp accessed, Timestamp modified);

    /** Allocates, frees or zeroes a range, with the flags of {@code fallocate(2)}. */
    void fallocate(int mode, long offset, long length);

    /** The next data from an offset on. */
    long seekData(long offset);

    /** The next hole from an offset on. */
    long seekHole(long offset);

    /** Copies to another file within the filesystem: how many bytes. */
    long copyFileRange(PosixFile target, long offset, long targetOffset, long length);

    /** The value of an extended attribute. */
    byte[] getxattr(String name);

    /** Sets an extended attribute, with flags as {@link PosixClient#setxattr} has them. */
    void setxattr(String name, byte[] value, int flags);

    /** The first record lock of another open file that is in the way of what is wanted; its pid means nothing. */
    Optional<LockRange> getlk(LockRange wanted);

    /** Takes a record lock of this open file, or gives it up: EAGAIN if another one is in the way. */
    void lock(LockRange range);

    /** The same, and waits until it can be had. */
    void lockWaiting(LockRange range);

    /** Locks the file as a whole, or gives that up, and waits until that can be had. */
    void flock(LockType type);

    /** The same without waiting: EAGAIN if another lock is in the way. */
    void tryFlock(LockType type);

    /** Waits until what was written is safe. */
    void sync(boolean dataOnly);

    /** Closes the file. Closing again does nothing. */
    @Override void close();
}

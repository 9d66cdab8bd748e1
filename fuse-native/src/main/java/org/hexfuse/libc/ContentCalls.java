package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Cold system calls on the content of files. Offsets and lengths are in bytes. */
public final class ContentCalls {
    /** For {@link #fallocate}: keeps the file size. */
    public static final int FALLOC_KEEP_SIZE = 1;
    /** For {@link #fallocate}, with {@link #FALLOC_KEEP_SIZE}: deallocates the range. */
    public static final int FALLOC_PUNCH_HOLE = 2;
    /** For {@link #fallocate}: zeroes the range. */
    public static final int FALLOC_ZERO_RANGE = 0x10;

    /** For {@link #lseek}: from the start. */
    public static final int SEEK_SET = 0;
    /** For {@link #lseek}: from the file offset. */
    public static final int SEEK_CUR = 1;
    /** For {@link #lseek}: from the end. */
    public static final int SEEK_END = 2;
    /** For {@link #lseek}: the next data. */
    public static final int SEEK_DATA = 3;
    /** For {@link #lseek}: the next hole. */
    public static final int SEEK_HOLE = 4;

    private static final MethodHandle TRUNCATE = Libc.find("truncate", JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle FTRUNCATE = Libc.find("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle FALLOCATE = Libc.find("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG,
            JAVA_LONG);
    private static final MethodHandle LSEEK = Libc.find("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle COPY_FILE_RANGE = Libc.find("copy_file_range", JAVA_LONG, JAVA_INT, ADDRESS,
            JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle FSYNC = Libc.find("fsync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FDATASYNC = Libc.find("fdatasync", JAVA_INT, JAVA_INT);
    private static final MethodHandle SYNCFS = Libc.find("syncfs", JAVA_INT, JAVA_INT);

    private ContentCalls() {}

    /** {@code truncate(2)}. */
    public static void truncate(NativePath path, long size) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            Libc.call("truncate " + path, s -> (int) TRUNCATE.invokeExact(s, name, size));
        }
    }

    /** {@code ftruncate(2)}. */
    public static void ftruncate(Fd fd, long size) throws LibcException {
        fd.call("ftruncate", (s, number) -> (int) FTRUNCATE.invokeExact(s, number, size));
    }

    /** {@code fallocate(2)}; {@code mode} is 0 or flags of this class. */
    public static void fallocate(Fd fd, int mode, long offset, long length) throws LibcException {
        fd.call("fallocate", (s, number) -> (int) FALLOCATE.invokeExact(s, number, mode, offset, length));
    }

    /** {@code lseek(2)}: the new file offset. */
    public static long lseek(Fd fd, long offset, int whence) throws LibcException {
        return fd.call("lseek", (s, number) -> (long) LSEEK.invokeExact(s, number, offset, whence));
    }

    /** {@code copy_file_range(2)} at explicit offsets: the number of bytes copied, 0 at the end of the source. */
    public static long copyFileRange(Fd from, long offset, Fd to, long targetOffset, long length)
            throws LibcException {
        int out = to.acquireOrThrow("copy_file_range");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocateFrom(JAVA_LONG, offset);
            MemorySegment target = arena.allocateFrom(JAVA_LONG, targetOffset);
            return from.call("copy_file_range",
                    (s, in) -> (long) COPY_FILE_RANGE.invokeExact(s, in, source, out, target, length, 0));
        } finally {
            to.release();
        }
    }

    /** {@code fsync(2)}. */
    public static void fsync(Fd fd) throws LibcException {
        fd.call("fsync", (s, number) -> (int) FSYNC.invokeExact(s, number));
    }

    /** {@code fdatasync(2)}. */
    public static void fdatasync(Fd fd) throws LibcException {
        fd.call("fdatasync", (s, number) -> (int) FDATASYNC.invokeExact(s, number));
    }

    /** {@code syncfs(2)}: the whole filesystem of an open file. */
    public static void syncfs(Fd fd) throws LibcException {
        fd.call("syncfs", (s, number) -> (int) SYNCFS.invokeExact(s, number));
    }
}

package org.hexfuse.benchmarks.mirrors;

import static org.hexfuse.benchmarks.mirrors.MirroredDirectory.answer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import jnr.ffi.Pointer;
import jnr.posix.NanosecondFileStat;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.FuseStubFS;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/**
 * A mirror of a directory by jnr-fuse, which calls libfuse 2 by JNI. Files are java.nio's, in the library's own buffers; attributes are
 * those of the lstat that jnr-posix has, which jnr-fuse brings along: a third of what java.nio's take.
 *
 * <p>Links, device nodes and extended attributes are not served; readdir names entries without their types, since java.nio does. libfuse
 * 2 does not pass a utimensat on that omits one of the times, as tar's does.
 */
public final class JnrFuseMirror extends FuseStubFS {
    private static final int LONGEST_NAME = 255;

    private final POSIX posix = POSIXFactory.getNativePOSIX();
    private final MirroredDirectory directory;
    private final String root;

    private JnrFuseMirror(Path root) throws IOException {
        directory = new MirroredDirectory(root);
        this.root = root.toString();
    }

    /**
     * Mounts, and serves until it is unmounted.
     *
     * @param arguments the directory, the mountpoint, options of libfuse
     */
    public static void main(String[] arguments) throws IOException {
        new JnrFuseMirror(Path.of(arguments[0]))
                .mount(Path.of(arguments[1]), true, false, Arrays.copyOfRange(arguments, 2, arguments.length));
    }

    @Override public int getattr(String path, FileStat stat) {
        NanosecondFileStat from = (NanosecondFileStat) posix.allocateStat();
        if (posix.lstat(root + path, from) != 0) {
            return -posix.errno();
        }
        stat.st_mode.set(from.mode());
        stat.st_nlink.set(from.nlink());
        stat.st_uid.set(from.uid());
        stat.st_gid.set(from.gid());
        stat.st_size.set(from.st_size());
        stat.st_blocks.set(from.blocks());
        set(stat.st_atim, from.atime(), from.aTimeNanoSecs());
        set(stat.st_mtim, from.mtime(), from.mTimeNanoSecs());
        set(stat.st_ctim, from.ctime(), from.cTimeNanoSecs());
        return 0;
    }

    @Override public int readdir(String path, Pointer buffer, FuseFillDir filler, long offset, FuseFileInfo file) {
        return answer(() -> {
            for (String name : directory.list(path)) {
                filler.apply(buffer, name, null, 0);
            }
            return 0;
        });
    }

    @Override public int open(String path, FuseFileInfo file) {
        return create(path, 0, file);
    }

    @Override public int create(String path, long mode, FuseFileInfo file) {
        return answer(() -> {
            file.fh.set(directory.open(path, file.flags.get(), (int) mode));
            return 0;
        });
    }

    @Override public int read(String path, Pointer buffer, long size, long offset, FuseFileInfo file) {
        return answer(() -> directory.read(file.fh.get(), bytes(buffer, size), offset));
    }

    @Override public int write(String path, Pointer buffer, long size, long offset, FuseFileInfo file) {
        return answer(() -> directory.write(file.fh.get(), bytes(buffer, size), offset));
    }

    @Override public int release(String path, FuseFileInfo file) {
        return answer(() -> directory.release(file.fh.get()));
    }

    @Override public int unlink(String path) {
        return answer(() -> directory.remove(path));
    }

    @Override public int mkdir(String path, long mode) {
        return answer(() -> directory.makeDirectory(path, (int) mode));
    }

    @Override public int rmdir(String path) {
        return answer(() -> directory.remove(path));
    }

    @Override public int rename(String from, String to) {
        return answer(() -> directory.rename(from, to));
    }

    @Override public int truncate(String path, long size) {
        return answer(() -> directory.truncate(path, size));
    }

    @Override public int chmod(String path, long mode) {
        return answer(() -> directory.changeMode(path, (int) mode));
    }

    @Override public int chown(String path, long uid, long gid) {
        return answer(() -> directory.changeOwner(path, (int) uid, (int) gid));
    }

    @Override public int utimens(String path, Timespec[] times) {
        return answer(
                () -> directory.changeTimes(path, Optional.of(instant(times[0])), Optional.of(instant(times[1]))));
    }

    @Override public int statfs(String path, Statvfs statvfs) {
        return answer(() -> {
            FileStore store = directory.store();
            long block = store.getBlockSize();
            statvfs.f_bsize.set(block);
            statvfs.f_frsize.set(block);
            statvfs.f_blocks.set(store.getTotalSpace() / block);
            statvfs.f_bfree.set(store.getUnallocatedSpace() / block);
            statvfs.f_bavail.set(store.getUsableSpace() / block);
            statvfs.f_namemax.set(LONGEST_NAME);
            return 0;
        });
    }

    /** The memory itself: a copy by way of an array would cost more. */
    @SuppressWarnings("restricted") private static ByteBuffer bytes(Pointer pointer, long size) {
        return MemorySegment.ofAddress(pointer.address()).reinterpret(size).asByteBuffer();
    }

    private static Instant instant(Timespec time) {
        return Instant.ofEpochSecond(time.tv_sec.get(), time.tv_nsec.longValue());
    }

    private static void set(Timespec time, long seconds, long nanoseconds) {
        time.tv_sec.set(seconds);
        time.tv_nsec.set(nanoseconds);
    }
}

package org.hexfuse.examples.passthrough;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.libc.ContentCalls;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.InodeCalls;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.CopyFileRange;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Fallocate;
import org.hexfuse.server.Flush;
import org.hexfuse.server.Fsync;
import org.hexfuse.server.Lseek;
import org.hexfuse.server.Operation;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.Session;
import org.hexfuse.server.Write;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.transport.Segments;

/**
 * An open file of the mirrored directory, one for each open. Data goes between the file and the transport's memory without a copy here.
 * A subclass overrides operations and calls those here, {@link #release} in any case. Methods run concurrently.
 */
public class PassthroughFile implements FileHandle {
    private static final int ALIGNMENT = 4096;
    private static final Set<OpenOutFlag> UNCACHED = Set.of(OpenOutFlag.DIRECT_IO, OpenOutFlag.PARALLEL_DIRECT_WRITES);
    private static final Set<OpenOutFlag> CACHED = Set.of(OpenOutFlag.KEEP_CACHE);

    private final BackingFile file;
    private final Fd fd;
    private volatile boolean isBackingFile;

    /** The handle of an open file. */
    public PassthroughFile(BackingFile file) {
        this.file = file;
        this.fd = file.fd();
    }

    /** The file that is open. */
    public final BackingInode inode() {
        return file.inode();
    }

    Fd fd() {
        return fd;
    }

    private Mirror mirror() {
        return file.inode().mirror();
    }

    /**
     * Whether kernels may read and write the file itself, past {@link #read} and {@link #write}. By default false for a subclass, which
     * may have overridden these.
     */
    protected boolean mayBeBackingFile() {
        return getClass() == PassthroughFile.class;
    }

    /** It was opened by a kernel. */
    void opened(Session session) {
        isBackingFile = mayBeBackingFile() && mirror().options().cache() != PassthroughOptions.Cache.NEVER
                && mirror().backingIds().usable(session, file.inode(), fd);
    }

    @Override public Set<OpenOutFlag> openFlags() {
        if (isBackingFile) {
            return Set.of();
        }
        return switch (mirror().options().cache()) {
            case NEVER -> UNCACHED;
            case AUTO -> Set.of();
            case ALWAYS -> CACHED;
        };
    }

    /** The file itself, where kernels can read and write it. */
    @Override public final OptionalInt passthrough() {
        return isBackingFile ? OptionalInt.of(fd.value()) : OptionalInt.empty();
    }

    @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
        Segments memory = out.memory();
        long wanted = Math.min(op.size(), out.room());
        long done = 0;
        for (int i = 0; i < memory.count() && done < wanted; i++) {
            long length = Math.min(memory.length(i), wanted - done);
            long count = read(op, memory.segment(i), memory.offset(i), length, op.offset() + done);
            out.advance(count);
            done += count;
            if (count < length) {
                break;
            }
        }
    }

    /** {@code pread(2)} or {@code pwrite(2)}. */
    @FunctionalInterface private interface Transfer {
        long make(Fd file, MemorySegment memory, long length, long offset);
    }

    /** Transfers until there is no more, or {@code length} bytes. */
    private long transfer(Operation<?> op, Transfer call, MemorySegment memory, long at, long length, long offset) {
        long done = 0;
        while (done < length) {
            long count = call.make(fd, memory.asSlice(at + done), length - done, offset + done);
            if (count == 0 || (count < 0 && done > 0)) {
                break;
            }
            if (!isRetried(op, count)) {
                done += SystemCall.check(count);
            }
        }
        return done;
    }

    private long read(Operation<?> op, MemorySegment memory, long at, long length, long offset) {
        if (!needsOtherMemory(memory, at)) {
            return transfer(op, Syscalls::pread, memory, at, length, offset);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment other = arena.allocate(length, ALIGNMENT);
            long count = transfer(op, Syscalls::pread, other, 0, length, offset);
            MemorySegment.copy(other, 0, memory, at, count);
            return count;
        }
    }

    /** Memory in the heap, as of a test, and with O_DIRECT memory that is not aligned. */
    private boolean needsOtherMemory(MemorySegment memory, long at) {
        return !memory.isNative()
                || ((file.flags() & OpenFlags.DIRECT) != 0 && (memory.address() + at) % ALIGNMENT != 0);
    }

    /** Whether a call is made again that a signal has interrupted. */
    private static boolean isRetried(Operation<?> op, long result) {
        return result == -Errno.EINTR.code() && !op.interrupted();
    }

    @Override public int write(Write op) throws IOException, InterruptedException {
        Segments data = op.data();
        long done = 0;
        try (var _ = mirror().credentials().withoutSetId(op.killSuidgid())) {
            for (int i = 0; i < data.count(); i++) {
                long count = write(op, data.segment(i), data.offset(i), data.length(i), op.offset() + done);
                done += count;
                if (count < data.length(i)) {
                    break;
                }
            }
        }
        return (int) done;
    }

    private long write(Operation<?> op, MemorySegment memory, long at, long length, long offset) {
        if (!needsOtherMemory(memory, at)) {
            return transfer(op, Syscalls::pwrite, memory, at, length, offset);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment other = arena.allocate(length, ALIGNMENT);
            MemorySegment.copy(memory, at, other, 0, length);
            return transfer(op, Syscalls::pwrite, other, 0, length, offset);
        }
    }

    @Override public void flush(Flush op) throws IOException, InterruptedException {
        if (mirror().passesLocks()) {
            mirror().locks().flush(inode(), op.session(), op.lockOwner());
        }
        SystemCall.check(InodeCalls.flush(fd));
    }

    /** Closes the file. */
    @Override public void release(Release op) throws IOException, InterruptedException {
        if (mirror().passesLocks()) {
            mirror().locks().release(inode(), op.handle());
        }
        fd.close();
    }

    @Override public void fsync(Fsync op) throws IOException, InterruptedException {
        sync(fd, op.dataOnly());
    }

    static void sync(Fd file, boolean dataOnly) {
        SystemCall.check(() -> {
            if (dataOnly) {
                ContentCalls.fdatasync(file);
            } else {
                ContentCalls.fsync(file);
            }
            return 0;
        });
    }

    @Override public void fallocate(Fallocate op) throws IOException, InterruptedException {
        try (var _ = mirror().credentials().withoutSetId(op.uid() != 0)) {
            SystemCall.check(() -> {
                ContentCalls.fallocate(fd, op.mode(), op.offset(), op.length());
                return 0;
            });
        }
    }

    @Override public long lseek(Lseek op) throws IOException, InterruptedException {
        return SystemCall.check(() -> ContentCalls.lseek(fd, op.offset(), op.whence()));
    }

    @Override public long copyFileRange(CopyFileRange op, FileHandle target) throws IOException, InterruptedException {
        if (!(target instanceof PassthroughFile to)) {
            throw FuseException.of(Errno.EXDEV);
        }
        try (var _ = mirror().credentials().withoutSetId(op.uid() != 0)) {
            return SystemCall.check(() -> copy(op, to));
        }
    }

    private long copy(CopyFileRange op, PassthroughFile to) throws LibcException {
        return ContentCalls.copyFileRange(fd, op.offset(), to.fd, op.targetOffset(), op.length());
    }

    @Override public String toString() {
        return file.toString();
    }
}

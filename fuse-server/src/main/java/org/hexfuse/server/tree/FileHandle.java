package org.hexfuse.server.tree;

import static org.hexfuse.abi.Errno.ENOSYS;

import java.io.IOException;
import java.util.OptionalInt;
import java.util.Set;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.server.CopyFileRange;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Fallocate;
import org.hexfuse.server.Flush;
import org.hexfuse.server.Fsync;
import org.hexfuse.server.Ioctl;
import org.hexfuse.server.IoctlResult;
import org.hexfuse.server.Lseek;
import org.hexfuse.server.Poll;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.Write;

/**
 * An open file: what {@link Node#open} returns, and what the operations on it are called on. A {@link Node} is a handle of its own,
 * for files that need no object for each open. One object may be returned by several opens; each has its own {@link #release}.
 *
 * <p>Methods run concurrently. Those that are not overridden behave as in {@link org.hexfuse.server.FuseFileSystem}. The numbers of
 * the operations, {@code op.handle()} and {@code op.node()}, are those of the framework.
 */
public interface FileHandle {
    /** How the kernel treats the open file, such as {@code KEEP_CACHE} and {@code DIRECT_IO}. Called once, when it was opened. */
    default Set<OpenOutFlag> openFlags() {
        return Set.of();
    }

    /**
     * The descriptor of the file that the kernel reads and writes in place of this one, see
     * {@link org.hexfuse.server.Opened#passthrough}. Called once, when it was opened.
     */
    default OptionalInt passthrough() {
        return OptionalInt.empty();
    }

    /** Reads {@link Read#size} bytes at {@link Read#offset}; fewer only at the end of the file. */
    default void read(Read op, DataReply out) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Writes {@link Write#data} at {@link Write#offset} and returns how many bytes were written. */
    default int write(Write op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** A descriptor is closed; there may be others. An error is the result of the caller's {@code close(2)}. */
    default void flush(Flush op) throws IOException, InterruptedException {}

    /** The last descriptor is closed, or the session has ended: called once for each open. The kernel ignores errors. */
    default void release(Release op) throws IOException, InterruptedException {}

    default void fsync(Fsync op) throws IOException, InterruptedException {}

    default void fallocate(Fallocate op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Seeks data or a hole: the offset that {@code lseek(2)} returns. */
    default long lseek(Lseek op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Copies from this open file to another one of the same filesystem, and returns how many bytes were copied. */
    default long copyFileRange(CopyFileRange op, FileHandle target) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** Executes a command of {@code ioctl(2)}. {@link Ioctl#data} must be read before the first byte is written to {@code out}. */
    default IoctlResult ioctl(Ioctl op, DataReply out) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }

    /** The events that are ready. If there is a {@link Poll#wakeup}, it is to be called once when other events become ready. */
    default int poll(Poll op) throws IOException, InterruptedException {
        throw FuseException.of(ENOSYS);
    }
}

package org.hexfuse.server.path;

import java.io.IOException;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.server.*;
import org.hexfuse.server.path.PathLocks.Held;
import org.hexfuse.server.tree.FileHandle;

/** An open file: passes its operations on to the author's object, or with a path and a number to the author's methods. */
final class PathHandle implements FileHandle {
    private final PathNode node;
    private final FileHandle given;
    /** Whether the author has a number for it. */
    private final boolean numbered;

    PathHandle(PathNode node, FileHandle given) {
        this.node = node;
        this.given = given;
        this.numbered = given instanceof NumberedHandle;
    }

    static Set<OpenOutFlag> flags(int mask) {
        var flags = EnumSet.noneOf(OpenOutFlag.class);
        for (OpenOutFlag flag : OpenOutFlag.values()) {
            if (flag.in(mask)) {
                flags.add(flag);
            }
        }
        return flags;
    }

    /** The author's object. */
    FileHandle given() {
        return given;
    }

    /** The author's number; 0 if it has none. */
    long number() {
        return given instanceof NumberedHandle handle ? handle.number() : 0;
    }

    private PathOperations operations() {
        return node.paths().operations;
    }

    private Held shared(Operation<?> op) {
        return node.paths().locks.shared(node, op);
    }

    @Override public Set<OpenOutFlag> openFlags() {
        return given.openFlags();
    }

    @Override public OptionalInt passthrough() {
        return given.passthrough();
    }

    @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
        if (!numbered) {
            given.read(op, out);
            return;
        }
        try (Held held = shared(op)) {
            operations().read(held.path(), op.withHandle(number()), out);
        }
    }

    @Override public int write(Write op) throws IOException, InterruptedException {
        if (!numbered) {
            return given.write(op);
        }
        try (Held held = shared(op)) {
            return operations().write(held.path(), op.withHandle(number()));
        }
    }

    @Override public void flush(Flush op) throws IOException, InterruptedException {
        if (!numbered) {
            given.flush(op);
            return;
        }
        try (Held held = shared(op)) {
            operations().flush(held.path(), op.withHandle(number()));
        }
    }

    /** Removes the file if it lost its last name while it was open. */
    @Override public void release(Release op) throws IOException, InterruptedException {
        Session session = op.session();
        Outcome.of(op, this::authorsRelease, _ -> {
            node.closed(given);
            node.paths().hidden.removeIfClosed(node, session);
            return Outcome.DONE;
        });
    }

    private void authorsRelease(Release op) throws IOException, InterruptedException {
        if (numbered) {
            operations().release(node.paths().pathOrNone(node), op.withHandle(number()));
        } else {
            given.release(op);
        }
    }

    @Override public void fsync(Fsync op) throws IOException, InterruptedException {
        if (!numbered) {
            given.fsync(op);
            return;
        }
        try (Held held = shared(op)) {
            operations().fsync(held.path(), op.withHandle(number()));
        }
    }

    @Override public void fallocate(Fallocate op) throws IOException, InterruptedException {
        if (!numbered) {
            given.fallocate(op);
            return;
        }
        try (Held held = shared(op)) {
            operations().fallocate(held.path(), op.withHandle(number()));
        }
    }

    @Override public long lseek(Lseek op) throws IOException, InterruptedException {
        if (!numbered) {
            return given.lseek(op);
        }
        try (Held held = shared(op)) {
            return operations().lseek(held.path(), op.withHandle(number()));
        }
    }

    @Override public long copyFileRange(CopyFileRange op, FileHandle target) throws IOException, InterruptedException {
        var other = (PathHandle) target;
        if (!numbered) {
            return given.copyFileRange(op, other.given);
        }
        if (!other.numbered) {
            throw FuseException.of(Errno.EXDEV);
        }
        try (Held held = node.paths().locks.shared(node, null, other.node, null, op)) {
            return operations().copyFileRange(held.path(), held.target(), op.withHandle(number())
                    .withTarget(op.targetNode(), other.number(), op.targetOffset()));
        }
    }

    @Override public IoctlResult ioctl(Ioctl op, DataReply out) throws IOException, InterruptedException {
        if (!numbered) {
            return given.ioctl(op, out);
        }
        try (Held held = shared(op)) {
            return operations().ioctl(held.path(), op.withHandle(number()), out);
        }
    }

    @Override public int poll(Poll op) throws IOException, InterruptedException {
        if (!numbered) {
            return given.poll(op);
        }
        try (Held held = shared(op)) {
            return operations().poll(held.path(), op.withHandle(number()));
        }
    }
}

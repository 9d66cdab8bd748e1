package org.hexfuse.examples.passthrough;

import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.libc.ContentCalls;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.InodeCalls;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.NewTime;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.SetAttr;

/** Makes the system calls of one SETATTR. */
final class AttributeChange {
    private static final int PERMISSIONS = 07777;
    private static final int UNCHANGED = -1;

    private AttributeChange() {}

    /**
     * Changes attributes. The owner comes before the mode, since a change of owner clears set-user-ID, and the size before the times.
     *
     * @param path an O_PATH descriptor of the file
     * @param open the file as its caller has it open, if so
     */
    static void apply(SetAttr op, BackingInode inode, Fd path, Optional<Fd> open) {
        Mirror mirror = inode.mirror();
        if (op.owner().isPresent() || op.group().isPresent()) {
            SystemCall.check(InodeCalls.chown(path, op.owner().orElse(UNCHANGED), op.group().orElse(UNCHANGED)));
        }
        if (op.mode().isPresent()) {
            SystemCall.check(InodeCalls.chmod(mirror.openFiles(), path, op.mode().getAsInt() & PERMISSIONS));
        }
        if (op.size().isPresent()) {
            try (var _ = mirror.credentials().withoutSetId(op.killSuidgid())) {
                truncate(op.size().getAsLong(), inode, open);
            }
        }
        NewTime accessed = time(op, op.atime(), SetattrFlag.ATIME_NOW);
        NewTime modified = time(op, op.mtime(), SetattrFlag.MTIME_NOW);
        if (!accessed.equals(NewTime.OMIT) || !modified.equals(NewTime.OMIT)) {
            SystemCall.check(InodeCalls.utimens(mirror.openFiles(), path, accessed, modified));
        }
    }

    private static NewTime time(SetAttr op, Optional<Timespec> time, SetattrFlag now) {
        if (op.has(now)) {
            return NewTime.NOW;
        }
        return time.map(NewTime::of).orElse(NewTime.OMIT);
    }

    private static void truncate(long size, BackingInode inode, Optional<Fd> open) {
        if (open.isPresent()) {
            try {
                SystemCall.check(() -> truncate(open.get(), size));
                return;
            } catch (FuseException e) {
                // It is open for reading only.
                if (e.errno() != Errno.EINVAL && e.errno() != Errno.EBADF) {
                    throw e;
                }
            }
        }
        try (Fd fd = inode.open(OpenFlags.WRONLY | OpenFlags.NONBLOCK)) {
            SystemCall.check(() -> truncate(fd, size));
        }
    }

    private static long truncate(Fd fd, long size) throws LibcException {
        ContentCalls.ftruncate(fd, size);
        return 0;
    }
}

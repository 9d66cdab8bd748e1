package org.hexfuse.vfs;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileLock;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.LkOut;
import org.hexfuse.abi.LockFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.Request;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockTable;
import org.hexfuse.posix.LockType;

/** The requests on the locks of an open file. Source: Linux {@code fs/fuse/file.c} ({@code fuse_setlk}, {@code fuse_getlk}). */
record LockRequests(Handle handle) {
    Optional<LockRange> getlk(long owner, LockRange wanted) {
        try (Request request = request(Opcode.GETLK, owner, wanted, false)) {
            handle.superblock.port.call(request);
            return Optional.of(found(request.reply())).filter(lock -> lock.type() != LockType.UNLOCKED);
        }
    }

    private static LockRange found(MemorySegment reply) {
        long lock = LkOut.LK.offset();
        try {
            return new LockRange(LockType.byCode(FileLock.TYPE.get(reply, lock)), FileLock.START.get(reply, lock),
                    FileLock.END.get(reply, lock), FileLock.PID.get(reply, lock));
        } catch (FuseException _) {
            throw FuseException.of(Errno.EIO);
        }
    }

    void set(long owner, LockRange range, boolean waits, boolean flock) {
        try (Request request = request(waits ? Opcode.SETLKW : Opcode.SETLK, owner, range, flock)) {
            handle.superblock.port.call(request);
        }
    }

    /** Gives up what a file that is closed leaves behind, whatever happens to the caller: nothing else would. */
    void giveUp(long owner, LockRange range) {
        try (Request request = request(Opcode.SETLK, owner, range.withType(LockType.UNLOCKED), false)) {
            handle.superblock.port.call(request.force());
        }
    }

    private Request request(Opcode opcode, long owner, LockRange range, boolean flock) {
        Request request = handle.request(opcode);
        LkIn.FH.set(request.arguments(), handle.number);
        LkIn.OWNER.set(request.arguments(), owner);
        LkIn.LK_FLAGS.set(request.arguments(), flock ? (int) LockFlag.FLOCK.mask() : 0);
        long lock = LkIn.LK.offset();
        FileLock.START.set(request.arguments(), lock, range.start());
        FileLock.END.set(request.arguments(), lock, range.end());
        FileLock.TYPE.set(request.arguments(), lock, range.type().code());
        FileLock.PID.set(request.arguments(), lock, range.pid());
        return request;
    }

    /** The same of locks that are kept here. An interrupted thread stays so, as with requests. */
    static void setHere(LockTable<Inode, Long> table, Inode inode, long owner, LockRange range, boolean waits) {
        if (!waits) {
            table.set(inode, owner, range);
            return;
        }
        try {
            table.setlkw(inode, owner, range);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
    }
}

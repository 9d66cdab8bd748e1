package org.hexfuse.vfs.lock;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Function;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileLock;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.LkOut;
import org.hexfuse.abi.LockFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.Request;
import org.hexfuse.device.RequestPort;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;

/**
 * GETLK, SETLK and SETLKW on one open file. Source: Linux {@code fs/fuse/file.c} ({@code fuse_setlk}, {@code fuse_getlk}).
 *
 * @param newRequest makes a request on the file for its opener
 * @param fh the file handle
 */
record LockRequests(RequestPort port, Function<Opcode, Request> newRequest, long fh) {
    /** The first lock that conflicts with {@code wanted}. */
    Optional<LockRange> getlk(long owner, LockRange wanted) {
        try (Request request = request(Opcode.GETLK, owner, wanted, false)) {
            port.call(request);
            return Optional.of(conflict(request.reply())).filter(lock -> lock.type() != LockType.UNLOCKED);
        }
    }

    private static LockRange conflict(MemorySegment reply) {
        long lock = LkOut.LK.offset();
        try {
            return new LockRange(LockType.byCode(FileLock.TYPE.get(reply, lock)), FileLock.START.get(reply, lock),
                    FileLock.END.get(reply, lock), FileLock.PID.get(reply, lock));
        } catch (FuseException _) {
            throw FuseException.of(Errno.EIO);
        }
    }

    /** Sets or releases a lock; with {@code wait}, by SETLKW, the caller blocks until no lock conflicts. */
    void set(long owner, LockRange range, boolean wait, boolean flock) {
        try (Request request = request(wait ? Opcode.SETLKW : Opcode.SETLK, owner, range, flock)) {
            port.call(request);
        }
    }

    /** Releases what a closed file leaves locked, also when the caller is interrupted: nothing else would. */
    void release(long owner, LockRange range) {
        try (Request request = request(Opcode.SETLK, owner, range.withType(LockType.UNLOCKED), false)) {
            port.call(request.force());
        }
    }

    private Request request(Opcode opcode, long owner, LockRange range, boolean flock) {
        Request request = newRequest.apply(opcode);
        LkIn.FH.set(request.arguments(), fh);
        LkIn.OWNER.set(request.arguments(), owner);
        LkIn.LK_FLAGS.set(request.arguments(), flock ? (int) LockFlag.FLOCK.mask() : 0);
        long lock = LkIn.LK.offset();
        FileLock.START.set(request.arguments(), lock, range.start());
        FileLock.END.set(request.arguments(), lock, range.end());
        FileLock.TYPE.set(request.arguments(), lock, range.type().code());
        FileLock.PID.set(request.arguments(), lock, range.pid());
        return request;
    }
}

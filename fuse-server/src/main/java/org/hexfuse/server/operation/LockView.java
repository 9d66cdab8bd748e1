package org.hexfuse.server.operation;

import org.hexfuse.abi.FileLock;
import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.LockFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.server.Lock;
import org.hexfuse.server.request.ForwardingRequest;
import org.hexfuse.server.request.IncomingRequest;

/** Lock over a request. */
public final class LockView extends OperationView<Lock, LockRange> implements Lock {
    private static final int LOCK = LkIn.LK.offset();

    /** A view of {@code request}. */
    public LockView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public LockView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Lock on(IncomingRequest request) {
        return new LockView(request);
    }

    @Override LockRange pending() {
        return LockRange.whole(LockType.UNLOCKED);
    }

    @Override public long handle() {
        return LkIn.FH.get(arguments());
    }

    @Override public long owner() {
        return LkIn.OWNER.get(arguments());
    }

    @Override public LockRange range() {
        return new LockRange(LockType.byCode(FileLock.TYPE.get(arguments(), LOCK)),
                FileLock.START.get(arguments(), LOCK), FileLock.END.get(arguments(), LOCK),
                FileLock.PID.get(arguments(), LOCK));
    }

    @Override public boolean isFlock() { return LockFlag.FLOCK.in(LkIn.LK_FLAGS.get(arguments())); }

    @Override public boolean waits() {
        return request().opcode() == Opcode.SETLKW.code();
    }

    @Override public Lock withHandle(long handle) {
        return withArguments(in -> LkIn.FH.set(in, handle));
    }

    @Override public Lock withOwner(long owner) {
        return withArguments(in -> LkIn.OWNER.set(in, owner));
    }

    @Override public Lock withRange(LockRange range) {
        return withArguments(in -> {
            FileLock.START.set(in, LOCK, range.start());
            FileLock.END.set(in, LOCK, range.end());
            FileLock.TYPE.set(in, LOCK, range.type().code());
            FileLock.PID.set(in, LOCK, range.pid());
        });
    }

    @Override public Lock withFlock(boolean flock) {
        return withArguments(in -> LkIn.LK_FLAGS.set(in, flock ? (int) LockFlag.FLOCK.mask() : 0));
    }

    @Override public Lock withWaits(boolean waits) {
        return on(new ForwardingRequest(request()) {
            @Override public int opcode() {
                return (waits ? Opcode.SETLKW : Opcode.SETLK).code();
            }
        });
    }
}

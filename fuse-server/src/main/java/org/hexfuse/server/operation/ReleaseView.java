package org.hexfuse.server.operation;

import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReleaseFlag;
import org.hexfuse.abi.ReleaseIn;
import org.hexfuse.server.Release;
import org.hexfuse.server.request.IncomingRequest;

/** Release over a request. */
public final class ReleaseView extends OperationView<Release, Void> implements Release {
    /** A view of {@code request}. */
    public ReleaseView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public ReleaseView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Release on(IncomingRequest request) {
        return new ReleaseView(request);
    }

    @Override public long handle() {
        return ReleaseIn.FH.get(arguments());
    }

    @Override public int flags() {
        return ReleaseIn.FLAGS.get(arguments());
    }

    @Override public boolean flockUnlock() {
        return ReleaseFlag.FLOCK_UNLOCK.in(ReleaseIn.RELEASE_FLAGS.get(arguments()));
    }

    @Override public boolean flush() {
        return ReleaseFlag.FLUSH.in(ReleaseIn.RELEASE_FLAGS.get(arguments()));
    }

    @Override public long lockOwner() {
        return ReleaseIn.LOCK_OWNER.get(arguments());
    }

    @Override public Release withHandle(long handle) {
        return withArguments(in -> ReleaseIn.FH.set(in, handle));
    }

    @Override public Release withFlags(int flags) {
        return withArguments(in -> ReleaseIn.FLAGS.set(in, flags));
    }

    @Override public Release withLockOwner(long owner, boolean flockUnlock) {
        return withArguments(in -> {
            ReleaseIn.LOCK_OWNER.set(in, owner);
            ReleaseIn.RELEASE_FLAGS.set(in, flockUnlock ? (int) ReleaseFlag.FLOCK_UNLOCK.mask() : 0);
        });
    }
}

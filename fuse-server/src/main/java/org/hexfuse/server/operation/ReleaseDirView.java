package org.hexfuse.server.operation;

import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReleaseFlag;
import org.hexfuse.abi.ReleaseIn;
import org.hexfuse.server.ReleaseDir;
import org.hexfuse.server.request.IncomingRequest;

/** ReleaseDir over a request. */
public final class ReleaseDirView extends OperationView<ReleaseDir, Void> implements ReleaseDir {
    /** A view of {@code request}. */
    public ReleaseDirView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public ReleaseDirView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected ReleaseDir on(IncomingRequest request) {
        return new ReleaseDirView(request);
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

    @Override public long lockOwner() {
        return ReleaseIn.LOCK_OWNER.get(arguments());
    }

    @Override public ReleaseDir withHandle(long handle) {
        return withArguments(in -> ReleaseIn.FH.set(in, handle));
    }

    @Override public ReleaseDir withFlags(int flags) {
        return withArguments(in -> ReleaseIn.FLAGS.set(in, flags));
    }

    @Override public ReleaseDir withLockOwner(long owner, boolean flockUnlock) {
        return withArguments(in -> {
            ReleaseIn.LOCK_OWNER.set(in, owner);
            ReleaseIn.RELEASE_FLAGS.set(in, flockUnlock ? (int) ReleaseFlag.FLOCK_UNLOCK.mask() : 0);
        });
    }
}

package org.hexfuse.server.operation;

import org.hexfuse.abi.FsyncFlag;
import org.hexfuse.abi.FsyncIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Fsync;
import org.hexfuse.server.request.IncomingRequest;

/** Fsync over a request. */
public final class FsyncView extends OperationView<Fsync, Void> implements Fsync {
    /** A view of {@code request}. */
    public FsyncView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public FsyncView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Fsync on(IncomingRequest request) {
        return new FsyncView(request);
    }

    @Override public long handle() {
        return FsyncIn.FH.get(arguments());
    }

    @Override public boolean dataOnly() {
        return FsyncFlag.FDATASYNC.in(FsyncIn.FSYNC_FLAGS.get(arguments()));
    }

    @Override public Fsync withHandle(long handle) {
        return withArguments(in -> FsyncIn.FH.set(in, handle));
    }

    @Override public Fsync withDataOnly(boolean dataOnly) {
        return withArguments(
                in -> FsyncIn.FSYNC_FLAGS.set(in, dataOnly ? (int) FsyncFlag.FDATASYNC.mask() : 0));
    }
}

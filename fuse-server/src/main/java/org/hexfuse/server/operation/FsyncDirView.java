package org.hexfuse.server.operation;

import org.hexfuse.abi.FsyncFlag;
import org.hexfuse.abi.FsyncIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.FsyncDir;
import org.hexfuse.server.request.IncomingRequest;

/** FsyncDir over a request. */
public final class FsyncDirView extends OperationView<FsyncDir, Void> implements FsyncDir {
    /** A view of {@code request}. */
    public FsyncDirView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public FsyncDirView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected FsyncDir on(IncomingRequest request) {
        return new FsyncDirView(request);
    }

    @Override public long handle() {
        return FsyncIn.FH.get(arguments());
    }

    @Override public boolean dataOnly() {
        return FsyncFlag.FDATASYNC.in(FsyncIn.FSYNC_FLAGS.get(arguments()));
    }

    @Override public FsyncDir withHandle(long handle) {
        return withArguments(in -> FsyncIn.FH.set(in, handle));
    }

    @Override public FsyncDir withDataOnly(boolean dataOnly) {
        return withArguments(
                in -> FsyncIn.FSYNC_FLAGS.set(in, dataOnly ? (int) FsyncFlag.FDATASYNC.mask() : 0));
    }
}

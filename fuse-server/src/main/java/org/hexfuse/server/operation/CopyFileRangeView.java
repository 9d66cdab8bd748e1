package org.hexfuse.server.operation;

import org.hexfuse.abi.CopyFileRangeIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.CopyFileRange;
import org.hexfuse.server.request.IncomingRequest;

/** CopyFileRange over a request. */
public final class CopyFileRangeView extends OperationView<CopyFileRange, Long> implements CopyFileRange {
    /** A view of {@code request}. */
    public CopyFileRangeView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public CopyFileRangeView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected CopyFileRange on(IncomingRequest request) {
        return new CopyFileRangeView(request);
    }

    @Override Long pending() {
        return 0L;
    }

    @Override public long handle() {
        return CopyFileRangeIn.FH_IN.get(arguments());
    }

    @Override public long offset() {
        return CopyFileRangeIn.OFF_IN.get(arguments());
    }

    @Override public long targetNode() {
        return CopyFileRangeIn.NODEID_OUT.get(arguments());
    }

    @Override public long targetHandle() {
        return CopyFileRangeIn.FH_OUT.get(arguments());
    }

    @Override public long targetOffset() {
        return CopyFileRangeIn.OFF_OUT.get(arguments());
    }

    @Override public long length() {
        return CopyFileRangeIn.LEN.get(arguments());
    }

    @Override public long flags() {
        return CopyFileRangeIn.FLAGS.get(arguments());
    }

    @Override public CopyFileRange withHandle(long handle) {
        return withArguments(in -> CopyFileRangeIn.FH_IN.set(in, handle));
    }

    @Override public CopyFileRange withRange(long offset, long length) {
        return withArguments(in -> {
            CopyFileRangeIn.OFF_IN.set(in, offset);
            CopyFileRangeIn.LEN.set(in, length);
        });
    }

    @Override public CopyFileRange withTarget(long node, long handle, long offset) {
        return withArguments(in -> {
            CopyFileRangeIn.NODEID_OUT.set(in, node);
            CopyFileRangeIn.FH_OUT.set(in, handle);
            CopyFileRangeIn.OFF_OUT.set(in, offset);
        });
    }
}

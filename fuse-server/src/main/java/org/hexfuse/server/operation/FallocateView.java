package org.hexfuse.server.operation;

import org.hexfuse.abi.FallocateIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Fallocate;
import org.hexfuse.server.request.IncomingRequest;

/** Fallocate over a request. */
public final class FallocateView extends OperationView<Fallocate, Void> implements Fallocate {
    /** A view of {@code request}. */
    public FallocateView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public FallocateView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Fallocate on(IncomingRequest request) {
        return new FallocateView(request);
    }

    @Override public long handle() {
        return FallocateIn.FH.get(arguments());
    }

    @Override public long offset() {
        return FallocateIn.OFFSET.get(arguments());
    }

    @Override public long length() {
        return FallocateIn.LENGTH.get(arguments());
    }

    @Override public int mode() {
        return FallocateIn.MODE.get(arguments());
    }

    @Override public Fallocate withHandle(long handle) {
        return withArguments(in -> FallocateIn.FH.set(in, handle));
    }

    @Override public Fallocate withMode(int mode) {
        return withArguments(in -> FallocateIn.MODE.set(in, mode));
    }

    @Override public Fallocate withRange(long offset, long length) {
        return withArguments(in -> {
            FallocateIn.OFFSET.set(in, offset);
            FallocateIn.LENGTH.set(in, length);
        });
    }
}

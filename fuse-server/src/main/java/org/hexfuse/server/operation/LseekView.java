package org.hexfuse.server.operation;

import org.hexfuse.abi.LseekIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Lseek;
import org.hexfuse.server.request.IncomingRequest;

/** Lseek over a request. */
public final class LseekView extends OperationView<Lseek, Long> implements Lseek {
    /** A view of {@code request}. */
    public LseekView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public LseekView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Lseek on(IncomingRequest request) {
        return new LseekView(request);
    }

    @Override Long pending() {
        return 0L;
    }

    @Override public long handle() {
        return LseekIn.FH.get(arguments());
    }

    @Override public long offset() {
        return LseekIn.OFFSET.get(arguments());
    }

    @Override public int whence() {
        return LseekIn.WHENCE.get(arguments());
    }

    @Override public Lseek withHandle(long handle) {
        return withArguments(in -> LseekIn.FH.set(in, handle));
    }

    @Override public Lseek withOffset(long offset, int whence) {
        return withArguments(in -> {
            LseekIn.OFFSET.set(in, offset);
            LseekIn.WHENCE.set(in, whence);
        });
    }
}

package org.hexfuse.server.operation;

import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.request.IncomingRequest;

/** ReadDir over a request. */
public final class ReadDirView extends OperationView<ReadDir, Void> implements ReadDir {
    /** A view of {@code request}. */
    public ReadDirView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public ReadDirView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected ReadDir on(IncomingRequest request) {
        return new ReadDirView(request);
    }

    @Override public long handle() {
        return ReadIn.FH.get(arguments());
    }

    @Override public long offset() {
        return ReadIn.OFFSET.get(arguments());
    }

    @Override public int size() {
        return (int) Math.min(ReadIn.SIZE_FIELD.getUnsigned(arguments(), 0), request().replyCapacity());
    }

    @Override public ReadDir withHandle(long handle) {
        return withArguments(in -> ReadIn.FH.set(in, handle));
    }

    @Override public ReadDir withRange(long offset, int size) {
        return withArguments(in -> {
            ReadIn.OFFSET.set(in, offset);
            ReadIn.SIZE_FIELD.set(in, size);
        });
    }
}

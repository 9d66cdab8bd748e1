package org.hexfuse.server.operation;

import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.GetXattr;
import org.hexfuse.server.request.IncomingRequest;

/** GetXattr over a request. */
public final class GetXattrView extends OperationView<GetXattr, byte[]> implements GetXattr {
    /** A view of {@code request}. */
    public GetXattrView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public GetXattrView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected GetXattr on(IncomingRequest request) {
        return new GetXattrView(request);
    }

    @Override byte[] pending() {
        return new byte[0];
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public int size() {
        return GetxattrIn.SIZE_FIELD.get(arguments());
    }

    @Override public GetXattr withName(Name name) {
        return withNames(name);
    }

    @Override public GetXattr withSize(int size) {
        return withArguments(in -> GetxattrIn.SIZE_FIELD.set(in, size));
    }
}

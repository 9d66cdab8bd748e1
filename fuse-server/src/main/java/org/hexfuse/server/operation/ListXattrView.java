package org.hexfuse.server.operation;

import java.util.List;
import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.ListXattr;
import org.hexfuse.server.request.IncomingRequest;

/** ListXattr over a request. */
public final class ListXattrView extends OperationView<ListXattr, List<Name>> implements ListXattr {
    /** A view of {@code request}. */
    public ListXattrView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public ListXattrView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected ListXattr on(IncomingRequest request) {
        return new ListXattrView(request);
    }

    @Override List<Name> pending() {
        return List.of();
    }

    @Override public int size() {
        return GetxattrIn.SIZE_FIELD.get(arguments());
    }

    @Override public ListXattr withSize(int size) {
        return withArguments(in -> GetxattrIn.SIZE_FIELD.set(in, size));
    }
}

package org.hexfuse.server.operation;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.ReadLink;
import org.hexfuse.server.request.Request;

/** ReadLink over a request. */
public final class ReadLinkView extends OperationView<ReadLink, Name> implements ReadLink {
    /** A view of {@code request}. */
    public ReadLinkView(Request request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public ReadLinkView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected ReadLink on(Request request) {
        return new ReadLinkView(request);
    }

    @Override Name pending() {
        return Name.of("");
    }
}

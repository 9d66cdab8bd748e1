package org.hexfuse.server.operation;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.ReadLink;
import org.hexfuse.server.request.IncomingRequest;

/** ReadLink over a request. */
public final class ReadLinkView extends OperationView<ReadLink, Name> implements ReadLink {
    /** A view of {@code request}. */
    public ReadLinkView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public ReadLinkView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected ReadLink on(IncomingRequest request) {
        return new ReadLinkView(request);
    }

    @Override Name pending() {
        return Name.of("");
    }
}

package org.hexfuse.server.operation;

import java.time.Duration;
import org.hexfuse.abi.LinkIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Link;
import org.hexfuse.server.request.IncomingRequest;

/** Link over a request. */
public final class LinkView extends OperationView<Link, Entry> implements Link {
    /** A view of {@code request}. */
    public LinkView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public LinkView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Link on(IncomingRequest request) {
        return new LinkView(request);
    }

    @Override Entry pending() {
        return Entry.absent(Duration.ZERO);
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public long target() {
        return LinkIn.OLDNODEID.get(arguments());
    }

    @Override public Link withName(Name name) {
        return withNames(name);
    }

    @Override public Link withTarget(long target) {
        return withArguments(in -> LinkIn.OLDNODEID.set(in, target));
    }
}

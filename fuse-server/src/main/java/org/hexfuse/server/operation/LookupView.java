package org.hexfuse.server.operation;

import java.time.Duration;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.request.IncomingRequest;

/** Lookup over a request. */
public final class LookupView extends OperationView<Lookup, Entry> implements Lookup {
    /** A view of {@code request}. */
    public LookupView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public LookupView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Lookup on(IncomingRequest request) {
        return new LookupView(request);
    }

    @Override Entry pending() {
        return Entry.absent(Duration.ZERO);
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public Lookup withName(Name name) {
        return withNames(name);
    }
}

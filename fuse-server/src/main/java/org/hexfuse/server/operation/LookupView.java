package org.hexfuse.server.operation;

import java.time.Duration;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.request.IncomingRequest;

/** Lookup over a request. */
public final class LookupView extends OperationView<Lookup, Entry> implements Lookup {
    /** The name if it has been read, null otherwise. */
    private final Name read;

    /** A view of {@code request}. */
    public LookupView(IncomingRequest request) {
        this(request, null);
    }

    LookupView(IncomingRequest request, Name read) {
        super(request);
        this.read = read;
    }

    /** A view of a request made by hand. */
    public LookupView(Opcode opcode, long node) {
        super(opcode, node);
        this.read = null;
    }

    @Override protected Lookup on(IncomingRequest request) {
        return new LookupView(request);
    }

    @Override Entry pending() {
        return Entry.absent(Duration.ZERO);
    }

    @Override public Name name() {
        return read == null ? nameAt(0) : read;
    }

    /** The same operation, whose name was read from it before and is not read again. */
    public Lookup withRead(Name name) {
        return new LookupView(request(), name);
    }

    @Override public Lookup withName(Name name) {
        return withNames(name);
    }
}

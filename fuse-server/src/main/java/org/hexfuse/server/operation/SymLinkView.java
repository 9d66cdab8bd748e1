package org.hexfuse.server.operation;

import java.time.Duration;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Entry;
import org.hexfuse.server.SymLink;
import org.hexfuse.server.request.IncomingRequest;

/** SymLink over a request. */
public final class SymLinkView extends OperationView<SymLink, Entry> implements SymLink {
    /** A view of {@code request}. */
    public SymLinkView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public SymLinkView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected SymLink on(IncomingRequest request) {
        return new SymLinkView(request);
    }

    @Override Entry pending() {
        return Entry.absent(Duration.ZERO);
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public Name target() {
        return nameAt(1);
    }

    /** The same operation with another name and target. */
    public SymLink withAll(Name name, Name target) {
        return withNames(name, target);
    }

    @Override public SymLink withName(Name name) {
        return withNames(name, target());
    }

    @Override public SymLink withTarget(Name target) {
        return withNames(name(), target);
    }
}

package org.hexfuse.server.operation;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Entry;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Operation;
import org.hexfuse.server.request.ForwardingRequest;
import org.hexfuse.server.request.HandmadeRequest;
import org.hexfuse.server.request.IncomingRequest;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;

/** Operations that are part of another one, of its caller: a LOOKUP has the attributes of its child to get. */
public final class NestedOperations {
    private static final MemorySegment NO_ARGUMENTS = MemorySegment
            .ofArray(new byte[HandmadeRequest.size(Opcode.GETATTR)]).asReadOnly();

    private NestedOperations() {}

    /** A GETATTR without a handle. */
    public static GetAttr getAttr(Operation<?> outer, long node, Supplier<? extends LateReply<Attr>> later) {
        return new GetAttrView(new NestedRequest(OperationView.requestOf(outer), Opcode.GETATTR, node, later, null));
    }

    /** A LOOKUP. */
    public static Lookup lookup(Operation<?> outer, long node, Name name, Supplier<? extends LateReply<Entry>> later) {
        return new LookupView(new NestedRequest(OperationView.requestOf(outer), Opcode.LOOKUP, node, later, name),
                name);
    }

    private static final class NestedRequest extends ForwardingRequest {
        private final IncomingRequest outer;
        private final Opcode opcode;
        private final long node;
        private final Supplier<? extends LateReply<?>> later;
        private final Name name;

        NestedRequest(IncomingRequest outer, Opcode opcode, long node, Supplier<? extends LateReply<?>> later,
                Name name) {
            super(outer);
            this.outer = outer;
            this.opcode = opcode;
            this.node = node;
            this.later = later;
            this.name = name;
        }

        @Override public int opcode() {
            return opcode.code();
        }

        /** Copied whenever it is read: most handlers don't, and the outer header moves when the request is detached. */
        @Override public MemorySegment header() {
            MemorySegment header = MemorySegment.ofArray(new byte[InHeader.SIZE]);
            MemorySegment.copy(outer.header(), 0, header, 0, InHeader.SIZE);
            InHeader.OPCODE.set(header, opcode.code());
            InHeader.NODEID.set(header, node);
            return header;
        }

        @Override public MemorySegment arguments() {
            return NO_ARGUMENTS;
        }

        @Override public int argumentsSize() {
            return opcode == Opcode.LOOKUP ? 0 : (int) NO_ARGUMENTS.byteSize();
        }

        @Override public Segments rest() {
            return name == null ? new Span()
                    : new Span().set(MemorySegment.ofArray(OperationView.terminated(name)), 0, name.length() + 1L);
        }

        @Override public LateReply<?> deferred() {
            return later.get();
        }
    }
}

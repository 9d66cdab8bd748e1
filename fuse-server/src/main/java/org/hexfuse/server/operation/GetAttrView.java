package org.hexfuse.server.operation;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.hexfuse.abi.GetattrFlag;
import org.hexfuse.abi.GetattrIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.StatxIn;
import org.hexfuse.server.Attr;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.request.IncomingRequest;

/** GetAttr over a request. */
public final class GetAttrView extends HandleView<GetAttr, Attr> implements GetAttr {
    /** A view of {@code request}. */
    public GetAttrView(IncomingRequest request) {
        this(request, false, 0);
    }

    private GetAttrView(IncomingRequest request, boolean hasOtherHandle, long otherHandle) {
        super(request, hasOtherHandle, otherHandle);
    }

    /** A view of a request made by hand. */
    public GetAttrView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override GetAttr on(IncomingRequest other, boolean hasHandle, long handle) {
        return new GetAttrView(other, hasHandle, handle);
    }

    @Override Attr pending() {
        return Attr.ofMode(0).build();
    }

    @Override public OptionalLong handle() {
        if (hasOtherHandle()) {
            return OptionalLong.of(otherHandle());
        }
        return request().argumentsSize() > 0 && GetattrFlag.FH.in(GetattrIn.GETATTR_FLAGS.get(arguments()))
                ? OptionalLong.of(GetattrIn.FH.get(arguments()))
                : OptionalLong.empty();
    }

    @Override public OptionalInt mask() {
        return isStatx() ? OptionalInt.of(StatxIn.SX_MASK.get(arguments())) : OptionalInt.empty();
    }

    @Override public int synchronization() {
        return isStatx() ? StatxIn.SX_FLAGS.get(arguments()) : 0;
    }

    private boolean isStatx() { return request().opcode() == Opcode.STATX.code(); }
}

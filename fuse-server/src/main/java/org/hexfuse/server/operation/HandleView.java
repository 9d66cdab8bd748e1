package org.hexfuse.server.operation;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Operation;
import org.hexfuse.server.request.IncomingRequest;

/**
 * An operation on an open file, which may have another handle than its request. Replacing it makes no copy of the request: each READ,
 * WRITE and GETATTR of an open file that has a number of its author's has one replaced.
 */
abstract class HandleView<O extends Operation<O>, R> extends OperationView<O, R> {
    private final boolean hasOtherHandle;
    private final long otherHandle;

    HandleView(IncomingRequest request, boolean hasOtherHandle, long otherHandle) {
        super(request);
        this.hasOtherHandle = hasOtherHandle;
        this.otherHandle = otherHandle;
    }

    HandleView(Opcode opcode, long node) {
        super(opcode, node);
        this.hasOtherHandle = false;
        this.otherHandle = 0;
    }

    /** A view of {@code other}, with another handle if {@code hasHandle}. */
    abstract O on(IncomingRequest other, boolean hasHandle, long handle);

    @Override protected final O on(IncomingRequest other) {
        return on(other, hasOtherHandle, otherHandle);
    }

    /** Whether {@link #otherHandle} replaces the handle of the request. */
    final boolean hasOtherHandle() {
        return hasOtherHandle;
    }

    final long otherHandle() {
        return otherHandle;
    }

    /** The same operation with another handle. */
    public final O withHandle(long handle) {
        return on(request(), true, handle);
    }
}

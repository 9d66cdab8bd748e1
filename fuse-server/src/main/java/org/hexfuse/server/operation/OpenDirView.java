package org.hexfuse.server.operation;

import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenIn;
import org.hexfuse.server.OpenDir;
import org.hexfuse.server.Opened;
import org.hexfuse.server.request.IncomingRequest;

/** OpenDir over a request. */
public final class OpenDirView extends OperationView<OpenDir, Opened> implements OpenDir {
    /** A view of {@code request}. */
    public OpenDirView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public OpenDirView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected OpenDir on(IncomingRequest request) {
        return new OpenDirView(request);
    }

    @Override Opened pending() {
        return Opened.stateless();
    }

    @Override public int flags() {
        return OpenIn.FLAGS.get(arguments());
    }

    @Override public OpenDir withFlags(int flags) {
        return withArguments(in -> OpenIn.FLAGS.set(in, flags));
    }
}

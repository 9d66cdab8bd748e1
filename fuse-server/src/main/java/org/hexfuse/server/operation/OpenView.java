package org.hexfuse.server.operation;

import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenIn;
import org.hexfuse.abi.OpenInFlag;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.server.request.IncomingRequest;

/** Open over a request. */
public final class OpenView extends OperationView<Open, Opened> implements Open {
    /** A view of {@code request}. */
    public OpenView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public OpenView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Open on(IncomingRequest request) {
        return new OpenView(request);
    }

    @Override Opened pending() {
        return Opened.stateless();
    }

    @Override public int flags() {
        return OpenIn.FLAGS.get(arguments());
    }

    @Override public boolean killSuidgid() {
        return request().argumentsSize() >= OpenIn.SIZE
                && OpenInFlag.KILL_SUIDGID.in(OpenIn.OPEN_FLAGS.get(arguments()));
    }

    @Override public Open withFlags(int flags) {
        return withArguments(in -> OpenIn.FLAGS.set(in, flags));
    }
}

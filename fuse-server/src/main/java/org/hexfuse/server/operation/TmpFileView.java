package org.hexfuse.server.operation;

import java.time.Duration;
import org.hexfuse.abi.CreateIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Created;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Opened;
import org.hexfuse.server.TmpFile;
import org.hexfuse.server.request.IncomingRequest;

/** TmpFile over a request. */
public final class TmpFileView extends OperationView<TmpFile, Created> implements TmpFile {
    /** A view of {@code request}. */
    public TmpFileView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public TmpFileView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected TmpFile on(IncomingRequest request) {
        return new TmpFileView(request);
    }

    @Override Created pending() {
        return new Created(Entry.absent(Duration.ZERO), Opened.stateless());
    }

    @Override public int flags() {
        return CreateIn.FLAGS.get(arguments());
    }

    @Override public int mode() {
        return CreateIn.MODE.get(arguments());
    }

    @Override public int umask() {
        return CreateIn.UMASK.get(arguments());
    }

    @Override public TmpFile withFlags(int flags) {
        return withArguments(in -> CreateIn.FLAGS.set(in, flags));
    }

    @Override public TmpFile withMode(int mode, int umask) {
        return withArguments(in -> {
            CreateIn.MODE.set(in, mode);
            CreateIn.UMASK.set(in, umask);
        });
    }
}

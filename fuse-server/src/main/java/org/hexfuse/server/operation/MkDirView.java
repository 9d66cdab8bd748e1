package org.hexfuse.server.operation;

import java.time.Duration;
import org.hexfuse.abi.MkdirIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Entry;
import org.hexfuse.server.MkDir;
import org.hexfuse.server.request.IncomingRequest;

/** MkDir over a request. */
public final class MkDirView extends OperationView<MkDir, Entry> implements MkDir {
    /** A view of {@code request}. */
    public MkDirView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public MkDirView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected MkDir on(IncomingRequest request) {
        return new MkDirView(request);
    }

    @Override Entry pending() {
        return Entry.absent(Duration.ZERO);
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public int mode() {
        return MkdirIn.MODE.get(arguments());
    }

    @Override public int umask() {
        return MkdirIn.UMASK.get(arguments());
    }

    @Override public MkDir withName(Name name) {
        return withNames(name);
    }

    @Override public MkDir withMode(int mode, int umask) {
        return withArguments(in -> {
            MkdirIn.MODE.set(in, mode);
            MkdirIn.UMASK.set(in, umask);
        });
    }
}

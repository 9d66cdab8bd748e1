package org.hexfuse.server.operation;

import java.time.Duration;
import org.hexfuse.abi.MknodIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Entry;
import org.hexfuse.server.MkNod;
import org.hexfuse.server.request.IncomingRequest;

/** MkNod over a request. */
public final class MkNodView extends OperationView<MkNod, Entry> implements MkNod {
    /** A view of {@code request}. */
    public MkNodView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public MkNodView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected MkNod on(IncomingRequest request) {
        return new MkNodView(request);
    }

    @Override Entry pending() {
        return Entry.absent(Duration.ZERO);
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public int mode() {
        return MknodIn.MODE.get(arguments());
    }

    @Override public int device() {
        return MknodIn.RDEV.get(arguments());
    }

    @Override public int umask() {
        return minor() < 12 ? 0 : MknodIn.UMASK.get(arguments());
    }

    @Override public MkNod withName(Name name) {
        return withNames(name);
    }

    @Override public MkNod withMode(int mode, int umask) {
        return withArguments(in -> {
            MknodIn.MODE.set(in, mode);
            MknodIn.UMASK.set(in, umask);
        });
    }

    @Override public MkNod withDevice(int device) {
        return withArguments(in -> MknodIn.RDEV.set(in, device));
    }
}

package org.hexfuse.server.operation;

import java.time.Duration;
import org.hexfuse.abi.CreateIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenInFlag;
import org.hexfuse.server.Create;
import org.hexfuse.server.Created;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Opened;
import org.hexfuse.server.request.IncomingRequest;

/** Create over a request. */
public final class CreateView extends OperationView<Create, Created> implements Create {
    /** A view of {@code request}. */
    public CreateView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public CreateView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Create on(IncomingRequest request) {
        return new CreateView(request);
    }

    @Override Created pending() {
        return new Created(Entry.absent(Duration.ZERO), Opened.stateless());
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public int flags() {
        return CreateIn.FLAGS.get(arguments());
    }

    @Override public int mode() {
        return CreateIn.MODE.get(arguments());
    }

    @Override public int umask() {
        return minor() < 12 ? 0 : CreateIn.UMASK.get(arguments());
    }

    @Override public Create withName(Name name) {
        return withNames(name);
    }

    @Override public boolean killSuidgid() {
        return minor() >= 12 && OpenInFlag.KILL_SUIDGID.in(CreateIn.OPEN_FLAGS.get(arguments()));
    }

    @Override public Create withFlags(int flags) {
        return withArguments(in -> CreateIn.FLAGS.set(in, flags));
    }

    @Override public Create withMode(int mode, int umask) {
        return withArguments(in -> {
            CreateIn.MODE.set(in, mode);
            CreateIn.UMASK.set(in, umask);
        });
    }
}

package org.hexfuse.server.operation;

import java.util.Set;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.IoctlFlag;
import org.hexfuse.abi.IoctlIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Ioctl;
import org.hexfuse.server.IoctlResult;
import org.hexfuse.server.request.IncomingRequest;
import org.hexfuse.transport.Segments;

/** Ioctl over a request. */
public final class IoctlView extends OperationView<Ioctl, IoctlResult> implements Ioctl {
    /** A view of {@code request}. */
    public IoctlView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public IoctlView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Ioctl on(IncomingRequest request) {
        return new IoctlView(request);
    }

    @Override IoctlResult pending() {
        return IoctlResult.of(0);
    }

    @Override public long handle() {
        return IoctlIn.FH.get(arguments());
    }

    @Override public int command() {
        return IoctlIn.CMD.get(arguments());
    }

    @Override public long argument() {
        return IoctlIn.ARG.get(arguments());
    }

    @Override public Segments data() {
        return rest();
    }

    @Override public int room() {
        return IoctlIn.OUT_SIZE.get(arguments());
    }

    @Override public boolean has(IoctlFlag flag) {
        return flag.in(IoctlIn.FLAGS.get(arguments()));
    }

    @Override public boolean onDirectory() {
        return IoctlFlag.DIR.in(IoctlIn.FLAGS.get(arguments()));
    }

    @Override public boolean unrestricted() {
        return IoctlFlag.UNRESTRICTED.in(IoctlIn.FLAGS.get(arguments()));
    }

    @Override public boolean compatible() {
        return IoctlFlag.COMPAT.in(IoctlIn.FLAGS.get(arguments()));
    }

    @Override public Ioctl withHandle(long handle) {
        return withArguments(in -> IoctlIn.FH.set(in, handle));
    }

    @Override public Ioctl withCommand(int command, long argument) {
        return withArguments(in -> {
            IoctlIn.CMD.set(in, command);
            IoctlIn.ARG.set(in, argument);
        });
    }

    @Override public Ioctl withData(byte[] data, int room) {
        return withArguments(in -> {
            IoctlIn.IN_SIZE.set(in, data.length);
            IoctlIn.OUT_SIZE.set(in, room);
        }, data);
    }

    @Override public Ioctl withFlags(Set<IoctlFlag> flags) {
        return withArguments(in -> IoctlIn.FLAGS.set(in, (int) Flag.of(flags.toArray(IoctlFlag[]::new))));
    }
}

package org.hexfuse.server.operation;

import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetxattrFlag;
import org.hexfuse.abi.SetxattrIn;
import org.hexfuse.server.SetXattr;
import org.hexfuse.server.request.IncomingRequest;
import org.hexfuse.transport.Segments;

/** SetXattr over a request. */
public final class SetXattrView extends OperationView<SetXattr, Void> implements SetXattr {
    /** A view of {@code request}. */
    public SetXattrView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public SetXattrView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected SetXattr on(IncomingRequest request) {
        return new SetXattrView(request);
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public byte[] value() {
        Segments rest = rest();
        byte[] value = new byte[SetxattrIn.SIZE_FIELD.get(arguments())];
        rest.copyTo(rest.size() - value.length, value, 0, value.length);
        return value;
    }

    @Override public boolean has(SetxattrFlag flag) {
        return session().has(InitFlag.SETXATTR_EXT) && flag.in(SetxattrIn.SETXATTR_FLAGS.get(arguments()));
    }

    @Override public int flags() {
        return SetxattrIn.FLAGS.get(arguments());
    }

    @Override public SetXattr withValue(Name name, byte[] value) {
        return withArguments(in -> SetxattrIn.SIZE_FIELD.set(in, value.length),
                terminated(name), value);
    }

    @Override public SetXattr withFlags(int flags) {
        return withArguments(in -> SetxattrIn.FLAGS.set(in, flags));
    }
}

package org.hexfuse.server.operation;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Rename2In;
import org.hexfuse.abi.RenameIn;
import org.hexfuse.server.Rename;
import org.hexfuse.server.request.ForwardingRequest;
import org.hexfuse.server.request.IncomingRequest;

/** Rename over a request. */
public final class RenameView extends OperationView<Rename, Void> implements Rename {
    /** A view of {@code request}. */
    public RenameView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public RenameView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Rename on(IncomingRequest request) {
        return new RenameView(request);
    }

    @Override public Name name() {
        return nameAt(0);
    }

    @Override public long targetDirectory() {
        return isRename2() ? Rename2In.NEWDIR.get(arguments()) : RenameIn.NEWDIR.get(arguments());
    }

    @Override public Name targetName() {
        return nameAt(1);
    }

    @Override public int flags() {
        return isRename2() ? Rename2In.FLAGS.get(arguments()) : 0;
    }

    /** The same operation with other names and another target. */
    public Rename withAll(long directory, Name name, Name target) {
        return withRename2(directory, 0, name, target);
    }

    @Override public Rename withName(Name name) {
        return withNames(name, targetName());
    }

    @Override public Rename withTarget(long directory, Name name) {
        return withRename2(directory, flags(), name(), name);
    }

    @Override public Rename withFlags(int flags) {
        return withRename2(targetDirectory(), flags, name(), targetName());
    }

    /** RENAME has no flags, and its argument struct is shorter. */
    private Rename withRename2(long directory, int flags, Name name, Name target) {
        return new RenameView(new ForwardingRequest(request()) {
            @Override public int opcode() {
                return Opcode.RENAME2.code();
            }
        }).withArguments(in -> {
            Rename2In.NEWDIR.set(in, directory);
            Rename2In.FLAGS.set(in, flags);
        }, terminated(name), terminated(target));
    }

    private boolean isRename2() { return request().opcode() == Opcode.RENAME2.code(); }
}

package org.hexfuse.examples.remote;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.examples.remote.cache.CachedStore;
import org.hexfuse.examples.remote.store.Store;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Handover;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.server.tree.TreeHandover;

/** The files of a remote store, read and written. It may be served to several kernels at once. */
public final class RemoteFileSystem extends TreeFileSystem {
    private final String name;

    /** The files of {@code store}. */
    public RemoteFileSystem(Store store, RemoteOptions options) {
        var shared = new RemoteNode.Shared(new CachedStore(store, options.limits()), options, new Invalidations());
        super(new RemoteDirectory(shared));
        name = store.name();
    }

    /** Handlers wait for the store, in Java code. */
    @Override public Blocking blocking() { return Blocking.IN_JAVA; }

    /** A caller that is interrupted no longer waits. No handler reads a channel, which that would close. */
    @Override public boolean interruptsThreads() {
        return true;
    }

    @Override public boolean kernelChecksPermissions() { return true; }

    /** Files are found by their paths, in the same store. What was written to them is uploaded before. */
    @Override public Optional<Handover> handover() {
        return Optional.of(new TreeHandover(this, "remote 1") {
            @Override protected void saveState(DataOutput out) throws IOException {
                out.writeUTF(name);
            }

            @Override protected void restoreState(DataInput in) throws IOException {
                String served = in.readUTF();
                if (!served.equals(name)) {
                    throw new IOException("it serves " + served + ", and another store is wanted");
                }
            }

            @Override protected boolean saveHandle(Node node, FileHandle handle, DataOutput out)
                    throws IOException, InterruptedException {
                ((RemoteFile) node).upload();
                return false;
            }
        });
    }

    /** A file that is opened with O_TRUNC is uploaded once, when it is closed. */
    @Override protected void begin(InitNegotiation negotiation) {
        negotiation.enable(InitFlag.ATOMIC_O_TRUNC);
    }
}

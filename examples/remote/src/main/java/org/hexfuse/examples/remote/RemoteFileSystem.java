package org.hexfuse.examples.remote;

import org.hexfuse.abi.InitFlag;
import org.hexfuse.examples.remote.cache.CachedStore;
import org.hexfuse.examples.remote.store.Store;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.tree.TreeFileSystem;

/** The files of a remote store, read and written. It may be served to several kernels at once. */
public final class RemoteFileSystem extends TreeFileSystem {
    /** The files of {@code store}. */
    public RemoteFileSystem(Store store, RemoteOptions options) {
        var shared = new RemoteNode.Shared(new CachedStore(store, options.limits()), options, new Invalidations());
        super(new RemoteDirectory(shared));
    }

    /** Handlers wait for the store, in Java code. */
    @Override public Blocking blocking() { return Blocking.IN_JAVA; }

    /** A caller that is interrupted no longer waits. No handler reads a channel, which that would close. */
    @Override public boolean interruptsThreads() {
        return true;
    }

    @Override public boolean kernelChecksPermissions() { return true; }

    /** A file that is opened with O_TRUNC is uploaded once, when it is closed. */
    @Override protected void begin(InitNegotiation negotiation) {
        negotiation.enable(InitFlag.ATOMIC_O_TRUNC);
    }
}

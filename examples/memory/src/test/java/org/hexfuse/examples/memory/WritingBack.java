package org.hexfuse.examples.memory;

import java.io.IOException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.InitNegotiation;

/** A filesystem that asks for the writeback cache. */
class WritingBack extends FilterFileSystem {
    WritingBack(FuseFileSystem delegate) {
        super(delegate);
    }

    @Override public void init(InitNegotiation negotiation) throws IOException, InterruptedException {
        super.init(negotiation);
        negotiation.enable(InitFlag.WRITEBACK_CACHE);
    }
}

package org.hexfuse.server.operation;

import org.hexfuse.abi.BmapIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Bmap;
import org.hexfuse.server.request.IncomingRequest;

/** Bmap over a request. */
public final class BmapView extends OperationView<Bmap, Long> implements Bmap {
    /** A view of {@code request}. */
    public BmapView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public BmapView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Bmap on(IncomingRequest request) {
        return new BmapView(request);
    }

    @Override Long pending() {
        return 0L;
    }

    @Override public long block() {
        return BmapIn.BLOCK.get(arguments());
    }

    @Override public int blockSize() {
        return BmapIn.BLOCKSIZE.get(arguments());
    }

    @Override public Bmap withBlock(long block, int blockSize) {
        return withArguments(in -> {
            BmapIn.BLOCK.set(in, block);
            BmapIn.BLOCKSIZE.set(in, blockSize);
        });
    }
}

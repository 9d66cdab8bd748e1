package org.hexfuse.vfs.mount;

import java.util.concurrent.Semaphore;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.device.ConnectionInfo;
import org.hexfuse.device.Request;
import org.hexfuse.device.RequestPort;
import org.hexfuse.vfs.cache.Inode;

/**
 * One request with the memory for a WRITE of a page, allocated with the mount: dirty pages are written out by it, one after the other, when
 * there is no native memory for another one. Any thread may call any method.
 *
 * <p>Source: the ideas of Linux {@code mm/mempool.c}.
 */
public final class WriteReserve {
    private static final int PAGE = 4096;

    private final RequestPort port;
    private final Semaphore free = new Semaphore(1);
    private final Request request = new Request(_ -> free.release());

    /** Allocates it, or throws ENOMEM. */
    WriteReserve(RequestPort port) {
        this.port = port;
        request.dataRoom(PAGE);
    }

    /**
     * A WRITE by the cache, with room for a page of data. Waits until the last one was answered.
     *
     * @return a request that the caller closes, or submits
     */
    public Request newWrite(Inode inode) throws InterruptedException {
        ConnectionInfo negotiated = port.negotiated();
        long node = inode.usableNodeId();
        free.acquire();
        return request.start(Opcode.WRITE, node, Caller.KERNEL, Math.min(negotiated.minor(), Protocol.MINOR),
                negotiated.flags());
    }
}

package org.hexfuse.nio.channel;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Lock;
import org.hexfuse.server.Read;

/** Blocks READs at offset 0 until they are interrupted or released, and, on request, SETLKW whatever happens. */
final class SlowFileSystem extends FilterFileSystem {
    /** Released once for each READ that blocks. */
    final Semaphore blocked = new Semaphore(0);
    /** Lets the READs continue. */
    final CountDownLatch released = new CountDownLatch(1);
    /** Whether SETLKW is not interrupted, as by a server that does not support INTERRUPT. */
    volatile boolean ignoresInterrupts;
    volatile boolean blocksReads;

    SlowFileSystem(FuseFileSystem delegate) {
        super(delegate);
    }

    @Override public Blocking blocking() {
        return Blocking.IN_JAVA;
    }

    @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
        if (blocksReads) {
            blocked.release();
            while (!released.await(1, TimeUnit.MILLISECONDS)) {
                if (op.interrupted()) {
                    throw FuseException.of(Errno.EINTR);
                }
            }
        }
        super.read(op, out);
    }

    @Override public void setlk(Lock op) throws IOException, InterruptedException {
        if (ignoresInterrupts && op.waits()) {
            blocked.release();
            boolean interrupted = false;
            while (released.getCount() > 0) {
                try {
                    released.await();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            throw FuseException.of(Errno.EIO);
        }
        super.setlk(op);
    }
}

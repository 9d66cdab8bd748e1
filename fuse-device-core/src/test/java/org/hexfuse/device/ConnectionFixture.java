package org.hexfuse.device;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A Linux connection with a reply to INIT, and its server. */
abstract class ConnectionFixture {
    static final int MAX_MESSAGE = 1 << 20;

    final FuseConnection connection = FuseConnection.create(NotificationSink.NONE, ConnectionOptions.DEFAULT,
            MAX_MESSAGE);
    final TestServer server = new TestServer(connection.newHandle());

    @BeforeEach void initialize() throws InterruptedException {
        server.replyToInit();
    }

    @AfterEach void end() {
        connection.abort();
    }

    /** Calls on another thread; the future completes with the outcome. */
    Future<Errno> call(Opcode opcode, long node) {
        var outcome = new CompletableFuture<Errno>();
        Thread.ofVirtual().start(() -> outcome.complete(callNow(opcode, node)));
        return outcome;
    }

    Errno callNow(Opcode opcode, long node) {
        try (Request request = connection.newRequest(opcode, node, Caller.KERNEL)) {
            connection.call(request);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    static Errno outcome(Future<Errno> call) throws Exception {
        return call.get(10, TimeUnit.SECONDS);
    }
}

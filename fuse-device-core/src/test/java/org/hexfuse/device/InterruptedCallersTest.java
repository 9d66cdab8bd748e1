package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InterruptIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.DeviceHandle;
import org.junit.jupiter.api.Test;

/** Calls and reads of interrupted threads. */
class InterruptedCallersTest extends ConnectionFixture {
    private final ConcurrentLinkedQueue<Errno> outcomes = new ConcurrentLinkedQueue<>();

    private Thread caller() {
        return Thread.ofVirtual().start(() -> {
            Errno how = callNow(Opcode.UNLINK, 1);
            outcomes.add(Thread.currentThread().isInterrupted() ? how : Errno.EPROTO);
        });
    }

    @Test void dequeueAPendingRequest() throws Exception {
        Thread caller = caller();
        await().until(() -> (server.handle.readiness() & DeviceHandle.POLLIN) != 0);
        caller.interrupt();
        caller.join();
        assertThat(outcomes).containsExactly(Errno.EINTR);
        assertThat(server.pollError()).isEqualTo(Errno.EAGAIN);
    }

    @Test void sendInterruptForARequestInProcessing() throws Exception {
        Thread caller = caller();
        Received request = server.take();
        caller.interrupt();
        Received interrupt = server.take();
        assertThat(interrupt.opcode()).isEqualTo(Opcode.INTERRUPT);
        assertThat(interrupt.unique()).isEqualTo(request.unique() | 1);
        assertThat(InterruptIn.UNIQUE.get(interrupt.bytes(), InHeader.SIZE)).isEqualTo(request.unique());
        server.reply(request, -Errno.EINTR.code());
        caller.join();
        assertThat(outcomes).containsExactly(Errno.EINTR);
    }

    @Test void sendInterruptAgainAfterEagain() throws Exception {
        Thread caller = caller();
        Received request = server.take();
        caller.interrupt();
        Received interrupt = server.take();
        assertThat(server.reply(interrupt, -Errno.EAGAIN.code())).isEqualTo(Errno.OK);
        assertThat(server.take().unique()).isEqualTo(interrupt.unique());
        server.reply(request, 0);
        caller.join();
    }

    @Test void sendNoInterruptAfterEnosys() throws Exception {
        Thread first = caller();
        Received request = server.take();
        first.interrupt();
        server.reply(server.take(), -Errno.ENOSYS.code());
        server.reply(request, 0);
        first.join();
        Thread second = caller();
        request = server.take();
        second.interrupt();
        Thread.sleep(50);
        assertThat(server.pollError()).isEqualTo(Errno.EAGAIN);
        server.reply(request, 0);
        second.join();
    }

    @Test void anInterruptedReaderLosesNoRequest() throws Exception {
        for (int i = 0; i < 200; i++) {
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    server.reply(server.take(), 0);
                } catch (InterruptedException _) {
                    // The request is left to the other reader.
                }
            });
            Future<Errno> call = call(Opcode.UNLINK, 1);
            reader.interrupt();
            reader.join();
            if (!call.isDone()) {
                Thread other = Thread.ofVirtual().start(() -> {
                    try {
                        server.reply(server.take(), 0);
                    } catch (InterruptedException | FuseException _) {
                        // The first reader has replied.
                    }
                });
                assertThat(outcome(call)).isEqualTo(Errno.OK);
                other.interrupt();
                other.join();
            }
        }
    }

    /** A call of {@code request} on another thread, whose outcome is EPROTO if that is interrupted. */
    private Thread caller(Request request) {
        return Thread.ofVirtual().start(() -> {
            Errno how = Errno.OK;
            try {
                connection.call(request);
            } catch (FuseException e) {
                how = e.errno();
            }
            outcomes.add(Thread.currentThread().isInterrupted() ? Errno.EPROTO : how);
        });
    }

    @Test void dequeueAPendingRequestThatIsInterrupted() throws Exception {
        try (Request request = connection.newRequest(Opcode.UNLINK, 1, Caller.KERNEL)) {
            Thread caller = caller(request);
            await().until(() -> (server.handle.readiness() & DeviceHandle.POLLIN) != 0);
            request.interrupt();
            caller.join();
            assertThat(outcomes).containsExactly(Errno.EINTR);
            assertThat(server.pollError()).isEqualTo(Errno.EAGAIN);
        }
    }

    @Test void sendInterruptForARequestThatIsInterruptedInProcessing() throws Exception {
        try (Request request = connection.newRequest(Opcode.UNLINK, 1, Caller.KERNEL)) {
            Thread caller = caller(request);
            Received received = server.take();
            request.interrupt();
            Received interrupt = server.take();
            assertThat(interrupt.opcode()).isEqualTo(Opcode.INTERRUPT);
            assertThat(InterruptIn.UNIQUE.get(interrupt.bytes(), InHeader.SIZE)).isEqualTo(received.unique());
            server.reply(received, -Errno.EINTR.code());
            caller.join();
            assertThat(outcomes).containsExactly(Errno.EINTR);
        }
    }

    @Test void dequeueARequestThatIsInterruptedBeforeItsCall() throws Exception {
        try (Request request = connection.newRequest(Opcode.UNLINK, 1, Caller.KERNEL)) {
            request.interrupt();
            caller(request).join();
            assertThat(outcomes).containsExactly(Errno.EINTR);
        }
    }
}

package org.hexfuse.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.DeviceListener;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.server.Access;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The meters of both ends, in Micrometer's registry for tests. */
class ServerMetersTest {
    private static final Caller ROOT = new Caller(0, 0, 1);

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private FuseServer server;
    private FuseConnection kernel;

    /** One name, three bytes, and a defect in ACCESS. */
    private static final class Files implements FuseFileSystem {
        @Override public Entry lookup(Lookup op) {
            if (!op.name().is("f")) {
                throw FuseException.of(Errno.ENOENT);
            }
            return Entry.of(2, Attr.file(0444, 3));
        }

        @Override public void read(Read op, DataReply out) {
            out.write("abc".getBytes(UTF_8), 0, 3);
        }

        @Override public void access(Access op) {
            throw new IllegalStateException("a defect");
        }
    }

    private void serve(FuseServer.Builder builder, DeviceListener listener) throws IOException {
        server = builder.at(Address.parse("mem:")).start();
        kernel = FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withListener(listener));
    }

    @AfterEach void end() {
        kernel.close();
        server.close();
    }

    private void call(Opcode opcode, String name) {
        try (Request request = kernel.newRequest(opcode, 1, ROOT)) {
            if (opcode == Opcode.READ) {
                ReadIn.SIZE_FIELD.set(request.arguments(), 10);
                request.replyRoom(10);
            } else if (opcode == Opcode.LOOKUP) {
                request.name(Name.of(name));
            }
            kernel.call(request);
        } catch (FuseException _) {
            // Counted as well.
        }
    }

    private double gauge(String name) {
        return registry.get("hexfuse.server." + name).gauge().value();
    }

    @Test void requestsAreTimedAndErrorsCountedByOperation() throws Exception {
        var panics = new AtomicInteger();
        var meters = new ServerMeters(registry, Tags.of("mount", "vault"));
        serve(FuseServer.serve(new Files()).listener(meters)
                .onPanic(meters.panics((_, _, _, _) -> panics.incrementAndGet())), DeviceListener.NONE);
        for (int i = 0; i < 10; i++) {
            call(Opcode.LOOKUP, i < 6 ? "f" : "g");
        }
        call(Opcode.READ, "");
        call(Opcode.ACCESS, "");
        await().until(() -> registry.get("hexfuse.server.requests").tag("operation", "access").timer().count() == 1);
        await().until(
                () -> registry.get("hexfuse.server.requests").tags("operation", "lookup", "mount", "vault").timer()
                        .count() == 10);
        assertThat(registry.get("hexfuse.server.requests").tag("operation", "lookup").timer()
                .totalTime(TimeUnit.NANOSECONDS)).isPositive();
        assertThat(registry.get("hexfuse.server.errors").tags("operation", "lookup", "errno", "ENOENT").counter()
                .count()).isEqualTo(4);
        assertThat(registry.get("hexfuse.server.data").tag("operation", "read").summary().totalAmount()).isEqualTo(3);
        assertThat(registry.get("hexfuse.server.panics").counter().count()).isEqualTo(1);
        assertThat(panics).hasValue(1);
        assertThat(registry.find("hexfuse.server.requests").tag("operation", "write").timer()).isNull();
    }

    @Test void gaugesFollowTheSessions() throws Exception {
        var meters = new ServerMeters(registry);
        assertThat(gauge("sessions")).isZero();
        serve(FuseServer.serve(new Files()).threads(2).maxInflight(16 << 20).listener(meters), DeviceListener.NONE);
        await().until(() -> gauge("workers") == 2);
        assertThat(gauge("sessions")).isEqualTo(1);
        assertThat(gauge("memory.limit")).isEqualTo(16 << 20);
        assertThat(gauge("memory.reserved")).isPositive();
        assertThat(gauge("requests.queued") + gauge("requests.deferred") + gauge("requests.waiting")).isZero();
        kernel.close();
        await().until(() -> gauge("sessions") == 0 && gauge("memory.reserved") == 0);
        assertThat(meters).isNotNull();
    }

    @Test void aFloodOfManyThreadsIsCountedInFull() throws Exception {
        serve(FuseServer.serve(new Files()).listener(new ServerMeters(registry)), DeviceListener.NONE);
        var threads = new Thread[8];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.startVirtualThread(() -> {
                for (int n = 0; n < 500; n++) {
                    call(Opcode.LOOKUP, n % 2 == 0 ? "f" : "g");
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        await().until(() -> registry.get("hexfuse.server.requests").tag("operation", "lookup").timer().count() == 4000);
        await().until(() -> registry.get("hexfuse.server.errors").tag("operation", "lookup").counter().count() == 2000);
    }

    @Test void theKernelEndHasMetersOfItsOwn() throws Exception {
        serve(FuseServer.serve(new Files()), new DeviceMeters(registry));
        call(Opcode.LOOKUP, "f");
        call(Opcode.LOOKUP, "g");
        assertThat(registry.get("hexfuse.device.requests").tag("operation", "lookup").timer().count()).isEqualTo(2);
        assertThat(registry.get("hexfuse.device.errors").tags("operation", "lookup", "errno", "ENOENT").counter()
                .count()).isEqualTo(1);
        assertThat(registry.get("hexfuse.device.queue").timer().count()).isGreaterThanOrEqualTo(2);
        assertThat(registry.get("hexfuse.device.timeouts").counter().count()).isZero();
    }
}

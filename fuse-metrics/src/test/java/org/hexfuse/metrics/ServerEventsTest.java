package org.hexfuse.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.RequestListener;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests in a recording of JFR. */
class ServerEventsTest {
    private static final String EVENT = "org.hexfuse.ServerRequest";

    @TempDir Path directory;

    /** Takes 30 ms to find nothing, if the name is {@code slow}. */
    private static final class Slow implements FuseFileSystem {
        @Override public Entry lookup(Lookup op) throws InterruptedException {
            Thread.sleep(op.name().is("slow") ? 30 : 0);
            throw FuseException.of(Errno.ENOENT);
        }
    }

    private static void lookUp(ServerListener listener, String... names) throws IOException {
        var finished = new AtomicInteger();
        ServerListener counting = new ServerListener() {
            @Override public RequestListener started(ObservedRequest request) {
                return request.operation() == Opcode.LOOKUP ? (_, _, _) -> finished.incrementAndGet()
                        : RequestListener.NONE;
            }
        };
        try (FuseServer server = FuseServer.serve(new Slow()).listener(listener.and(counting)).start();
                FuseConnection kernel = FuseConnection.mount(Transports.connect(server.address()),
                        NotificationSink.NONE, ConnectionOptions.DEFAULT)) {
            for (String name : names) {
                try (Request request = kernel.newRequest(Opcode.LOOKUP, 1, new Caller(1000, 100, 42))
                        .name(Name.of(name))) {
                    assertThat(catchThrowable(() -> kernel.call(request))).isNotNull();
                }
            }
            await().until(() -> finished.get() == names.length);
        }
    }

    private List<RecordedEvent> events(Recording recording) throws IOException {
        Path file = directory.resolve("recording.jfr");
        recording.stop();
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream().filter(event -> event.getEventType().getName().equals(EVENT))
                .toList();
    }

    @Test void aRequestThatTakesTheThresholdIsAnEvent() throws Exception {
        try (Recording recording = new Recording()) {
            recording.enable(EVENT).withThreshold(Duration.ofMillis(20));
            recording.start();
            lookUp(new ServerEvents(), "fast", "slow", "fast");
            List<RecordedEvent> events = events(recording);
            assertThat(events).filteredOn(event -> event.getString("operation").equals("LOOKUP")).isNotEmpty()
                    .allSatisfy(event -> {
                        assertThat(event.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
                        assertThat(event.getString("errno")).isEqualTo("ENOENT");
                        assertThat(event.getLong("node")).isEqualTo(1);
                        assertThat(event.getLong("uid")).isEqualTo(1000);
                        assertThat(event.getInt("pid")).isEqualTo(42);
                        assertThat(event.getStackTrace()).isNull();
                    });
        }
    }

    @Test void withoutAThresholdEveryRequestIsAnEvent() throws Exception {
        try (Recording recording = new Recording()) {
            recording.enable(EVENT).withoutThreshold();
            recording.start();
            lookUp(new ServerEvents(), "a", "b", "c");
            assertThat(events(recording)).extracting(event -> event.getString("operation")).contains("INIT")
                    .filteredOn("LOOKUP"::equals).hasSize(3);
        }
    }

    @Test void withoutARecordingThereIsNoListenerOfARequest() throws Exception {
        var listener = new ServerEvents();
        var heard = new AtomicInteger();
        lookUp(new ServerListener() {
            @Override public RequestListener started(ObservedRequest request) {
                assertThat(listener.started(request)).isSameAs(RequestListener.NONE);
                heard.incrementAndGet();
                return RequestListener.NONE;
            }
        }, "a");
        assertThat(heard).hasPositiveValue();
    }
}

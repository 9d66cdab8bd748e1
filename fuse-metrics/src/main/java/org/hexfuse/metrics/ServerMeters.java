package org.hexfuse.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Session;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.PanicHandler;
import org.hexfuse.server.observe.RequestListener;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.server.observe.ServerStatistics;

/**
 * The meters of a server, or of several that the same tags stand for:
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><td>{@code hexfuse.server.requests}</td><td>timer by {@code operation}; a histogram with a {@code MeterFilter} that sets
 * {@code percentilesHistogram}</td></tr>
 * <tr><td>{@code hexfuse.server.errors}</td><td>counter by {@code operation} and {@code errno}</td></tr>
 * <tr><td>{@code hexfuse.server.data}</td><td>summary of the bytes of each {@code read} and {@code write}</td></tr>
 * <tr><td>{@code hexfuse.server.panics}</td><td>counter of defects, of servers with {@link #panics}</td></tr>
 * <tr><td>{@code hexfuse.server.sessions}, {@code .workers}</td><td>gauges</td></tr>
 * <tr><td>{@code hexfuse.server.requests.running}, {@code .deferred}, {@code .waiting}, {@code .queued}</td><td>gauges of
 * {@link ServerStatistics}</td></tr>
 * <tr><td>{@code hexfuse.server.memory.reserved}, {@code .limit}</td><td>gauges, in bytes</td></tr>
 * </table>
 *
 * <p>Registries keep gauges weakly: the meters are valid as long as this object is referenced, as by a server that runs.
 */
public final class ServerMeters implements ServerListener {
    private static final String PREFIX = "hexfuse.server";

    private final OperationMeters.ByOperation operations;
    /** One an operation, so that a request allocates nothing. */
    private final Map<Opcode, RequestListener> listeners = new ConcurrentHashMap<>();
    private final Counter panics;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

    /** Registers meters without tags of their own. */
    public ServerMeters(MeterRegistry registry) {
        this(registry, Tags.empty());
    }

    /** Registers meters with {@code tags}, such as the name of a mount. */
    public ServerMeters(MeterRegistry registry, Iterable<Tag> tags) {
        Tags own = Tags.of(tags);
        operations = new OperationMeters.ByOperation(registry, PREFIX, own, true);
        panics = Counter.builder(PREFIX + ".panics").description("The defects of a filesystem").tags(own)
                .register(registry);
        gauge(registry, own, "sessions", null, ServerStatistics::sessions);
        gauge(registry, own, "workers", null, ServerStatistics::workers);
        gauge(registry, own, "requests.running", null, ServerStatistics::running);
        gauge(registry, own, "requests.deferred", null, ServerStatistics::deferred);
        gauge(registry, own, "requests.waiting", null, ServerStatistics::waiting);
        gauge(registry, own, "requests.queued", null, ServerStatistics::queued);
        gauge(registry, own, "memory.reserved", "bytes", ServerStatistics::memoryReserved);
        gauge(registry, own, "memory.limit", "bytes", ServerStatistics::memoryLimit);
    }

    private void gauge(MeterRegistry registry, Tags tags, String name, String unit,
            ToDoubleFunction<ServerStatistics> value) {
        Gauge.builder(PREFIX + "." + name, this, meters -> value.applyAsDouble(meters.statistics())).baseUnit(unit)
                .tags(tags).register(registry);
    }

    private ServerStatistics statistics() {
        return sessions.stream().map(Session::statistics).reduce(ServerStatistics.NONE, ServerStatistics::plus);
    }

    /** Counts the defects that it is given, and passes them on. */
    public PanicHandler panics(PanicHandler next) {
        return (session, operation, node, failure) -> {
            panics.increment();
            next.panicked(session, operation, node, failure);
        };
    }

    @Override public void sessionStarted(Session session) {
        sessions.add(session);
    }

    @Override public void sessionEnded(Session session) {
        sessions.remove(session);
    }

    @Override public RequestListener started(ObservedRequest request) {
        RequestListener listener = listeners.get(request.operation());
        return listener != null ? listener
                : listeners.computeIfAbsent(request.operation(), operation -> operations.get(operation)::record);
    }
}

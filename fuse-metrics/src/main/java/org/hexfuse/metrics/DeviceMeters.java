package org.hexfuse.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.DeviceListener;

/**
 * The meters of the kernel end: {@code hexfuse.device.requests}, a timer by {@code operation} from the queue to the reply;
 * {@code hexfuse.device.errors}, a counter by {@code operation} and {@code errno}; {@code hexfuse.device.queue}, a timer of how long
 * requests wait for a reader; {@code hexfuse.device.timeouts} and {@code hexfuse.device.aborts}, counters.
 */
public final class DeviceMeters implements DeviceListener {
    private static final String PREFIX = "hexfuse.device";

    private final OperationMeters.ByOperation operations;
    private final Timer queue;
    private final Counter timeouts;
    private final Counter aborts;

    /** Registers meters without tags of their own. */
    public DeviceMeters(MeterRegistry registry) {
        this(registry, Tags.empty());
    }

    /** Registers meters with {@code tags}, such as the name of a mount. */
    public DeviceMeters(MeterRegistry registry, Iterable<Tag> tags) {
        Tags own = Tags.of(tags);
        operations = new OperationMeters.ByOperation(registry, PREFIX, own, false);
        queue = Timer.builder(PREFIX + ".queue").description("How long requests wait for a reader").tags(own)
                .register(registry);
        timeouts = Counter.builder(PREFIX + ".timeouts").description("The requests that had no reply in time").tags(own)
                .register(registry);
        aborts = Counter.builder(PREFIX + ".aborts").description("The connections that were aborted").tags(own)
                .register(registry);
    }

    @Override public void read(Opcode opcode, long unique, long nanos) {
        queue.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override public void replied(Opcode opcode, long unique, Errno error, long nanos) {
        operations.get(opcode).record(error, nanos, 0);
    }

    @Override public void timedOut(Opcode opcode, long unique, long nanos) {
        timeouts.increment();
    }

    @Override public void aborted(int requests) {
        aborts.increment();
    }
}

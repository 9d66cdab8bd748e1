package org.hexfuse.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;

/** The meters of one operation. Registered when the operation is first seen, so that a registry has those only that occur. */
final class OperationMeters {
    private final MeterRegistry registry;
    private final String prefix;
    private final Tags tags;
    private final Timer timer;
    /** Those that have occurred. */
    private final Map<Errno, Counter> errors = new ConcurrentHashMap<>();
    private final DistributionSummary bytes;

    private OperationMeters(MeterRegistry registry, String prefix, Tags tags, boolean transfers) {
        this.registry = registry;
        this.prefix = prefix;
        this.tags = tags;
        this.timer = Timer.builder(prefix + ".requests").description("The time from a request to its reply").tags(tags)
                .register(registry);
        this.bytes = transfers ? DistributionSummary.builder(prefix + ".data")
                .description("The bytes that one request has moved").baseUnit("bytes").tags(tags).register(registry)
                : null;
    }

    void record(Errno error, long nanos, long moved) {
        timer.record(nanos, TimeUnit.NANOSECONDS);
        if (error != Errno.OK) {
            errors.computeIfAbsent(error, this::counter).increment();
        } else if (bytes != null) {
            bytes.record((double) moved);
        }
    }

    private Counter counter(Errno error) {
        return Counter.builder(prefix + ".errors").description("The requests that were answered with an error")
                .tags(tags.and("errno", error.name())).register(registry);
    }

    /** The meters of all operations. */
    static final class ByOperation {
        private final MeterRegistry registry;
        private final String prefix;
        private final Tags tags;
        private final boolean transfers;
        private final Map<Opcode, OperationMeters> meters = new ConcurrentHashMap<>();

        /**
         * Without meters.
         *
         * @param transfers whether READ and WRITE have a summary of the bytes that they move
         */
        ByOperation(MeterRegistry registry, String prefix, Tags tags, boolean transfers) {
            this.registry = registry;
            this.prefix = prefix;
            this.tags = tags;
            this.transfers = transfers;
        }

        OperationMeters get(Opcode operation) {
            OperationMeters found = meters.get(operation);
            return found != null ? found : meters.computeIfAbsent(operation, this::meters);
        }

        private OperationMeters meters(Opcode operation) {
            return new OperationMeters(registry, prefix,
                    tags.and("operation", operation.name().toLowerCase(Locale.ROOT)),
                    transfers && (operation == Opcode.READ || operation == Opcode.WRITE));
        }
    }
}

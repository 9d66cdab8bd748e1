package org.hexfuse.transport.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.slf4j.Logger;

@ResourceLock(Resources.SYSTEM_ERR) class StandardErrorLoggerTest {
    private final AtomicLong now = new AtomicLong();
    private final Logger logger = new StandardErrorLogger("org.hexfuse.Thing", now::get);

    private static String written(Runnable logs) {
        PrintStream before = System.err;
        var bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, UTF_8));
        try {
            logs.run();
        } finally {
            System.setErr(before);
        }
        return bytes.toString(UTF_8);
    }

    @Test void writesWarningsAndErrorsWithTimeLevelAndName() {
        assertThat(written(() -> logger.warn("{}: {} of 2", "mem:", 1)).lines()).singleElement().asString()
                .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z WARN org.hexfuse.Thing: mem:: 1 of 2");
        assertThat(written(() -> logger.error("no more"))).contains("ERROR org.hexfuse.Thing: no more");
    }

    @Test void writesTheStackTraceAfterTheMessage() {
        String text = written(() -> logger.error("{} failed", "READ", new IllegalStateException("broken")));
        assertThat(text.lines()).hasSizeGreaterThan(2).anyMatch("java.lang.IllegalStateException: broken"::equals)
                .anyMatch(line -> line.startsWith("\tat ") && line.contains("StandardErrorLoggerTest"));
        assertThat(text).contains("READ failed");
    }

    @Test void writesNothingBelowWarn() {
        assertThat(written(() -> {
            logger.info("info");
            logger.debug("debug");
            logger.trace("trace");
        })).isEmpty();
    }

    @Test void writesTheFirstLinesOfAFloodAndThenTheNumberSuppressed() {
        assertThat(written(() -> {
            for (int i = 0; i < 1000; i++) {
                logger.warn("line {}", i);
            }
        }).lines()).hasSize(50);
        now.addAndGet(TimeUnit.SECONDS.toNanos(31));
        assertThat(written(() -> logger.warn("last")))
                .contains("last (950 more lines of this logger were not written)");
    }
}

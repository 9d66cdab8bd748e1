package org.hexfuse.transport.spi;

import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.contains;
import static org.mockito.ArgumentMatchers.isNull;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class RateLimitedLogTest {
    private final Logger logger = mock(Logger.class);
    private final AtomicLong now = new AtomicLong();
    private final RateLimitedLog log = new RateLimitedLog(logger, now::get);

    @Test void logsTheFirstLinesOfAFloodAndThenTheNumberSuppressed() {
        for (int i = 0; i < 1000; i++) {
            log.warn("kind", "line");
        }
        verify(logger, times(5)).warn(anyString(), (Throwable) isNull());
        now.addAndGet(TimeUnit.SECONDS.toNanos(31));
        log.warn("kind", "line");
        verify(logger).warn(contains("995 more of this kind"), (Throwable) isNull());
    }

    @Test void limitsEachKindOnItsOwn() {
        for (int i = 0; i < 100; i++) {
            log.warn("a", "a line");
        }
        log.error("b", "another", null);
        verify(logger).error("another", (Throwable) null);
    }
}

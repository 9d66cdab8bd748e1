package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A page cache goes on without native memory, in a JVM of its own: reads and writes bypass it or evict, dirty pages are written out, and
 * no error but an errno reaches a caller or ends a thread.
 */
@Timeout(120) class PageCacheMemoryTest {
    @ParameterizedTest
    @CsvSource({"auto, early", "writeback, early", "auto, late", "writeback, late",
        "writeback:1m, late"}) void nothingIsLost(
                String cache, String when) throws Exception {
        ConsumerProcess.Result result = ConsumerProcess.run(PageCacheMemoryProgram.class, _ -> true,
                new String[]{cache, when}, "-Xmx48m", "-XX:MaxDirectMemorySize=24m", "-XX:+UseSerialGC");
        assertThat(result.status()).as(result.errors()).isZero();
        assertThat(result.errors()).contains("without memory {} ", "sync {} ", "after sync {} ", "sync again {} ",
                "with memory again {} ", "server has all", "closed").doesNotContain("OutOfMemoryError");
    }
}

package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A program with slf4j-api and no provider on its class path. */
class LoggingWithoutProviderTest {
    private static ConsumerProcess.Result run(String... options) throws Exception {
        ConsumerProcess.Result result = ConsumerProcess.run(FailingFileSystemProgram.class,
                jar -> jar.startsWith("fuse-") || jar.startsWith("slf4j-api-"), options);
        assertThat(result.status()).as(result.errors()).isZero();
        return result;
    }

    @Test void anExceptionOfAFilesystemIsOnStandardErrorWithItsStackTrace() throws Exception {
        assertThat(run().errors()).contains("ERROR org.hexfuse.server.observe.PanicHandler: ")
                .contains("GETATTR of node 1")
                .contains("java.lang.IllegalStateException: the database is closed")
                .contains("\tat org.hexfuse.testkit.FailingFileSystemProgram");
    }

    @Test void limitsTheRateOfLines() throws Exception {
        assertThat(run().errors().lines().filter(line -> line.contains(" ERROR "))).hasSizeBetween(1, 50);
    }

    @Test void keepsAProviderThatLogsNothingSilent() throws Exception {
        assertThat(run("-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider").errors())
                .doesNotContain("ERROR").doesNotContain("the database is closed");
    }
}

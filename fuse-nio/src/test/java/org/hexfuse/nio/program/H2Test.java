package org.hexfuse.nio.program;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** H2 on the files of a server, by the default provider. */
final class H2Test {
    @Test void keepsADatabase() throws Exception {
        var run = DefaultProviderJvm.runInMemory(H2Program.class);

        assertThat(run.lines()).containsExactly("1900 rows", "1234 by name", "277 bytes", "locked", "true",
                "false outside");
        assertThat(run.status()).isZero();
    }
}

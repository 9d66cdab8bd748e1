package org.hexfuse.nio.program;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A program that copies, replaces and removes a tree of files, by the default provider. */
final class TreeCopyTest {
    @Test void copiesATreeWithItsAttributes() throws Exception {
        var run = DefaultProviderJvm.runInMemory(TreeCopyProgram.class);

        assertThat(run.lines()).containsExactly("71 files");
        assertThat(run.status()).isZero();
    }
}

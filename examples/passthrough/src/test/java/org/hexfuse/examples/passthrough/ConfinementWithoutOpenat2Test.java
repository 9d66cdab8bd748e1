package org.hexfuse.examples.passthrough;

import java.io.IOException;

/** The same where there is no {@code openat2(2)}. */
class ConfinementWithoutOpenat2Test extends ConfinementTest {
    @Override PassthroughFileSystem mirror(String... options) throws IOException {
        PassthroughFileSystem fileSystem = super.mirror(options);
        ((PassthroughNode) fileSystem.root()).inode().mirror().withoutOpenat2();
        return fileSystem;
    }
}

package org.hexfuse.examples.passthrough;

import java.io.IOException;
import java.util.stream.Stream;

/** The same where files are kept by descriptors. */
class ConfinementByDescriptorsTest extends ConfinementTest {
    @Override PassthroughFileSystem mirror(String... options) throws IOException {
        return super.mirror(Stream.concat(Stream.of(options), Stream.of("handles=off")).toArray(String[]::new));
    }
}

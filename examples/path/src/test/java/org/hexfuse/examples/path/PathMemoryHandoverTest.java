package org.hexfuse.examples.path;

import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.path.PathFileSystem;
import org.hexfuse.testkit.HandoverContract;

/** Handovers of paths in memory. */
class PathMemoryHandoverTest extends HandoverContract {
    @Override protected FuseFileSystem create() {
        return PathFileSystem.of(new PathMemory());
    }
}

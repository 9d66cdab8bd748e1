package org.hexfuse.examples.tree;

import java.io.IOException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Forget;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.MkDir;
import org.hexfuse.server.filter.SubdirectoryFileSystem;
import org.hexfuse.testkit.HandoverContract;
import org.junit.jupiter.api.Nested;

/** Handovers of nodes in memory. */
class TreeMemoryHandoverTest {
    @Nested class OfTheTree extends HandoverContract {
        @Override protected FuseFileSystem create() {
            return new TreeMemory();
        }
    }

    @Nested class OfADirectory extends HandoverContract {
        private boolean isMade;

        @Override protected FuseFileSystem create() throws IOException {
            var tree = new TreeMemory();
            if (!isMade) {
                isMade = true;
                try {
                    tree.forget(Forget
                            .of(tree.mkdir(MkDir.of(FuseFileSystem.ROOT, Name.of("d"), 0755)).node(), 1));
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return new SubdirectoryFileSystem(tree, "d");
        }
    }
}

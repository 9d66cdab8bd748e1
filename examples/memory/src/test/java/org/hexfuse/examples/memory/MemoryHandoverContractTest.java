package org.hexfuse.examples.memory;

import org.hexfuse.abi.Name;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.MkDir;
import org.hexfuse.server.filter.SubdirectoryFileSystem;
import org.hexfuse.testkit.HandoverContract;
import org.junit.jupiter.api.Nested;

/** What callers see of handovers of files in memory, and of a directory of these. */
class MemoryHandoverContractTest {
    private static MemoryFileSystem memory() {
        return new MemoryFileSystem(64 << 20, 5000);
    }

    @Nested class OfAll extends HandoverContract {
        @Override protected FuseFileSystem create() {
            return memory();
        }
    }

    /** The successor's kernel goes on without OPEN. */
    @Nested class OfAllForOneKernel extends HandoverContract {
        @Override protected FuseFileSystem create() {
            return MemoryFileSystem.local(64 << 20, 5000);
        }
    }

    @Nested class OfADirectory extends HandoverContract {
        private boolean isMade;

        @Override protected FuseFileSystem create() {
            MemoryFileSystem memory = memory();
            if (!isMade) {
                isMade = true;
                memory.mkdir(MkDir.of(FuseFileSystem.ROOT, Name.of("d"), 0755));
            }
            return new SubdirectoryFileSystem(memory, "d");
        }
    }
}

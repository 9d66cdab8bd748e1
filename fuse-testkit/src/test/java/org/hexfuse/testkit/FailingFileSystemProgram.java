package org.hexfuse.testkit;

import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Attr;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;

/** A program whose filesystem throws an unexpected exception. */
final class FailingFileSystemProgram {
    private FailingFileSystemProgram() {}

    public static void main(String[] args) throws Exception {
        var failing = new FuseFileSystem() {
            @Override public Attr getattr(GetAttr op) {
                throw new IllegalStateException("the database is closed");
            }
        };
        try (var kernel = UserKernel.connect("mem:", failing)) {
            for (int i = 0; i < 1000; i++) {
                statFails(kernel);
            }
        }
    }

    private static void statFails(UserKernel kernel) {
        try {
            kernel.vfs().stat("/");
            throw new AssertionError("the filesystem did not fail");
        } catch (FuseException _) {
            // Expected.
        }
    }
}

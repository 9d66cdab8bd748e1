package org.hexfuse.nio.watch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** Says when something in a directory may have changed, so that a watch service looks before its next interval. */
@FunctionalInterface public interface ChangeSource {
    /** No source: changes are found at intervals. */
    ChangeSource NONE = (_, _) -> () -> {};

    /** What a source calls, on any thread. It returns at once. */
    interface Listener {
        /** The name, or its file, may have changed: a path of one name, relative to the directory. */
        void changed(Path name);

        /** Any name may have changed. */
        void changed();
    }

    /**
     * Calls {@code listener} from now on.
     *
     * @return the registration, to be closed
     */
    Closeable watch(Path directory, Listener listener) throws IOException;
}

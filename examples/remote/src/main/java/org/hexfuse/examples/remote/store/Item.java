package org.hexfuse.examples.remote.store;

import java.time.Instant;
import java.util.Objects;
import org.hexfuse.abi.FileType;

/**
 * A file or directory of a store.
 *
 * @param name the last name of its path; empty for the root
 * @param size in bytes, as the store claims it; of a directory 0
 * @param modified the time of the last modification
 * @param version differs whenever the content differs, such as an ETag
 */
public record Item(String name, boolean directory, long size, Instant modified, String version) {
    /** Checks that the size is not negative. */
    public Item {
        Objects.requireNonNull(name);
        Objects.requireNonNull(modified);
        Objects.requireNonNull(version);
        if (size < 0) {
            throw new IllegalArgumentException("a negative size of '" + name + "': " + size);
        }
    }

    /** The file type. */
    public FileType type() {
        return directory ? FileType.DIRECTORY : FileType.REGULAR;
    }
}

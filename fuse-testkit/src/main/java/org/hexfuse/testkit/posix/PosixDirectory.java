package org.hexfuse.testkit.posix;

import java.util.Optional;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.Stat;

/** An open directory, with "." and "..". Errors as in {@link PosixClient}. Used by one thread at a time. */
public interface PosixDirectory extends AutoCloseable {
    /** The next entry; empty at the end. */
    Optional<DirectoryEntry> next();

    /** {@code seekdir(3)}: continues after the entry with that cookie; 0 is the start. */
    void seek(long cookie);

    /** Attributes, also of a removed directory. */
    Stat stat();

    /** {@code fsync(2)}. */
    void sync();

    /** Closes the directory. Closing again does nothing. */
    @Override void close();
}

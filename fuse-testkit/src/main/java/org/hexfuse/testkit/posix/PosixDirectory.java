package org.hexfuse.testkit.posix;

import java.util.Optional;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.Stat;

/** A directory that is open, "." and ".." included. Errors are as of {@link PosixClient}. For one thread at a time. */
public interface PosixDirectory extends AutoCloseable {
    /** The next entry, or nothing at the end. */
    Optional<DirectoryEntry> next();

    /** Goes on behind the entry that had the cookie; 0 is the start. */
    void seek(long cookie);

    /** Attributes, also when the directory was removed. */
    Stat stat();

    /** Waits until changes of the directory are safe. */
    void sync();

    /** Closes the directory. Closing again does nothing. */
    @Override void close();
}

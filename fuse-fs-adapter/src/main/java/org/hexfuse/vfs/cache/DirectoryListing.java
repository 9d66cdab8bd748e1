package org.hexfuse.vfs.cache;

import java.util.List;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.DirectoryEntry;

/**
 * All entries of a directory, in the server's order. Valid as long as the directory was not changed here and has the same mtime.
 *
 * @param mtime the mtime of the directory when it began to be read
 * @param version the {@link AttributeCache#version} of that time
 */
public record DirectoryListing(Timespec mtime, long version, List<DirectoryEntry> entries) {
    /** Copies the list. */
    public DirectoryListing {
        entries = List.copyOf(entries);
    }

    /** The index of the entry after the one with a cookie, 0 for the cookie 0; -1 if no entry has it. */
    public int after(long cookie) {
        if (cookie == 0) {
            return 0;
        }
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).cookie() == cookie) {
                return i + 1;
            }
        }
        return -1;
    }
}

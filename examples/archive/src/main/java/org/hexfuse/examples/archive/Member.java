package org.hexfuse.examples.archive;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;

/**
 * One member of an archive.
 *
 * @param path the names from the root of the archive on; empty for the root itself
 * @param type the file type; of a hard link that of a regular file
 * @param permissions the permission bits
 * @param size in bytes; 0 for all but regular files
 * @param modified the time of the last modification
 * @param device the device number of a device node; else 0
 * @param target of a symbolic link its target, of a hard link the path of its target from the root; else null
 * @param content opens the data of a regular file; null for others, and for hard links
 */
record Member(List<Name> path, FileType type, int permissions, int uid, int gid, long size, Instant modified,
        int device,
        Name target, ContentSource content) {
    /** Opens the data of a member. */
    @FunctionalInterface interface ContentSource {
        Content open() throws IOException;
    }

    boolean isHardLink() { return type == FileType.REGULAR && content == null; }
}

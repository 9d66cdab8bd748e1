package org.hexfuse.vfs;

import java.util.Optional;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;

/**
 * One name in a directory.
 *
 * @param name "." and ".." too from {@link OpenDirectory#next}, not from {@link Vfs#list}
 * @param ino the inode number (d_ino)
 * @param type the type (d_type), unless it is DT_UNKNOWN
 * @param cookie the position after the entry (d_off), for {@link OpenDirectory#seek}
 */
public record DirectoryEntry(Name name, long ino, Optional<FileType> type, long cookie) {}

package org.hexfuse.vfs;

import java.util.Optional;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;

/**
 * One name in a directory.
 *
 * @param name never "." nor ".." where entries are listed, always where a directory is read
 * @param ino the inode number, as the filesystem tells it here
 * @param type what it is, unless the filesystem does not say
 * @param cookie where to go on behind it, for {@link OpenDirectory#seek}
 */
public record DirectoryEntry(Name name, long ino, Optional<FileType> type, long cookie) {}

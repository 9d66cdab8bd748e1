package org.hexfuse.libc;

import org.hexfuse.abi.Name;

/**
 * An entry of {@code getdents64(2)}.
 *
 * @param name the name; "." and ".." are entries, too
 * @param ino the inode number
 * @param type {@code DT_REG} and so on; 0 for DT_UNKNOWN
 * @param next the offset of the next entry, for {@code lseek(2)}
 */
public record DirectoryRecord(Name name, long ino, int type, long next) {}

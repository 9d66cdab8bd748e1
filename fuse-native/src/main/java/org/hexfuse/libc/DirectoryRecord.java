package org.hexfuse.libc;

import org.hexfuse.abi.Name;

/**
 * One name in a directory, of {@code getdents64(2)}.
 *
 * @param name the name, "." and ".." included
 * @param ino the inode number
 * @param type {@code DT_REG} and so on; 0 if the filesystem does not say
 * @param next where to go on behind it, for {@code lseek(2)}
 */
public record DirectoryRecord(Name name, long ino, int type, long next) {}

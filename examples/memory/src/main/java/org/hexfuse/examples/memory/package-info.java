/**
 * A POSIX filesystem in the heap.
 *
 * <p><b>Locks</b>, in the order in which a thread may take them, at most one of each kind:
 * <ol>
 * <li>the lock of the namespace, in {@link org.hexfuse.examples.memory.Tree}: guards the entries and the parents of directories.
 * Lookups and listings share it, changes are exclusive;
 * <li>the monitor of an {@link org.hexfuse.examples.memory.Inode}: guards its attributes and its reference counts;
 * <li>the lock of a {@link org.hexfuse.examples.memory.FileContent}: guards the content and the size of a file.
 * </ol>
 * Advisory locks are in a table of their own, which is not called while one of the above is held. Only there callers block.
 *
 * <p>Reads and writes take only the last two, and not both at once. No thread blocks while it holds a lock. A callback inside a
 * lock, such as the visitor of a listing or the sink of a read, only copies memory.
 */
package org.hexfuse.examples.memory;

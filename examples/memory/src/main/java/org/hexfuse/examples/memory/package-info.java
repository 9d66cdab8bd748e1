/**
 * A filesystem that lives in the heap.
 *
 * <p><b>Locks</b>, in the order in which a thread may take them, at most one of each kind:
 * <ol>
 * <li>the namespace's, of {@link org.hexfuse.examples.memory.Tree}: guards which names are in which directories, and which
 * directory is in which. Looking up and listing share it, changes exclude everybody;
 * <li>the monitor of an {@link org.hexfuse.examples.memory.Inode}: guards its attributes, and the counts that keep it alive;
 * <li>the lock of a {@link org.hexfuse.examples.memory.FileContent}: guards what is in a file, and its size.
 * </ol>
 * Advisory locks of files are no part of this: they are in a table of their own, which is not asked while one of the above is
 * held, and in which alone a caller may wait.
 *
 * <p>Reading and writing files takes only the last two, and not both at once. Nothing waits while it holds a lock. What runs
 * inside a lock on behalf of a caller, a visitor of a listing or a sink of what is read, only copies memory.
 */
package org.hexfuse.examples.memory;

/**
 * What all callers of one filesystem share: the {@code Superblock} with the port, the caches, the page cache among them, and the opcodes that
 * the server does not support; its {@code Mount}s, each with a root, restrictions and ids of its own; and two modes of file I/O:
 * {@code WriteBack}, where size and times are local, and {@code Passthrough}, where reads and writes go to a backing file.
 *
 * <p>All packages above call it, on the thread of the caller.
 *
 * <p>It never checks permissions and never walks a path.
 */
package org.hexfuse.vfs.mount;

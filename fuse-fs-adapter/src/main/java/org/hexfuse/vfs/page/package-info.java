/**
 * The page cache: the data of regular files in native memory, bounded in bytes for the JVM. It sends no requests: what reads and
 * writes files ({@code org.hexfuse.vfs.file}) asks it for pages, sends READ and WRITE, and hands it what came of them.
 *
 * <p><b>Parts.</b> {@code PagePool} has the memory of all mounts, a quarter of the largest heap, in chunks of 64 KiB, some of which are
 * split into pages of 4 KiB for small files. {@code PageCache} is that of one mount: its share of the pool, the blocks in the order of
 * their eviction (CLOCK), the dirty files and the dirty limit. {@code FilePages} are the pages of one inode in blocks of 64 KiB; a
 * {@code Block} has one chunk and says by bits which of its pages are valid, dirty, or being written. A {@code Fill} is a READ in flight,
 * a {@code DirtyRun} a WRITE of the cache's in flight, a {@code WriteThrough} any other WRITE in flight. The {@code Flusher} writes out
 * what has been dirty for long, or is too much.
 *
 * <p><b>Threads.</b> One lock for each file guards its blocks, for the time of a copy of at most one message, never across a call.
 * Readers of cached pages take no lock: each block has a sequence number that is odd while it changes, and a reader that finds it
 * changed after its copy reads again, under the lock. The memory of a chunk that was freed stays readable, so that such a reader
 * is wrong but harmless. Eviction only tries the locks of the files that it visits. No lock is taken inside the pool's and the cache's own
 * locks, and the monitor of an inode is never entered while a file's lock is held.
 *
 * <p><b>A page is right because</b> a fill owns the pages that it will install until it ends, and everything that changes a page
 * meanwhile (a write, a truncation, an invalidation, a NOTIFY_STORE) takes it from the fill: a late READ never overwrites what is
 * newer. Who waited for the fill looks again. A write through the cache installs its data when the server has answered, unless another
 * write of the same pages was in flight or they were dropped: which of both the server did last is unknown, so the pages are dropped. Until
 * then none of its pages becomes dirty, since a page that is written back would not have its bytes.
 * A dirty page is cleaned when it is copied into its WRITE and cannot be evicted or sent a second time until that is answered.
 *
 * <p><b>Truncation</b>, {@code fallocate} and {@code copy_file_range} exclude writes to the same file while their request is in flight,
 * as Linux's {@code i_rwsem} does. Neither notifications nor reads wait for that.
 *
 * <p><b>Errors</b> of delayed writes are counted for each file. Each open file returns every error once, from the fsync or close that comes
 * first (Linux's {@code errseq_t}). Pages that could not be written are dropped.
 *
 * <p>Without memory, or when nothing can be evicted, reads and writes bypass the cache. Dirty pages are written out all the same: where there
 * is no memory for their WRITE, one by one by a request that the mount keeps for that ({@code WriteReserve}).
 *
 * <p>Source: Linux {@code mm/filemap.c}, {@code mm/readahead.c}, {@code fs/fuse/file.c}; the ideas only.
 */
package org.hexfuse.vfs.page;

/**
 * Open files and directories: {@code FileOpener} opens them, {@code ExportRequests} finds them by node id, {@code Handle} is one until its
 * RELEASE, with its {@code OpenPages} of the page cache, and the others are the calls on one: content ({@code FileData}, {@code FileCopy}, {@code FileLayout}; through the page cache
 * {@code PageReader} with {@code Readahead}, {@code CachedWriter} and {@code PageOutput}), entries ({@code DirectoryReader}), {@code poll(2)} ({@code PollWaiter}, {@code PollSet})
 * and {@code ioctl(2)} ({@code IoctlRequests}, {@code FileAttrRequests}).
 *
 * <p>{@code Vfs}, {@code OpenFile} and {@code OpenDirectory} call it, on the thread of the caller; all but a {@code DirectoryReader} are
 * for any number of threads at once.
 *
 * <p>It keeps no data: the page cache does. RELEASE is sent once, when the handle is closed and no call on it is in flight.
 */
package org.hexfuse.vfs.file;

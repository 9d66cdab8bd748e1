/**
 * A {@link java.nio.file.WatchService} for the directories of any {@link java.nio.file.FileSystem}. A {@code DirectoryWatchService}
 * keeps a {@code Snapshot} of each directory, and a {@code Change} between two of them is an event. It looks again at intervals, and as
 * soon as a {@code ChangeSource} says that something may have changed; of a Vfs that is {@code VfsChangeSource}.
 *
 * <p>Any thread may call any method. Directories are read on the registering thread once, then on one virtual thread per service.
 *
 * <p>Events are those of Linux's default provider where the snapshots show them: a name that was created and removed between two of them
 * is not reported, and a file that replaces another is reported as removed and created.
 */
package org.hexfuse.nio.watch;

package org.hexfuse.testkit.posix;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.hexfuse.abi.FileType;
import org.hexfuse.libc.ContentCalls;
import org.hexfuse.libc.DirectoryCalls;
import org.hexfuse.libc.DirectoryRecord;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.PosixFiles;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.Stat;

/** A directory descriptor, and the thread of the user that opened it. */
final class LibcDirectory implements PosixDirectory {
    /** The buffer size of the C library. */
    private static final int ROOM = 32 * 1024;

    private final UserThread thread;
    private final Fd fd;
    private final Deque<DirectoryEntry> batch = new ArrayDeque<>();

    LibcDirectory(UserThread thread, Fd fd) {
        this.thread = thread;
        this.fd = fd;
    }

    @Override public Optional<DirectoryEntry> next() {
        if (batch.isEmpty()) {
            for (DirectoryRecord record : thread.call(() -> DirectoryCalls.getdents(fd, ROOM))) {
                batch.add(new DirectoryEntry(record.name(), record.ino(), FileType.ofDtype(record.type()),
                        record.next()));
            }
        }
        return Optional.ofNullable(batch.poll());
    }

    @Override public void seek(long cookie) {
        batch.clear();
        thread.call(() -> ContentCalls.lseek(fd, cookie, ContentCalls.SEEK_SET));
    }

    @Override public Stat stat() {
        return thread.call(() -> LibcFile.stat(PosixFiles.fstat(fd)));
    }

    @Override public void sync() {
        thread.call(() -> {
            ContentCalls.fsync(fd);
            return fd;
        });
    }

    @Override public void close() {
        fd.close();
    }
}

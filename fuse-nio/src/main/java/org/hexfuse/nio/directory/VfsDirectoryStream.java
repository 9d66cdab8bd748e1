package org.hexfuse.nio.directory;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.path.HexfusePath;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.OpenDirectory;

/**
 * The names of a directory, one reply of the server at a time. After {@link #close} the iterator is at the end, but for one name that it has
 * read already.
 */
final class VfsDirectoryStream implements DirectoryStream<Path> {
    private final OpenDirectory open;
    private final HexfusePath directory;
    private final Filter<? super Path> filter;
    /** Guarded by the monitor, as is the iterator. */
    private boolean iterated;
    private volatile boolean closed;

    /**
     * A stream of an open directory, which it closes.
     *
     * @param directory in front of each name
     */
    VfsDirectoryStream(OpenDirectory open, HexfusePath directory, Filter<? super Path> filter) {
        this.open = open;
        this.directory = directory;
        this.filter = filter;
    }

    @Override public synchronized Iterator<Path> iterator() {
        if (closed) {
            throw new IllegalStateException("the directory stream is closed");
        }
        if (iterated) {
            throw new IllegalStateException("the iterator was already obtained");
        }
        iterated = true;
        return new Names();
    }

    @Override public void close() throws IOException {
        closed = true;
        try {
            open.close();
        } catch (FuseException e) {
            throw IoErrors.of(e, directory.toString());
        }
    }

    private Optional<DirectoryEntry> read() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            return open.next();
        } catch (FuseException e) {
            if (closed || e.errno() == Errno.ENOENT) {
                // A directory that was removed has no names any more.
                return Optional.empty();
            }
            throw IoErrors.of(e, directory.toString());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class Names implements Iterator<Path> {
        private Path next;
        private boolean atEnd;

        private Path advance() {
            try {
                while (!closed) {
                    Optional<DirectoryEntry> entry = read();
                    if (entry.isEmpty()) {
                        return null;
                    }
                    if (!entry.get().name().isDotOrDotDot()) {
                        Path path = directory.child(entry.get().name().toString());
                        if (filter.accept(path)) {
                            return path;
                        }
                    }
                }
                return null;
            } catch (IOException e) {
                throw new DirectoryIteratorException(e);
            }
        }

        @Override public boolean hasNext() {
            synchronized (VfsDirectoryStream.this) {
                if (next == null && !atEnd) {
                    next = advance();
                    atEnd = next == null;
                }
                return next != null;
            }
        }

        @Override public Path next() {
            synchronized (VfsDirectoryStream.this) {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Path result = Objects.requireNonNull(next);
                next = null;
                return result;
            }
        }
    }
}

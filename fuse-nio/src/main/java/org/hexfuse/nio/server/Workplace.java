package org.hexfuse.nio.server;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * A directory beside an archive in which the new one is made, since the JDK's filesystem deletes the old archive before it has the new
 * one in its place. It opens a symbolic link in here, and replaces that; so the archive itself is replaced by one rename. What a process
 * that was killed has left is removed by the next that writes to the archive.
 */
final class Workplace implements Closeable {
    private static final Logger LOG = Loggers.of(NioFileSystem.class);
    private static final String LOCK = "lock";
    /** A process that makes one has locked it after this time. */
    private static final Duration MAKING = Duration.ofMinutes(1);

    private final Path directory;
    private final Path archive;
    private final FileChannel lock;

    private Workplace(Path directory, Path archive, FileChannel lock) {
        this.directory = directory;
        this.archive = archive;
        this.lock = lock;
    }

    /** Makes one for an archive, and removes those of processes that are gone. */
    static Workplace of(Path archive) throws IOException {
        Path parent = archive.getParent();
        String prefix = "." + archive.getFileName() + ".hexfuse-";
        removeAbandoned(parent, prefix);
        Path directory = Files.createTempDirectory(parent, prefix);
        FileChannel lock = FileChannel.open(directory.resolve(LOCK), CREATE_NEW, WRITE);
        try {
            lock.lock();
            var made = new Workplace(directory, archive, lock);
            made.linkArchive();
            return made;
        } catch (IOException | RuntimeException e) {
            lock.close();
            remove(directory);
            throw e;
        }
    }

    private static void removeAbandoned(Path parent, String prefix) throws IOException {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent,
                path -> String.valueOf(path.getFileName()).startsWith(prefix))) {
            for (Path candidate : candidates) {
                if (isAbandoned(candidate)) {
                    LOG.info("removing {}, which a process has left that was killed", candidate);
                    remove(candidate);
                }
            }
        }
    }

    private static boolean isAbandoned(Path directory) throws IOException {
        Path file = directory.resolve(LOCK);
        if (!Files.exists(file)) {
            return Files.getLastModifiedTime(directory).toInstant().isBefore(Instant.now().minus(MAKING));
        }
        try (FileChannel channel = FileChannel.open(file, WRITE); FileLock taken = channel.tryLock()) {
            return taken != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private static void remove(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }

    Path directory() {
        return directory;
    }

    /** What the JDK's filesystem opens: a link to the archive, or a new archive once it was closed. */
    Path link() {
        return directory.resolve(archive.getFileName());
    }

    void linkArchive() throws IOException {
        Files.createSymbolicLink(link(), archive);
    }

    /** Whether there is a new archive in the place of the link. */
    boolean hasNewArchive() {
        return Files.exists(link()) && !Files.isSymbolicLink(link());
    }

    /** Unlocks and removes it. */
    @Override public void close() throws IOException {
        lock.close();
        remove(directory);
    }
}

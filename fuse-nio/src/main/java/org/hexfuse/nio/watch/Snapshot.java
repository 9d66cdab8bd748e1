package org.hexfuse.nio.watch;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The names in a directory with the stamps of their files, as they were last seen. Of a directory with more names than the limit only
 * its own time of change is kept, and a change of that is OVERFLOW. Not thread-safe.
 */
final class Snapshot {
    private final Path directory;
    private final int limit;
    private final Object key;
    private final boolean isUnix;
    private Map<Path, FileStamp> files = new HashMap<>();
    /** Whether the directory has more names than the limit. */
    private boolean tooLarge;
    private FileTime mtime;

    /** An event between two looks at the directory; the name is null for OVERFLOW. */
    record Change(WatchEvent.Kind<?> kind, Path name) {}

    /**
     * The present state of a directory.
     *
     * @param limit the most names that are kept
     * @throws NotDirectoryException if it is no directory
     */
    Snapshot(Path directory, int limit) throws IOException {
        this.directory = directory;
        this.limit = limit;
        BasicFileAttributes attributes = attributes();
        if (!attributes.isDirectory()) {
            throw new NotDirectoryException(directory.toString());
        }
        this.key = attributes.fileKey();
        this.isUnix = FileStamp.isUnix(directory);
        this.mtime = attributes.lastModifiedTime();
        Optional<Map<Path, FileStamp>> present = list();
        tooLarge = present.isEmpty();
        files = present.orElseGet(HashMap::new);
    }

    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(directory, BasicFileAttributes.class);
    }

    /** Empty if there are too many. */
    private Optional<Map<Path, FileStamp>> list() throws IOException {
        var present = new HashMap<Path, FileStamp>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (Path file : stream) {
                if (present.size() >= limit) {
                    return Optional.empty();
                }
                FileStamp.of(file, isUnix).ifPresent(stamp -> present.put(file.getFileName(), stamp));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return Optional.of(present);
    }

    /**
     * Looks at the whole directory again.
     *
     * @throws NoSuchFileException if it is gone, or another one has its name
     * @throws NotDirectoryException if it is no directory any more
     */
    List<Change> refresh() throws IOException {
        BasicFileAttributes attributes = attributes();
        if (!attributes.isDirectory()) {
            throw new NotDirectoryException(directory.toString());
        }
        if (!Objects.equals(key, attributes.fileKey())) {
            throw new NoSuchFileException(directory.toString(), null, "another directory has its name");
        }
        boolean wasTooLarge = tooLarge;
        FileTime before = mtime;
        Optional<Map<Path, FileStamp>> present = wasTooLarge && before.equals(attributes.lastModifiedTime())
                ? Optional.empty() : list();
        mtime = attributes.lastModifiedTime();
        tooLarge = present.isEmpty();
        if (wasTooLarge || tooLarge) {
            files = present.orElseGet(HashMap::new);
            return wasTooLarge && tooLarge && before.equals(mtime) ? List.of() : List.of(new Change(OVERFLOW, null));
        }
        List<Change> changes = changes(present.get());
        files = present.get();
        return changes;
    }

    private List<Change> changes(Map<Path, FileStamp> present) {
        var changes = new ArrayList<Change>();
        for (Path name : files.keySet()) {
            if (!present.containsKey(name)) {
                changes.add(new Change(ENTRY_DELETE, name));
            }
        }
        present.forEach((name, stamp) -> add(changes, name, files.get(name), stamp));
        return changes;
    }

    /** Adds the events of a name that exists, and may have existed before. */
    private static void add(List<Change> changes, Path name, FileStamp before, FileStamp stamp) {
        if (before == null) {
            changes.add(new Change(ENTRY_CREATE, name));
        } else if (stamp.isOther(before)) {
            changes.add(new Change(ENTRY_DELETE, name));
            changes.add(new Change(ENTRY_CREATE, name));
        } else if (!stamp.equals(before)) {
            changes.add(new Change(ENTRY_MODIFY, name));
        }
    }

    /** Looks at one name again. In a directory that is too large a change of it cannot be told, and none is returned. */
    List<Change> refresh(Path name) throws IOException {
        if (tooLarge) {
            return List.of();
        }
        var changes = new ArrayList<Change>();
        Optional<FileStamp> stamp = FileStamp.of(directory.resolve(name), isUnix);
        if (stamp.isEmpty()) {
            if (files.remove(name) != null) {
                changes.add(new Change(ENTRY_DELETE, name));
            }
            return changes;
        }
        add(changes, name, files.put(name, stamp.get()), stamp.get());
        if (files.size() > limit) {
            tooLarge = true;
            files = new HashMap<>();
            return List.of(new Change(OVERFLOW, null));
        }
        return changes;
    }
}

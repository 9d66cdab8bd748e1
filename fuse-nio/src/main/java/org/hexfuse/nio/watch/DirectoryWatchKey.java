package org.hexfuse.nio.watch;

import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A watched directory: the events that were found and not taken, and the names that may have changed since. */
final class DirectoryWatchKey implements WatchKey, ChangeSource.Listener {
    /** The most events that wait to be taken, as in the JDK; then there is one OVERFLOW in their place. */
    static final int MAX_EVENTS = 512;
    /** With more names the whole directory is looked at. */
    private static final int MAX_HINTS = 1024;
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatchKey.class);

    /** Identifies the directory among those of its service. */
    final Object id;
    private final DirectoryWatchService service;
    private final Path directory;
    private Closeable registration = () -> {};
    /** Used by the service's thread alone, once the key is registered. */
    private Snapshot snapshot;
    private boolean failed;

    // The rest is guarded by the monitor.
    private final List<Event<?>> events = new ArrayList<>();
    /** Where the ENTRY_MODIFY of a name is in the events, if no other event of it follows. */
    private final Map<Path, Integer> modified = new HashMap<>();
    private Set<WatchEvent.Kind<?>> kinds;
    private boolean signalled;
    private boolean cancelled;
    private Set<Path> hints = new HashSet<>();
    private boolean allHinted;

    private record Event<T>(Kind<T> kind, T context, int count) implements WatchEvent<T> {
        boolean is(Kind<?> other, Object name) {
            return kind.equals(other) && Objects.equals(context, name);
        }

        Event<T> again() {
            return new Event<>(kind, context, count + 1);
        }
    }

    DirectoryWatchKey(DirectoryWatchService service, Object id, Path directory, Set<WatchEvent.Kind<?>> kinds) {
        this.service = service;
        this.id = id;
        this.directory = directory;
        this.kinds = kinds;
    }

    /** Begins to listen, and then takes the snapshot that later changes are changes of. */
    void open(ChangeSource source, int maxNames) throws IOException {
        registration = source.watch(directory, this);
        boolean opened = false;
        try {
            snapshot = new Snapshot(directory, maxNames);
            opened = true;
        } finally {
            if (!opened) {
                registration.close();
            }
        }
    }

    /** The kinds of events from now on. */
    synchronized void kinds(Set<WatchEvent.Kind<?>> now) {
        kinds = now;
    }

    @Override public void changed(Path name) {
        synchronized (this) {
            if (cancelled || allHinted || !hints.add(name)) {
                return;
            }
            allHinted = hints.size() > MAX_HINTS;
        }
        service.hint();
    }

    @Override public void changed() {
        synchronized (this) {
            if (cancelled || allHinted) {
                return;
            }
            allHinted = true;
        }
        service.hint();
    }

    private synchronized Set<Path> takeHints() {
        Set<Path> taken = hints;
        hints = new HashSet<>();
        allHinted = false;
        return taken;
    }

    private synchronized boolean isAllHinted() { return allHinted; }

    /** Looks at the directory again: at all of it, or at the names that may have changed. On the service's thread. */
    void look(boolean everything) {
        boolean all = everything || isAllHinted();
        Set<Path> names = takeHints();
        try {
            if (all) {
                signal(snapshot.refresh());
            } else {
                for (Path name : names) {
                    signal(snapshot.refresh(name));
                }
            }
            failed = false;
        } catch (NoSuchFileException | NotDirectoryException | ClosedFileSystemException _) {
            cancel();
            signal();
        } catch (Throwable e) {
            // Whatever a filesystem throws, the other directories are looked at.
            if (!failed && isValid()) {
                failed = true;
                LOG.warn("cannot look for changes in {}, will look again: {}", directory, e.toString());
            }
        }
    }

    private void signal(List<Snapshot.Change> changes) {
        changes.forEach(this::signal);
    }

    private synchronized void signal(Snapshot.Change change) {
        if (cancelled || (!kinds.contains(change.kind()) && !change.kind().equals(OVERFLOW))) {
            return;
        }
        add(change.kind(), change.name());
        signal();
    }

    private void add(WatchEvent.Kind<?> kind, Path name) {
        int last = events.size() - 1;
        if (last >= 0 && (events.get(last).kind().equals(OVERFLOW) || events.get(last).is(kind, name))) {
            events.set(last, events.get(last).again());
            return;
        }
        Integer earlier = kind.equals(ENTRY_MODIFY) ? modified.get(name) : null;
        if (earlier != null) {
            events.set(earlier, events.get(earlier).again());
        } else if (kind.equals(OVERFLOW) || events.size() >= MAX_EVENTS) {
            events.clear();
            modified.clear();
            events.add(new Event<>(OVERFLOW, null, 1));
        } else {
            if (kind.equals(ENTRY_MODIFY)) {
                modified.put(name, events.size());
            } else {
                modified.remove(name);
            }
            events.add(event(kind, name));
        }
    }

    @SuppressWarnings("unchecked") // kinds of a snapshot are those of paths
    private static Event<Path> event(WatchEvent.Kind<?> kind, Path name) {
        return new Event<>((WatchEvent.Kind<Path>) kind, name, 1);
    }

    /** Queues the key for {@link DirectoryWatchService#take}, unless it is queued or taken. */
    private synchronized void signal() {
        if (!signalled) {
            signalled = true;
            service.enqueue(this);
        }
    }

    @Override public boolean isValid() { return service.isOpen() && !isCancelled(); }

    private synchronized boolean isCancelled() { return cancelled; }

    @Override public synchronized List<WatchEvent<?>> pollEvents() {
        List<WatchEvent<?>> taken = List.copyOf(events);
        events.clear();
        modified.clear();
        return taken;
    }

    @Override public boolean reset() {
        synchronized (this) {
            if (signalled && !cancelled) {
                if (events.isEmpty()) {
                    signalled = false;
                } else {
                    service.enqueue(this);
                }
            }
        }
        return isValid();
    }

    @Override public void cancel() {
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
        }
        service.remove(this);
        close();
    }

    /** Ends the registration with the source of changes. */
    void close() {
        try {
            registration.close();
        } catch (IOException e) {
            LOG.debug("the error of the end of a watch of {}", directory, e);
        }
    }

    @Override public Path watchable() {
        return directory;
    }
}

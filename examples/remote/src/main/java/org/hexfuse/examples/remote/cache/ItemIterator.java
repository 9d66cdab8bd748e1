package org.hexfuse.examples.remote.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.examples.remote.store.Item;
import org.hexfuse.examples.remote.store.Pages;

/**
 * The items of a directory, of which a page is in memory. They are cached as they are read, so that the lookups that follow a listing
 * need no calls. A caller that is interrupted leaves the page in flight to the next one. Used by one thread at a time.
 */
public final class ItemIterator implements Iterator<Item>, AutoCloseable {
    private final CachedStore store;
    private final String path;
    private final long stamp;
    private volatile Pages pages;
    private CompletableFuture<List<Item>> inFlight;
    private Iterator<Item> page = Collections.emptyIterator();
    private boolean ended;
    private volatile boolean closed;

    ItemIterator(CachedStore store, String path) {
        this.store = store;
        this.path = path;
        this.stamp = store.items().stamp();
    }

    @Override public boolean hasNext() {
        while (!page.hasNext() && !ended) {
            List<Item> next = nextPage();
            next.forEach(item -> store.items().offer(CachedStore.path(path, item.name()), item, stamp));
            ended = next.isEmpty();
            page = next.iterator();
        }
        return page.hasNext();
    }

    @Override public Item next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.next();
    }

    /** A page that failed has failed for good: a store does not go on in the middle. */
    private List<Item> nextPage() {
        if (inFlight == null) {
            inFlight = pages == null ? store.calls().start(this::firstPage) : store.calls().startOnce(pages::next);
        }
        try {
            List<Item> items = Calls.await(inFlight);
            inFlight = null;
            return items;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            throw FuseException.of(Errno.EINTR);
        }
    }

    private List<Item> firstPage() throws IOException, InterruptedException {
        Pages opened = store.store().list(path);
        boolean done = false;
        try {
            List<Item> first = opened.next();
            pages = opened;
            done = !closed;
            return first;
        } finally {
            if (!done) {
                opened.close();
            }
        }
    }

    @Override public void close() {
        closed = true;
        try {
            if (inFlight != null) {
                inFlight.cancel(true);
            }
            if (pages != null) {
                pages.close();
            }
        } catch (IOException _) {
            // There is nothing left to read.
        }
    }
}

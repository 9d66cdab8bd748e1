package org.hexfuse.examples.remote.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** The listing of a directory, page by page, so that memory is bounded by a page. Used by one thread at a time. */
public interface Pages extends Closeable {
    /** The next page, at most a thousand items; an empty one at the end. */
    List<Item> next() throws IOException, InterruptedException;
}

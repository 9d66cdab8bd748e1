package org.hexfuse.examples.remote.store;

import java.io.InputStream;

/** The content of a file that is to be written. It does not change meanwhile. */
public interface Content {
    /** The size in bytes. */
    long size();

    /** The bytes from the start on; again for each attempt. */
    InputStream open();
}

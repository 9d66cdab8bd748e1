package org.hexfuse.nio.server;

import java.io.IOException;

/** A call of a provider. */
@FunctionalInterface interface Call<R> {
    /** Calls it. */
    R run() throws IOException, InterruptedException;
}

package org.hexfuse.server;

import java.io.DataInput;
import java.io.DataOutput;

/** A handover without state. */
record Stateless(String format) implements Handover {
    @Override public void save(Session session, DataOutput out) {
        // Node ids and handles are enough.
    }

    @Override public void restore(Session session, DataInput in) {
        // Nothing was saved.
    }
}

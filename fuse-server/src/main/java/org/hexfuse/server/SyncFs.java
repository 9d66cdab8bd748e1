package org.hexfuse.server;

/** SYNCFS: writes the whole filesystem back. */
public final class SyncFs extends Operation {
    SyncFs() {}
}

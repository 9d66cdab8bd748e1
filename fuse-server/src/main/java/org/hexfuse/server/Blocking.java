package org.hexfuse.server;

/**
 * Whether and how the methods of a filesystem wait, which decides the threads that they run on. A request runs on the worker
 * that read it. Of a filesystem that waits there is always another worker that reads meanwhile.
 */
public enum Blocking {
    /** They wait for nothing but short locks: a few workers read and run all requests. */
    NEVER,
    /** They wait in Java code, as for a channel or a lock. */
    IN_JAVA,
    /** They wait in native code, which would pin a virtual thread: all workers are platform threads, over any transport. */
    IN_NATIVE_CODE
}

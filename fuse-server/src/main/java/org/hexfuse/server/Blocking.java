package org.hexfuse.server;

/**
 * Whether and how the methods of a filesystem block, which decides the threads that they run on. A request runs on the worker that
 * read it. For a filesystem that blocks, another worker reads once requests have held those that do for one to two milliseconds.
 */
public enum Blocking {
    /** They block on short locks only: a few workers read and run all requests. */
    NEVER,
    /** They block in Java code, as on a channel or a lock. */
    IN_JAVA,
    /** They block in native code, which would pin a virtual thread: all workers are platform threads, over any transport. */
    IN_NATIVE_CODE
}

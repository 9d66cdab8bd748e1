package org.hexfuse.server;

/** Whether and how the methods of a filesystem wait, which decides the threads that they run on. */
public enum Blocking {
    /** They don't wait for anything but short locks: they run on the thread that read the request. */
    NEVER,
    /** They wait in Java code, as for a channel or a lock: each request runs on a virtual thread of its own. */
    IN_JAVA,
    /** They wait in native code, which would pin a virtual thread: requests run on a pool of platform threads. */
    IN_NATIVE_CODE
}

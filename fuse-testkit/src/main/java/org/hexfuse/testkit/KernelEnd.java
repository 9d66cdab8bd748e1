package org.hexfuse.testkit;

import org.hexfuse.abi.Errno;

/** The kernel's end of a transport under test, by as few calls as its contract needs. Any thread may call any method. */
public interface KernelEnd extends AutoCloseable {
    /** Looks {@code name} up in the root: OK, or how that failed. */
    Errno lookup(String name);

    /** Reads {@code length} bytes from the start of the file {@code name}, at once. */
    byte[] read(String name, int length);

    /** Writes {@code data} to the start of the file {@code name}, at once: OK, or how that failed. */
    Errno write(String name, byte[] data);

    /** The most bytes that one read or write can carry in one request. */
    int maxPayload();

    /** Goes away, as an unmount does. */
    @Override void close();
}

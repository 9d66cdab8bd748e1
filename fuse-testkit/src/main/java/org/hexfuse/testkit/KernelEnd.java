package org.hexfuse.testkit;

import org.hexfuse.abi.Errno;

/** The kernel end of a transport under test, with the calls that its contract needs. Any thread may call any method. */
public interface KernelEnd extends AutoCloseable {
    /** Looks {@code name} up in the root: OK, or the errno. */
    Errno lookup(String name);

    /** Reads {@code length} bytes from the start of the file {@code name}, in one request. */
    byte[] read(String name, int length);

    /** Writes {@code data} to the start of the file {@code name}, in one request: OK, or the errno. */
    Errno write(String name, byte[] data);

    /** The longest data of one READ or WRITE, in bytes. */
    int maxPayload();

    /** Disconnects, as an unmount does. */
    @Override void close();
}

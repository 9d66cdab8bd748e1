package org.hexfuse.server;

import org.hexfuse.abi.InitFlag;

/**
 * What the kernel offers at INIT, and what the filesystem takes of it. Valid during {@link FuseFileSystem#init}. Enabling a flag
 * that is not offered has no effect, so that a filesystem runs on any kernel; see {@link #offers}.
 */
public interface InitNegotiation {
    /** The session that begins. */
    Session session();

    /** The protocol's minor version: the lower of the two ends'. */
    int minor();

    /** Whether the kernel offers a flag. */
    boolean offers(InitFlag flag);

    /** Whether a flag is enabled so far. */
    boolean enabled(InitFlag flag);

    /**
     * Enables a flag if it is offered, and returns whether it is.
     *
     * @throws IllegalArgumentException if the server cannot do what goes with it; the message names the reason
     */
    boolean enable(InitFlag flag);

    /** Disables a flag that is enabled by default. */
    void disable(InitFlag flag);

    /**
     * Sets the most data in one WRITE, in bytes: at least 4096, and at most what the transport can carry.
     *
     * @return the value that was set
     */
    int maxWrite(int bytes);

    /**
     * Sets how far the kernel reads ahead, in bytes; at most what it offers.
     *
     * @return the value that was set
     */
    int maxReadahead(int bytes);

    /**
     * Sets how many background requests may be in flight at once, 1 to 65535.
     *
     * @return the value that was set
     */
    int maxBackground(int requests);

    /**
     * Sets the granularity of the filesystem's timestamps, in nanoseconds, 1 to 1,000,000,000.
     *
     * @return the value that was set
     */
    int timeGranularity(int nanoseconds);

    /** The most data in one WRITE so far, in bytes. */
    int maxWrite();

    /** How far the kernel reads ahead so far, in bytes. */
    int maxReadahead();

    /** How many background requests may be in flight so far. */
    int maxBackground();

    /** The granularity of timestamps so far, in nanoseconds. */
    int timeGranularity();
}

package org.hexfuse.server;

import java.time.Duration;
import org.hexfuse.abi.InitFlag;

/**
 * What the kernel offers at INIT, and what the filesystem takes of it. Valid during {@link FuseFileSystem#init}. Enabling a flag
 * that is not offered has no effect, so that a filesystem runs on any kernel; see {@link #offers}.
 */
public interface InitNegotiation {
    /** The session that begins. */
    Session session();

    /**
     * Whether the session is taken over from another process: what is offered was negotiated there, and {@link Handover#restore}
     * follows.
     */
    boolean resumes();

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

    /**
     * Sets from how many background requests in flight on the kernel counts as congested, which drops read-ahead: 1 to
     * {@link #maxBackground}, three quarters of it unless set.
     *
     * @return the value that was set
     */
    int congestionThreshold(int requests);

    /**
     * Sets how deep the filesystems of backing files may be stacked, 1 or 2, with {@link InitFlag#PASSTHROUGH}: at 1, as
     * unless set, they are not stacked, and other filesystems may be stacked on this one.
     *
     * @return the value that was set
     */
    int maxStackDepth(int depth);

    /**
     * Has the kernel end the connection when a request is not answered in time ({@link InitFlag#REQUEST_TIMEOUT}), in whole seconds.
     * A kernel rounds it up to its own least, 15 seconds on Linux, and down to its administrator's most.
     *
     * @return whether the kernel offers it
     * @throws IllegalArgumentException if it is less than a second or more than 65535
     */
    boolean requestTimeout(Duration timeout);

    /** The most data in one WRITE so far, in bytes. */
    int maxWrite();

    /** How far the kernel reads ahead so far, in bytes. */
    int maxReadahead();

    /** How many background requests may be in flight so far. */
    int maxBackground();

    /** The granularity of timestamps so far, in nanoseconds. */
    int timeGranularity();
}

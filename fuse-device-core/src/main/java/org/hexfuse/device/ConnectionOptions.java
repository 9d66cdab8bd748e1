package org.hexfuse.device;

import java.time.Duration;

/**
 * How a connection behaves.
 *
 * @param initTimeout how long INIT may take to be answered
 * @param requestTimeout how long any other request may take before the connection is aborted; zero for as long as it likes
 * @param drainTimeout how long {@link FuseConnection#close} waits for what is under way
 * @param profile which kernel to play
 */
public record ConnectionOptions(Duration initTimeout, Duration requestTimeout, Duration drainTimeout,
        KernelProfile profile) {
    /** Linux; ten seconds for INIT, no limit for requests, five seconds to drain. */
    public static final ConnectionOptions DEFAULT = new ConnectionOptions(Duration.ofSeconds(10), Duration.ZERO,
            Duration.ofSeconds(5), KernelProfile.linux());

    /** The same with another time for every request. */
    public ConnectionOptions withRequestTimeout(Duration timeout) {
        return new ConnectionOptions(initTimeout, timeout, drainTimeout, profile);
    }

    /** The same with another time for INIT. */
    public ConnectionOptions withInitTimeout(Duration timeout) {
        return new ConnectionOptions(timeout, requestTimeout, drainTimeout, profile);
    }

    /** The same for another kernel. */
    public ConnectionOptions withProfile(KernelProfile kernel) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, kernel);
    }
}

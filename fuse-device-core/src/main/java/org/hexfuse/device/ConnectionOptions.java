package org.hexfuse.device;

import java.time.Duration;

/**
 * How a connection behaves.
 *
 * @param initTimeout how long INIT may take to be answered
 * @param requestTimeout how long any other request may take before the connection is aborted, which also bounds what the
 *        server asks for by INIT; zero for as long as the server likes
 * @param drainTimeout how long {@link FuseConnection#close} waits for what is under way
 * @param profile which kernel to play
 * @param defaultPermissions whether the mount has the option {@code default_permissions}, without which a server can't ask
 *        for mapped ids
 * @param privileged whether the server may set limits of its own, as one with CAP_SYS_ADMIN may
 * @param listener who watches the requests
 * @param backingFiles where files come from that the server would have read and written past it;
 *        {@link BackingFiles#NONE} if they can't be
 */
public record ConnectionOptions(Duration initTimeout, Duration requestTimeout, Duration drainTimeout,
        KernelProfile profile, boolean defaultPermissions, boolean privileged, DeviceListener listener,
        BackingFiles backingFiles) {
    /** Linux; ten seconds for INIT, no limit for requests, five seconds to drain; a privileged server. */
    public static final ConnectionOptions DEFAULT = new ConnectionOptions(Duration.ofSeconds(10), Duration.ZERO,
            Duration.ofSeconds(5), KernelProfile.linux());

    /** Options of a privileged server that nobody watches. */
    public ConnectionOptions(Duration initTimeout, Duration requestTimeout, Duration drainTimeout,
            KernelProfile profile) {
        this(initTimeout, requestTimeout, drainTimeout, profile, false, true, DeviceListener.NONE, BackingFiles.NONE);
    }

    /** The same with another time for every request. */
    public ConnectionOptions withRequestTimeout(Duration timeout) {
        return new ConnectionOptions(initTimeout, timeout, drainTimeout, profile, defaultPermissions, privileged,
                listener, backingFiles);
    }

    /** The same with another time for INIT. */
    public ConnectionOptions withInitTimeout(Duration timeout) {
        return new ConnectionOptions(timeout, requestTimeout, drainTimeout, profile, defaultPermissions, privileged,
                listener, backingFiles);
    }

    /** The same for another kernel. */
    public ConnectionOptions withProfile(KernelProfile kernel) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, kernel, defaultPermissions, privileged,
                listener, backingFiles);
    }

    /** The same with or without {@code default_permissions}. */
    public ConnectionOptions withDefaultPermissions(boolean checks) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, profile, checks, privileged, listener,
                backingFiles);
    }

    /** The same for a server with or without privileges. */
    public ConnectionOptions withPrivileged(boolean may) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, profile, defaultPermissions, may,
                listener, backingFiles);
    }

    /** The same, watched. */
    public ConnectionOptions withListener(DeviceListener watcher) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, profile, defaultPermissions,
                privileged, watcher, backingFiles);
    }

    /** The same with files that the server may have read and written past it. */
    public ConnectionOptions withBackingFiles(BackingFiles files) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, profile, defaultPermissions,
                privileged, listener, files);
    }
}

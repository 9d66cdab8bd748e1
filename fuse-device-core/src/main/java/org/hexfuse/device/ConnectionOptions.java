package org.hexfuse.device;

import java.time.Duration;

/**
 * The options of a connection.
 *
 * @param initTimeout how long a caller waits for the reply to INIT
 * @param requestTimeout how long any other request may be outstanding before the connection is aborted, which also bounds the
 *        timeout that the server asks for in INIT; zero for no limit
 * @param drainTimeout how long {@link FuseConnection#close} waits for outstanding requests
 * @param profile the kernel to emulate
 * @param defaultPermissions whether the mount has the option {@code default_permissions}, without which INIT refuses
 *        ALLOW_IDMAP
 * @param privileged whether the server may raise the background limits and register backing files, as with CAP_SYS_ADMIN
 * @param listener observes the requests
 * @param backingFiles opens files for passthrough; {@link BackingFiles#NONE} without passthrough
 */
public record ConnectionOptions(Duration initTimeout, Duration requestTimeout, Duration drainTimeout,
        KernelProfile profile, boolean defaultPermissions, boolean privileged, DeviceListener listener,
        BackingFiles backingFiles) {
    /** Linux; ten seconds for INIT, no limit for requests, five seconds to drain; a privileged server. */
    public static final ConnectionOptions DEFAULT = new ConnectionOptions(Duration.ofSeconds(10), Duration.ZERO,
            Duration.ofSeconds(5), KernelProfile.linux());

    /** A privileged server, without listener, backing files and {@code default_permissions}. */
    public ConnectionOptions(Duration initTimeout, Duration requestTimeout, Duration drainTimeout,
            KernelProfile profile) {
        this(initTimeout, requestTimeout, drainTimeout, profile, false, true, DeviceListener.NONE, BackingFiles.NONE);
    }

    /** The same with another request timeout. */
    public ConnectionOptions withRequestTimeout(Duration timeout) {
        return new ConnectionOptions(initTimeout, timeout, drainTimeout, profile, defaultPermissions, privileged,
                listener, backingFiles);
    }

    /** The same with another INIT timeout. */
    public ConnectionOptions withInitTimeout(Duration timeout) {
        return new ConnectionOptions(timeout, requestTimeout, drainTimeout, profile, defaultPermissions, privileged,
                listener, backingFiles);
    }

    /** The same with another drain timeout. */
    public ConnectionOptions withDrainTimeout(Duration timeout) {
        return new ConnectionOptions(initTimeout, requestTimeout, timeout, profile, defaultPermissions, privileged,
                listener, backingFiles);
    }

    /** The same for another kernel. */
    public ConnectionOptions withProfile(KernelProfile kernel) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, kernel, defaultPermissions, privileged,
                listener, backingFiles);
    }

    /** The same with or without {@code default_permissions}. */
    public ConnectionOptions withDefaultPermissions(boolean enabled) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, profile, enabled, privileged, listener,
                backingFiles);
    }

    /** The same for a privileged or unprivileged server. */
    public ConnectionOptions withPrivileged(boolean enabled) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, profile, defaultPermissions, enabled,
                listener, backingFiles);
    }

    /** The same with a listener. */
    public ConnectionOptions withListener(DeviceListener other) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, profile, defaultPermissions,
                privileged, other, backingFiles);
    }

    /** The same with backing files. */
    public ConnectionOptions withBackingFiles(BackingFiles files) {
        return new ConnectionOptions(initTimeout, requestTimeout, drainTimeout, profile, defaultPermissions,
                privileged, listener, files);
    }
}

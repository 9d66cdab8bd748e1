package org.hexfuse.vfs;

import java.time.Duration;
import org.hexfuse.device.ConnectionOptions;

/**
 * How a filesystem is mounted.
 *
 * @param connection how the device behaves
 * @param credentials who makes the calls, and owns the mount
 * @param defaultPermissions whether owner, group and mode are checked here, as the mount option {@code default_permissions}
 *        has it; otherwise the filesystem decides
 * @param allowOther whether others than the owner of the mount may use it, as the mount option {@code allow_other} has it
 * @param cachedNames how many names are remembered at most, those included that are known not to be there
 */
public record VfsOptions(ConnectionOptions connection, Credentials credentials, boolean defaultPermissions,
        boolean allowOther, int cachedNames) {
    /** Root's calls; the filesystem checks permissions, for everybody. */
    public static final VfsOptions DEFAULT = new VfsOptions(ConnectionOptions.DEFAULT, Credentials.ROOT, false, true,
            1 << 16);

    /** Checks the number of names. */
    public VfsOptions {
        if (cachedNames < 0) {
            throw new IllegalArgumentException(cachedNames + " names");
        }
    }

    /** The same with another device. */
    public VfsOptions withConnection(ConnectionOptions device) {
        return new VfsOptions(device, credentials, defaultPermissions, allowOther, cachedNames);
    }

    /** The same with a time for each request, after which the connection is aborted; zero for none. */
    public VfsOptions withRequestTimeout(Duration timeout) {
        return withConnection(connection.withRequestTimeout(timeout));
    }

    /** The same for another owner. */
    public VfsOptions withCredentials(Credentials owner) {
        return new VfsOptions(connection, owner, defaultPermissions, allowOther, cachedNames);
    }

    /** The same with permissions checked here or by the filesystem. */
    public VfsOptions withDefaultPermissions(boolean on) {
        return new VfsOptions(connection, credentials, on, allowOther, cachedNames);
    }

    /** The same for everybody, or for the owner alone. */
    public VfsOptions withAllowOther(boolean on) {
        return new VfsOptions(connection, credentials, defaultPermissions, on, cachedNames);
    }

    /** The same with room for more or fewer names. */
    public VfsOptions withCachedNames(int most) {
        return new VfsOptions(connection, credentials, defaultPermissions, allowOther, most);
    }
}

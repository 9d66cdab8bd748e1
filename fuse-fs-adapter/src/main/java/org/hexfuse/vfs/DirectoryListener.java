package org.hexfuse.vfs;

import org.hexfuse.abi.Name;

/**
 * Learns what may have changed in a directory, see {@link Vfs#watch}. What has changed, if anything, shows the directory itself.
 *
 * <p>It is called on the thread that brings a notification of the server, or on the one that made the change through the mount. It must
 * return quickly, and must not call the filesystem.
 */
public interface DirectoryListener {
    /**
     * The name may have been created, removed or renamed, or the content or the attributes of its file have changed:
     * NOTIFY_INVAL_ENTRY, NOTIFY_DELETE, or NOTIFY_INVAL_INODE and NOTIFY_STORE of its node; or a call through the mount.
     */
    void changed(Name name);

    /** Any name may have changed: NOTIFY_INVAL_INODE of the directory, or NOTIFY_INC_EPOCH. */
    void changed();
}

package org.hexfuse.vfs.mount;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.posix.ReferenceCount;
import org.hexfuse.vfs.IdMapping;
import org.hexfuse.vfs.MountRestrictions;
import org.hexfuse.vfs.cache.Inode;

/**
 * One mount of a superblock (Linux's {@code struct vfsmount}): its root, what it forbids, and the ids that it shows. Several mounts
 * share a superblock, and the last one that is unmounted disconnects the server. Any thread may call any method.
 *
 * <p>Source: Linux {@code fs/namespace.c}.
 */
public final class Mount {
    public final Superblock superblock;
    public final MountRestrictions restrictions;
    public final IdMapping ids;
    private final Inode root;
    private final AllMounts all;
    /** The walks that begin at this moment. */
    private final ReferenceCount uses;

    /** The mounts of one superblock, counted. */
    private record AllMounts(AtomicInteger count, Runnable disconnect) {
        /** Counts one more; ENOTCONN if the last one is unmounted. */
        void add() {
            require(count.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0, Errno.ENOTCONN);
        }

        void remove() {
            if (count.decrementAndGet() == 0) {
                disconnect.run();
            }
        }
    }

    private Mount(Superblock superblock, MountRestrictions restrictions, IdMapping ids, Inode root, AllMounts all) {
        this.superblock = superblock;
        this.restrictions = restrictions;
        this.ids = ids;
        this.root = root;
        this.all = all;
        this.uses = new ReferenceCount(this::release);
    }

    private void release() {
        if (!isWhole()) {
            superblock.inodes.release(root);
        }
        all.remove();
    }

    /**
     * The first mount, of the whole filesystem.
     *
     * @param disconnect runs once, when no mount is left
     */
    public static Mount first(Superblock superblock, Runnable disconnect) {
        return new Mount(superblock, superblock.options.restrictions(), IdMapping.IDENTITY, superblock.inodes.root(),
                new AllMounts(new AtomicInteger(1), disconnect));
    }

    /**
     * A further mount, with a directory as its root (MS_BIND).
     *
     * @param directory a reference of it is the mount's from now on, also if this throws
     * @throws org.hexfuse.abi.FuseException ENOTCONN if this mount is unmounted, EINVAL for ids that are mapped without ALLOW_IDMAP, EPERM
     *         if those of this mount are mapped already
     */
    public Mount bind(Inode directory, MountRestrictions forbidden, IdMapping mapping) {
        boolean made = false;
        try {
            requireMounted();
            if (!mapping.isIdentity()) {
                require(superblock.port.negotiated().has(InitFlag.ALLOW_IDMAP), Errno.EINVAL);
                require(ids.isIdentity(), Errno.EPERM);
            }
            all.add();
            made = true;
        } finally {
            if (!made || directory == superblock.inodes.root()) {
                superblock.inodes.release(directory);
            }
        }
        return new Mount(superblock, forbidden, ids.isIdentity() ? mapping : ids, directory, all);
    }

    /** Whether its root is that of the filesystem, which lives as long as the superblock. */
    public boolean isWhole() {
        return root == superblock.inodes.root();
    }

    /** Its root; without a reference. */
    public Inode root() {
        return root;
    }

    /** ENOTCONN if it is unmounted. */
    public void requireMounted() {
        require(!uses.isClosed(), Errno.ENOTCONN);
    }

    /** The root of a mount that is not {@link #isWhole}, with a reference for the caller; ENOTCONN if it is unmounted. */
    public Inode holdRoot() {
        require(uses.acquire(), Errno.ENOTCONN);
        try {
            root.hold();
            return root;
        } finally {
            uses.release();
        }
    }

    /** Unmounts; calls on files that are open on it go on, until the last mount is unmounted. Unmounting again does nothing. */
    public void unmount() {
        uses.close();
    }
}

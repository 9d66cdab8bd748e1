package org.hexfuse.examples.passthrough;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.FileAttributes;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Attr;

/**
 * A file of the mirrored directory, of any type, independent of its names: what a {@link PassthroughNode} is made for. Obtained from the
 * framework of this package, and from {@link PassthroughFileSystem#root} for the directory itself.
 *
 * <p>It is kept by a file handle, which needs no descriptor, or else by an O_PATH descriptor. Any thread may use it.
 */
public final class BackingInode {
    private final Mirror mirror;
    private final FileKey key;
    private final FileType type;
    /** Any file of the same filesystem, by which a handle is opened; null for a file that is kept by its descriptor. */
    private final Fd mount;
    /** The open descriptor. It may be evicted. */
    private volatile PathDescriptor descriptor;
    /** Null if none was made. */
    private volatile PassthroughNode node;

    BackingInode(Mirror mirror, FileKey key, FileType type, Fd mount) {
        this.mirror = mirror;
        this.key = key;
        this.type = type;
        this.mount = mount;
    }

    Mirror mirror() {
        return mirror;
    }

    FileKey key() {
        return key;
    }

    /** The file type. */
    public FileType type() {
        return type;
    }

    /** The inode number. Those of filesystems that are mounted below the directory are changed, so that none is there twice. */
    public long ino() {
        return mirror.shownIno(key.dev(), key.ino());
    }

    /** The node that was made for it, by which kernels can be notified. */
    void belongsTo(PassthroughNode author) {
        node = author;
    }

    /** The node that was made for it last, or null. */
    PassthroughNode node() {
        return node;
    }

    /** Whether it is kept by a descriptor. */
    boolean isKeptByDescriptor() { return mount == null; }

    /** Takes a descriptor over that is open for this file, with O_PATH. */
    void adopt(Fd fd) {
        var opened = new PathDescriptor(fd, this);
        try {
            mirror.descriptors().add(opened, isKeptByDescriptor());
        } catch (FuseException e) {
            opened.evict();
            throw e;
        }
        descriptor = opened;
    }

    /** An O_PATH descriptor of this file, to be closed after use. ESTALE if the file is gone. */
    PathDescriptor borrow() {
        for (int i = 0; i < 1000; i++) {
            PathDescriptor open = descriptor;
            if (open != null && open.acquire()) {
                return open;
            }
            if (isKeptByDescriptor()) {
                break;
            }
            synchronized (this) {
                if (descriptor == open) {
                    adopt(openByHandle());
                }
            }
        }
        throw FuseException.of(Errno.ESTALE);
    }

    /**
     * Whether attributes, of a descriptor that is open, are those of this file, and it needs no handle to tell: while a descriptor of this
     * file is open its inode number belongs to no other. A file that is kept by its descriptor may be about to lose it.
     */
    boolean isStill(FileAttributes attributes) {
        PathDescriptor open = descriptor;
        if (isKeptByDescriptor() || open == null || !open.acquire()) {
            return false;
        }
        try (open) {
            return attributes.ino() == key.ino() && attributes.dev() == key.dev() && attributes.mount() == key.mount()
                    && type.is(attributes.mode());
        }
    }

    private Fd openByHandle() {
        Fd fd = mirror.opened(() -> key.handle().open(mount, OpenFlags.PATH | OpenFlags.NOFOLLOW));
        try {
            FileAttributes found = Mirror.attributes(fd);
            if (found.ino() != key.ino() || !type.is(found.mode())) {
                throw FuseException.of(Errno.ESTALE);
            }
            return fd;
        } catch (FuseException e) {
            fd.close();
            throw e;
        }
    }

    /** Opens a regular file or a directory. Nothing else is ever opened: opening a device or a pipe has effects. */
    Fd open(int flags) {
        if (type != FileType.REGULAR && type != FileType.DIRECTORY) {
            throw FuseException.of(type == FileType.SYMLINK ? Errno.ELOOP : Errno.ENXIO);
        }
        try (PathDescriptor path = borrow()) {
            return mirror.reopen(path.fd(), flags);
        }
    }

    /** The attributes now. */
    Attr attr() {
        try (PathDescriptor path = borrow()) {
            return mirror.attr(Mirror.attributes(path.fd()));
        }
    }

    /** Keeps the descriptor of a file that is about to lose its last name and may be used without one. */
    void keep() {
        if (!isKeptByDescriptor()) {
            try (PathDescriptor path = borrow()) {
                if (type == FileType.DIRECTORY || Mirror.attributes(path.fd()).nlink() <= 1) {
                    mirror.descriptors().keep(path);
                }
            }
        }
    }

    /** Closes the descriptor: no kernel refers to the file. */
    void forget() {
        PathDescriptor open = descriptor;
        if (open != null) {
            mirror.descriptors().drop(open);
        }
    }

    @Override public String toString() {
        return type + " " + Long.toUnsignedString(key.ino());
    }
}

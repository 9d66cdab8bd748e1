package org.hexfuse.vfs;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.LinkIn;
import org.hexfuse.abi.MkdirIn;
import org.hexfuse.abi.MknodIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Rename2In;
import org.hexfuse.abi.RenameIn;
import org.hexfuse.device.Caller;
import org.hexfuse.device.Request;

/**
 * The requests that make, move and take names, one method each, on behalf of one user: makes them, checks the answers, and keeps
 * the caches right. Nodes that are returned are held for the caller.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c}.
 */
final class NameRequests {
    private static final int RENAME2_MINOR = 23;
    private static final int WHITEOUT = 4;

    final Superblock superblock;
    private final DentryCache names;
    private final AttributeCache attributes;
    private final Credentials credentials;
    private final Caller caller;

    NameRequests(Superblock superblock, Credentials credentials) {
        this.superblock = superblock;
        this.names = superblock.names;
        this.attributes = superblock.attributes;
        this.credentials = credentials;
        this.caller = credentials.caller();
    }

    private Request request(Opcode opcode, Inode inode) {
        return superblock.request(opcode, inode, caller);
    }

    private int minor() {
        return superblock.port.negotiated().minor();
    }

    Inode mknod(Inode directory, Name name, int mode, int device) {
        superblock.checkLength(name);
        long asked = attributes.version();
        try (Request request = request(Opcode.MKNOD, directory)) {
            MknodIn.MODE.set(request.arguments(), masked(mode));
            MknodIn.RDEV.set(request.arguments(), device);
            MknodIn.UMASK.set(request.arguments(), credentials.umask());
            return created(directory, name, extended(request.name(name), directory), mode, asked);
        }
    }

    Inode mkdir(Inode directory, Name name, int mode) {
        superblock.checkLength(name);
        long asked = attributes.version();
        try (Request request = request(Opcode.MKDIR, directory)) {
            MkdirIn.MODE.set(request.arguments(), masked(mode));
            MkdirIn.UMASK.set(request.arguments(), credentials.umask());
            return created(directory, name, extended(request.name(name), directory), FileType.DIRECTORY.mode(),
                    asked);
        }
    }

    Inode symlink(Inode directory, Name name, Name target) {
        superblock.checkLength(name);
        if (target.length() > NodeRequests.LONGEST_TARGET) {
            throw FuseException.of(Errno.ENAMETOOLONG);
        }
        long asked = attributes.version();
        try (Request request = request(Opcode.SYMLINK, directory).name(name).name(target)) {
            return created(directory, name, extended(request, directory), FileType.SYMLINK.mode(), asked);
        }
    }

    Inode link(Inode target, Inode directory, Name name) {
        superblock.checkLength(name);
        long asked = attributes.version();
        try (Request request = request(Opcode.LINK, directory)) {
            LinkIn.OLDNODEID.set(request.arguments(), target.number());
            Inode result = created(directory, name, request.name(name), target.attributes.mode(), asked);
            attributes.expire(target);
            superblock.writeBack.changed(target, caller);
            return result;
        } catch (FuseException e) {
            attributes.changed(target);
            throw e.errno() == Errno.ENOSYS ? FuseException.of(Errno.EPERM) : e;
        }
    }

    /** A request with what goes along with those that make a node. */
    Request extended(Request request, Inode directory) {
        return CreationContext.add(request, superblock.port.negotiated(), credentials, directory);
    }

    /** The umask is the server's business if it has said so. */
    int masked(int mode) {
        return superblock.port.negotiated().has(InitFlag.DONT_MASK) ? mode : mode & ~credentials.umask();
    }

    private Inode created(Inode directory, Name name, Request request, int mode, long asked) {
        try {
            superblock.port.call(request);
        } catch (FuseException e) {
            if (e.errno() == Errno.EEXIST) {
                names.drop(directory, name);
            }
            throw e;
        }
        EntryReply entry = Replies.entry(request.reply(), 0, minor());
        return enter(directory, name, entry, mode, asked);
    }

    /** A node that was made is where its name is. */
    Inode enter(Inode directory, Name name, EntryReply entry, int mode, long asked) {
        if (entry.node() == 0) {
            throw FuseException.of(Errno.EIO);
        }
        if ((entry.attributes().mode() & FileType.MODE_MASK) != (mode
                & FileType.MODE_MASK)) {
            superblock.port.forget(entry.node(), 1);
            throw FuseException.of(Errno.EIO);
        }
        return names.created(directory, name, entry, asked);
    }

    void unlink(Inode directory, Name name, Inode victim) {
        remove(Opcode.UNLINK, directory, name, victim);
    }

    void rmdir(Inode directory, Name name, Inode victim) {
        remove(Opcode.RMDIR, directory, name, victim);
        victim.removed = true;
    }

    private void remove(Opcode opcode, Inode directory, Name name, Inode victim) {
        try (Request request = request(opcode, directory).name(name)) {
            superblock.port.call(request);
        } catch (FuseException e) {
            if (mayHaveHappened(e)) {
                names.drop(directory, name);
            }
            throw e;
        }
        names.removed(directory, name);
        attributes.changed(victim);
        superblock.writeBack.changed(victim, caller);
    }

    /** Whether a change may have been made though it failed, so that names are to be looked up again. */
    private static boolean mayHaveHappened(FuseException e) {
        return e.errno() == Errno.EINTR || e.errno() == Errno.ENOENT;
    }

    void rename(Inode from, Name oldName, Inode to, Name newName, int flags, boolean exchange) {
        superblock.checkLength(newName);
        long asked = attributes.version();
        try {
            if (flags == 0) {
                rename(from, oldName, to, newName);
            } else {
                rename2(from, oldName, to, newName, flags);
            }
        } catch (FuseException e) {
            if (mayHaveHappened(e)) {
                names.drop(from, oldName);
                names.drop(to, newName);
            }
            throw e;
        }
        names.renamed(from, oldName, to, newName, exchange, asked);
    }

    /** A node was changed by way of its name, see {@link WriteBack#changed}. */
    void changed(Inode inode) {
        superblock.writeBack.changed(inode, caller);
    }

    private void rename(Inode from, Name oldName, Inode to, Name newName) {
        try (Request request = request(Opcode.RENAME, from)) {
            RenameIn.NEWDIR.set(request.arguments(), to.number());
            superblock.port.call(request.name(oldName).name(newName));
        }
    }

    private void rename2(Inode from, Name oldName, Inode to, Name newName, int flags) {
        if (superblock.lacks(Opcode.RENAME2) || minor() < RENAME2_MINOR) {
            throw FuseException.of(Errno.EINVAL);
        }
        // A whiteout is a node that is made, so the server is told for whom.
        Request whole = (flags & WHITEOUT) == 0 ? request(Opcode.RENAME2, from)
                : superblock.port.newRequest(Opcode.RENAME2, from.number(), caller);
        try (Request request = whole) {
            Rename2In.NEWDIR.set(request.arguments(), to.number());
            Rename2In.FLAGS.set(request.arguments(), flags);
            superblock.port.call(request.name(oldName).name(newName));
        } catch (FuseException e) {
            throw superblock.without(Opcode.RENAME2, e, Errno.EINVAL);
        }
    }
}

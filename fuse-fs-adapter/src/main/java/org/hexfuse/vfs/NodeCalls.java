package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.AccessIn;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.LinkIn;
import org.hexfuse.abi.MkdirIn;
import org.hexfuse.abi.MknodIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Rename2In;
import org.hexfuse.abi.RenameIn;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.SetxattrIn;
import org.hexfuse.abi.StatxData;
import org.hexfuse.abi.StatxIn;
import org.hexfuse.abi.StatxOut;
import org.hexfuse.device.Caller;
import org.hexfuse.device.Request;
import org.hexfuse.posix.AccessControlList;

/**
 * The requests on nodes and names, one method each, on behalf of one user: makes them, checks the answers, and keeps the
 * caches right. Nodes that are returned are held for the caller.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c}, {@code xattr.c}.
 */
final class NodeCalls {
    private static final int LONGEST_TARGET = 4095;
    private static final int RENAME2_MINOR = 23;
    private static final int WHITEOUT = 4;
    private static final int FIRST_ATTRIBUTE_ROOM = 1024;
    private static final int MOST_ATTRIBUTE_ROOM = 65_536;

    private final Superblock superblock;
    private final DentryCache names;
    private final AttributeCache attributes;
    private final Credentials credentials;
    private final Caller caller;

    NodeCalls(Superblock superblock, Credentials credentials) {
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

    /** Asks the server for a name, whatever is known here. */
    Inode lookup(Inode directory, Name name) {
        checkLength(name);
        directory.lookedInto = true;
        return superblock.turns.in(directory, () -> lookupNow(directory, name));
    }

    private Inode lookupNow(Inode directory, Name name) {
        long asked = attributes.version();
        try (Request request = request(Opcode.LOOKUP, directory).name(name)) {
            superblock.port.call(request);
            EntryReply entry = Replies.entry(request.reply(), 0, minor());
            if (entry.node() == 0) {
                names.absent(directory, name, entry.validUntil());
                throw FuseException.of(Errno.ENOENT);
            }
            return names.entered(directory, name, entry, asked);
        } catch (FuseException e) {
            if (e.errno() == Errno.ENOENT) {
                // It says nothing of the time for which it holds, so there is nothing to remember.
                names.dropIfThere(directory, name);
            }
            throw e;
        }
    }

    void checkLength(Name name) {
        if (name.length() > superblock.port.negotiated().nameMax()) {
            throw FuseException.of(Errno.ENAMETOOLONG);
        }
    }

    Stat attributes(Inode inode) {
        return attributes.believed(inode).orElseGet(() -> getattr(inode));
    }

    Stat getattr(Inode inode) {
        long asked = attributes.version();
        try (Request request = request(Opcode.GETATTR, inode)) {
            superblock.port.call(request);
            Stat result = attributes(inode, request);
            attributes.arrived(inode, result, Replies.attributesValidUntil(request.reply()), asked);
            return attributes.withOwn(inode, result);
        }
    }

    /** When a node was made, if the server says so. The attributes that come along are as good as those of GETATTR. */
    Optional<Instant> birth(Inode inode) {
        if (superblock.lacks(Opcode.STATX)) {
            return Optional.empty();
        }
        long asked = attributes.version();
        try (Request request = request(Opcode.STATX, inode)) {
            StatxIn.SX_MASK.set(request.arguments(), Replies.STATX_BASIC | Replies.STATX_BTIME);
            superblock.port.call(request);
            MemorySegment reply = request.reply();
            int told = StatxData.MASK.get(reply, StatxOut.STAT.offset());
            if (!Replies.fits(reply, inode.type)) {
                inode.bad = true;
                throw FuseException.of(Errno.EIO);
            }
            if ((told & Replies.STATX_BASIC) == Replies.STATX_BASIC) {
                attributes.arrived(inode, Replies.statx(reply), Replies.statxValidUntil(reply), asked);
            }
            return (told & Replies.STATX_BTIME) == 0 ? Optional.empty() : Optional.of(Replies.birth(reply));
        } catch (FuseException e) {
            if (e.errno() != Errno.ENOSYS) {
                throw e;
            }
            superblock.isLacking(Opcode.STATX);
            return Optional.empty();
        }
    }

    private Stat attributes(Inode inode, Request request) {
        Stat result = Replies.attributes(request.reply(), AttrOut.ATTR.offset(), minor());
        if (result.type() != inode.type) {
            inode.bad = true;
            throw FuseException.of(Errno.EIO);
        }
        return result;
    }

    void setattr(Inode inode, AttributeChange change) {
        superblock.writeBack.complete(inode, change);
        if (change.has(SetattrFlag.SIZE) && superblock.dropsSetIdWhenTold() && !credentials.isRoot()) {
            // Whether there is something to take away is the server's to know.
            change.killSetId();
        }
        try (Request request = request(Opcode.SETATTR, inode)) {
            change.write(request.arguments());
            if (change.has(SetattrFlag.SIZE)) {
                SetattrIn.LOCK_OWNER.set(request.arguments(), 0);
            }
            superblock.port.call(request);
            Stat told = attributes(inode, request);
            Stat result = superblock.writeBack.owns(inode)
                    ? change.own(inode.attributes, told, superblock.writeBack.now())
                    : told;
            attributes.changed(inode, result, Replies.attributesValidUntil(request.reply()));
        } catch (FuseException e) {
            attributes.changed(inode);
            throw e;
        }
    }

    Name readlink(Inode inode) {
        try (Request request = request(Opcode.READLINK, inode).replyRoom(LONGEST_TARGET + 1L)) {
            superblock.port.call(request);
            attributes.expire(inode);
            int length = (int) Math.min(request.replySize(), LONGEST_TARGET);
            return Name.of(request.reply(), 0, length);
        }
    }

    Inode mknod(Inode directory, Name name, int mode, int device) {
        checkLength(name);
        long asked = attributes.version();
        try (Request request = request(Opcode.MKNOD, directory)) {
            MknodIn.MODE.set(request.arguments(), masked(mode));
            MknodIn.RDEV.set(request.arguments(), device);
            MknodIn.UMASK.set(request.arguments(), credentials.umask());
            return created(directory, name, extended(request.name(name), directory), mode, asked);
        }
    }

    Inode mkdir(Inode directory, Name name, int mode) {
        checkLength(name);
        long asked = attributes.version();
        try (Request request = request(Opcode.MKDIR, directory)) {
            MkdirIn.MODE.set(request.arguments(), masked(mode));
            MkdirIn.UMASK.set(request.arguments(), credentials.umask());
            return created(directory, name, extended(request.name(name), directory), FileType.DIRECTORY.mode(),
                    asked);
        }
    }

    Inode symlink(Inode directory, Name name, Name target) {
        checkLength(name);
        if (target.length() > LONGEST_TARGET) {
            throw FuseException.of(Errno.ENAMETOOLONG);
        }
        long asked = attributes.version();
        try (Request request = request(Opcode.SYMLINK, directory).name(name).name(target)) {
            return created(directory, name, extended(request, directory), FileType.SYMLINK.mode(), asked);
        }
    }

    Inode link(Inode target, Inode directory, Name name) {
        checkLength(name);
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
        attributes.changed(directory);
        return names.entered(directory, name, entry, asked);
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
        names.drop(directory, name);
        attributes.changed(directory);
        attributes.changed(victim);
        superblock.writeBack.changed(victim, caller);
    }

    /** Whether a change may have been made though it failed, so that names are to be looked up again. */
    private static boolean mayHaveHappened(FuseException e) {
        return e.errno() == Errno.EINTR || e.errno() == Errno.ENOENT;
    }

    void rename(Inode from, Name oldName, Inode to, Name newName, int flags, boolean exchange) {
        checkLength(newName);
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
        names.renamed(from, oldName, to, newName, exchange);
        attributes.changed(from);
        attributes.changed(to);
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

    FileSystemStat statfs(Inode inode) {
        try (Request request = request(Opcode.STATFS, inode)) {
            superblock.port.call(request);
            return Replies.statfs(request.reply());
        }
    }

    /** Asks whether the user may do what {@code mask} says, in the bits of {@code access(2)}. */
    void access(Inode inode, int mask) {
        if (superblock.lacks(Opcode.ACCESS)) {
            return;
        }
        try (Request request = request(Opcode.ACCESS, inode)) {
            AccessIn.MASK.set(request.arguments(), mask);
            superblock.port.call(request);
        } catch (FuseException e) {
            if (e.errno() != Errno.ENOSYS) {
                throw e;
            }
            superblock.isLacking(Opcode.ACCESS);
        }
    }

    void syncfs() {
        if (superblock.lacks(Opcode.SYNCFS)) {
            return;
        }
        try (Request request = request(Opcode.SYNCFS, superblock.nodes.root())) {
            superblock.port.call(request);
        } catch (FuseException e) {
            if (e.errno() != Errno.ENOSYS) {
                throw e;
            }
            superblock.isLacking(Opcode.SYNCFS);
        }
    }

    void setxattr(Inode inode, Name name, byte[] value, int flags) {
        setxattr(inode, name, value, flags, 0);
    }

    /**
     * The same.
     *
     * @param extra what else is wanted, in the bits of {@link SetxattrFlag}; the server hears of it if it wanted to
     */
    void setxattr(Inode inode, Name name, byte[] value, int flags, long extra) {
        if (superblock.lacks(Opcode.SETXATTR)) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
        if (value.length > MOST_ATTRIBUTE_ROOM) {
            throw FuseException.of(Errno.E2BIG);
        }
        try (Request request = request(Opcode.SETXATTR, inode)) {
            SetxattrIn.SIZE_FIELD.set(request.arguments(), value.length);
            SetxattrIn.FLAGS.set(request.arguments(), flags);
            if (superblock.port.negotiated().has(InitFlag.SETXATTR_EXT)) {
                SetxattrIn.SETXATTR_FLAGS.set(request.arguments(), (int) extra);
            }
            superblock.port.call(request.name(name).data(MemorySegment.ofArray(value), 0, value.length));
        } catch (FuseException e) {
            throw superblock.without(Opcode.SETXATTR, e, Errno.EOPNOTSUPP);
        }
        attributes.changed(inode);
        superblock.writeBack.changed(inode, caller);
    }

    byte[] getxattr(Inode inode, Name name) {
        return attribute(Opcode.GETXATTR, inode, List.of(name));
    }

    /**
     * The list that says who may use a node, if there is one.
     *
     * @param told the attributes that it is to go with, as they were told last
     */
    Optional<AccessControlList> accessList(Inode inode, Stat told) {
        Inode.KnownList known = inode.accessList;
        // The same answer, not an equal one: a list may have changed where attributes have not.
        if (isSame(known.attributes(), told)) {
            return known.list();
        }
        Optional<AccessControlList> list = askForAccessList(inode);
        inode.accessList = new Inode.KnownList(told, list);
        return list;
    }

    @SuppressWarnings("ReferenceEquality") private static boolean isSame(Stat one, Stat other) {
        return one == other;
    }

    private Optional<AccessControlList> askForAccessList(Inode inode) {
        byte[] value;
        try {
            value = getxattr(inode, AccessControlList.ACCESS);
        } catch (FuseException e) {
            if (e.errno() == Errno.ENODATA || e.errno() == Errno.EOPNOTSUPP) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            return AccessControlList.parse(value);
        } catch (FuseException _) {
            throw FuseException.of(Errno.EIO);
        }
    }

    List<Name> listxattr(Inode inode) {
        byte[] list = attribute(Opcode.LISTXATTR, inode, List.of());
        var names = new ArrayList<Name>();
        int start = 0;
        for (int i = 0; i < list.length; i++) {
            if (list[i] == 0) {
                if (i == start) {
                    throw FuseException.of(Errno.EIO);
                }
                names.add(Name.of(MemorySegment.ofArray(list), start, i - start));
                start = i + 1;
            }
        }
        if (start != list.length) {
            throw FuseException.of(Errno.EIO);
        }
        return names;
    }

    /** Asks with little room, which is enough for nearly all, and then with as much as there can be. */
    private byte[] attribute(Opcode opcode, Inode inode, List<Name> names) {
        if (superblock.lacks(opcode)) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
        try {
            return attribute(opcode, inode, names, FIRST_ATTRIBUTE_ROOM);
        } catch (FuseException e) {
            if (e.errno() != Errno.ERANGE) {
                throw superblock.without(opcode, e, Errno.EOPNOTSUPP);
            }
            return attribute(opcode, inode, names, MOST_ATTRIBUTE_ROOM);
        }
    }

    private byte[] attribute(Opcode opcode, Inode inode, List<Name> names, int room) {
        try (Request request = request(opcode, inode)) {
            GetxattrIn.SIZE_FIELD.set(request.arguments(), room);
            names.forEach(request::name);
            superblock.port.call(request.replyRoom(room));
            return request.reply().asSlice(0, request.replySize()).toArray(JAVA_BYTE);
        }
    }

    void removexattr(Inode inode, Name name) {
        if (superblock.lacks(Opcode.REMOVEXATTR)) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
        try (Request request = request(Opcode.REMOVEXATTR, inode).name(name)) {
            superblock.port.call(request);
        } catch (FuseException e) {
            throw superblock.without(Opcode.REMOVEXATTR, e, Errno.EOPNOTSUPP);
        }
        attributes.changed(inode);
        superblock.writeBack.changed(inode, caller);
    }
}

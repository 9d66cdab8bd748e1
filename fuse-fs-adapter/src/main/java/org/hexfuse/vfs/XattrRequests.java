package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetxattrIn;
import org.hexfuse.device.Caller;
import org.hexfuse.device.Request;
import org.hexfuse.posix.AccessControlList;

/**
 * The requests on extended attributes, on behalf of one user: makes them, checks the answers, and keeps the caches right.
 *
 * <p>Source: Linux {@code fs/fuse/xattr.c}, {@code acl.c}.
 */
final class XattrRequests {
    private static final int FIRST_ATTRIBUTE_ROOM = 1024;
    private static final int MOST_ATTRIBUTE_ROOM = 65_536;

    private final Superblock superblock;
    private final Caller caller;

    XattrRequests(Superblock superblock, Credentials credentials) {
        this.superblock = superblock;
        this.caller = credentials.caller();
    }

    private Request request(Opcode opcode, Inode inode) {
        return superblock.request(opcode, inode, caller);
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
        superblock.attributes.changed(inode);
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
        superblock.attributes.changed(inode);
        superblock.writeBack.changed(inode, caller);
    }
}

package org.hexfuse.vfs.inode;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetxattrFlag;
import org.hexfuse.abi.SetxattrIn;
import org.hexfuse.device.Request;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.AccessControlList.Entry;
import org.hexfuse.posix.XattrFlags;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.IdMapping;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.mount.Superblock;

/**
 * Extended attributes: the rules of their namespaces, then GETXATTR, LISTXATTR, SETXATTR and REMOVEXATTR.
 *
 * <p>Source: {@code xattr(7)}, Linux {@code fs/xattr.c}, {@code fs/posix_acl.c}, {@code fs/fuse/xattr.c}, {@code acl.c}.
 */
public final class Xattrs {
    private static final String SECURITY = "security.";
    private static final int MAX_NAME = 255;
    /** The longest access control list: a page, in bytes. */
    static final int MAX_LIST = 4096;
    /** The room for a value in the first request, in bytes: enough for nearly all. */
    private static final int FIRST_ROOM = 1024;
    private static final int MAX_VALUE = 65_536;
    private static final int LIST_HEADER = 4;
    /** Of a tag and permissions in 16 bits each, and an id. */
    private static final int LIST_ENTRY = 8;
    private static final int ENTRY_ID = 4;
    private static final short ACL_USER = 0x02;
    private static final short ACL_GROUP = 0x08;

    private final Superblock superblock;
    private final Permissions permissions;
    private final Caller caller;

    /** For one user. */
    public Xattrs(Superblock superblock, Permissions permissions, Credentials credentials) {
        this.superblock = superblock;
        this.permissions = permissions;
        this.caller = credentials.caller();
    }

    /** {@code getxattr(2)}. */
    public byte[] get(Inode inode, String name) {
        check(inode, name, false);
        byte[] value = read(superblock, caller, Opcode.GETXATTR, inode, List.of(Name.of(name)));
        return isAccessList(name) && !ids().isIdentity() ? onMount(value) : value;
    }

    /** {@code listxattr(2)}; EIO for a name that is empty or not terminated. */
    public List<Name> list(Inode inode) {
        byte[] list = read(superblock, caller, Opcode.LISTXATTR, inode, List.of());
        var names = new ArrayList<Name>();
        int start = 0;
        for (int i = 0; i < list.length; i++) {
            if (list[i] == 0) {
                require(i != start, Errno.EIO);
                names.add(Name.of(MemorySegment.ofArray(list), start, i - start));
                start = i + 1;
            }
        }
        require(start == list.length, Errno.EIO);
        return names;
    }

    /** {@code setxattr(2)}. */
    public void set(Inode inode, String name, byte[] value, int flags) {
        permissions.requireWritable();
        require((flags & ~(XattrFlags.CREATE | XattrFlags.REPLACE)) == 0, Errno.EINVAL);
        check(inode, name, true);
        if (name.startsWith(SECURITY)) {
            inode.mayHavePrivileges();
        }
        if (isAccessList(name)) {
            setAccessList(inode, Name.of(name), value);
        } else {
            setxattr(inode, Name.of(name), value, flags, 0);
        }
    }

    /** {@code removexattr(2)}. */
    public void remove(Inode inode, String name) {
        permissions.requireWritable();
        check(inode, name, true);
        if (!isAccessList(name)) {
            removexattr(inode, Name.of(name));
        } else if (canHaveAccessList(inode, Name.of(name), false)) {
            changeAccessList(inode, () -> removexattr(inode, Name.of(name)));
        }
    }

    private IdMapping ids() {
        return permissions.mount().ids;
    }

    /** A list with the ids that the mount shows; -1 for unmapped ones, which no valid list has. */
    private byte[] onMount(byte[] value) {
        ByteBuffer list = ByteBuffer.wrap(value.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = LIST_HEADER; at + LIST_ENTRY <= value.length; at += LIST_ENTRY) {
            int id = list.getInt(at + ENTRY_ID);
            switch (list.getShort(at)) {
                case ACL_USER -> list.putInt(at + ENTRY_ID, ids().userOnMount(id));
                case ACL_GROUP -> list.putInt(at + ENTRY_ID, ids().groupOnMount(id));
                default -> {
                    // The other entries have no id.
                }
            }
        }
        return list.array();
    }

    /** A list with the ids in the filesystem; EINVAL for unmapped ones, as of an id that the user namespace does not have. */
    private AccessControlList inFilesystem(AccessControlList list) {
        return AccessControlList.of(list.entries().stream().map(entry -> switch (entry.tag()) {
            case USER -> new Entry(entry.tag(), entry.permissions(), mapped(ids().userInFilesystem(entry.id())));
            case GROUP -> new Entry(entry.tag(), entry.permissions(), mapped(ids().groupInFilesystem(entry.id())));
            default -> entry;
        }).toList());
    }

    private static int mapped(int id) {
        require(id != -1, Errno.EINVAL);
        return id;
    }

    private static boolean isAccessList(String name) {
        return AccessControlList.ACCESS.is(name) || AccessControlList.DEFAULT.is(name);
    }

    /** The flags of setxattr(2) do not apply to a list; an empty list is removed. */
    private void setAccessList(Inode inode, Name name, byte[] value) {
        Optional<AccessControlList> list = AccessControlList.parse(value);
        if (!canHaveAccessList(inode, name, list.isPresent())) {
            return;
        }
        if (list.isEmpty()) {
            changeAccessList(inode, () -> removexattr(inode, name));
            return;
        }
        byte[] bytes = (ids().isIdentity() ? list.get() : inFilesystem(list.get())).toBytes();
        require(bytes.length <= MAX_LIST, Errno.E2BIG);
        boolean killSgid = superblock.checksAccessLists() && permissions.losesSetGid(inode);
        changeAccessList(inode,
                () -> setxattr(inode, name, bytes, 0, killSgid ? SetxattrFlag.ACL_KILL_SGID.mask() : 0));
    }

    /** With POSIX_ACL a change of a list, also one that fails, may have changed the mode. */
    private void changeAccessList(Inode inode, Runnable change) {
        try {
            change.run();
        } finally {
            if (superblock.checksAccessLists()) {
                superblock.attributes.invalidate(inode);
            }
        }
    }

    /** Checks a change of a list. Returns whether the file can have one. */
    private boolean canHaveAccessList(Inode inode, Name name, boolean set) {
        require(inode.type() != FileType.SYMLINK, Errno.EOPNOTSUPP);
        if (name.equals(AccessControlList.DEFAULT) && !inode.isDirectory()) {
            require(!set, Errno.EACCES);
            return false;
        }
        permissions.owner(inode);
        return true;
    }

    private void check(Inode inode, String name, boolean change) {
        int length = Name.encode(name).length;
        require(length > 0 && length <= MAX_NAME, Errno.ERANGE);
        require(name.indexOf('\0') < 0, Errno.EINVAL);
        if (name.startsWith("system.")) {
            return;
        }
        if (name.startsWith(SECURITY)) {
            require(!change || permissions.isRoot(), Errno.EPERM);
            return;
        }
        if (name.startsWith("trusted.")) {
            require(permissions.isRoot(), change ? Errno.EPERM : Errno.ENODATA);
            return;
        }
        if (name.startsWith("user.")) {
            require(inode.isDirectory() || inode.type() == FileType.REGULAR, change ? Errno.EPERM : Errno.ENODATA);
            if (change && inode.isDirectory()) {
                permissions.ownerIfSticky(inode);
            }
        }
        permissions.check(inode, change ? Permissions.WRITE : Permissions.READ);
    }

    /** {@code extra} are the flags of SETXATTR_EXT, sent if that was negotiated. */
    private void setxattr(Inode inode, Name name, byte[] value, int flags, long extra) {
        superblock.unsupported.require(Opcode.SETXATTR, Errno.EOPNOTSUPP);
        require(value.length <= MAX_VALUE, Errno.E2BIG);
        try (Request request = superblock.request(Opcode.SETXATTR, inode, caller)) {
            SetxattrIn.SIZE_FIELD.set(request.arguments(), value.length);
            SetxattrIn.FLAGS.set(request.arguments(), flags);
            if (superblock.port.negotiated().has(InitFlag.SETXATTR_EXT)) {
                SetxattrIn.SETXATTR_FLAGS.set(request.arguments(), (int) extra);
            }
            superblock.port.call(request.name(name).data(MemorySegment.ofArray(value), 0, value.length));
        } catch (FuseException e) {
            throw superblock.unsupported.translate(Opcode.SETXATTR, e, Errno.EOPNOTSUPP);
        }
        changed(inode);
    }

    /** REMOVEXATTR, without a check. */
    void removexattr(Inode inode, Name name) {
        superblock.unsupported.require(Opcode.REMOVEXATTR, Errno.EOPNOTSUPP);
        try (Request request = superblock.request(Opcode.REMOVEXATTR, inode, caller).name(name)) {
            superblock.port.call(request);
        } catch (FuseException e) {
            throw superblock.unsupported.translate(Opcode.REMOVEXATTR, e, Errno.EOPNOTSUPP);
        }
        changed(inode);
    }

    private void changed(Inode inode) {
        superblock.attributes.invalidate(inode, StatField.CTIME);
        superblock.writeBack.changed(inode, caller);
    }

    /** GETXATTR or LISTXATTR: with little room first, and after ERANGE with as much as the protocol allows. */
    private static byte[] read(Superblock superblock, Caller caller, Opcode opcode, Inode inode, List<Name> names) {
        superblock.unsupported.require(opcode, Errno.EOPNOTSUPP);
        try {
            return read(superblock, caller, opcode, inode, names, FIRST_ROOM);
        } catch (FuseException e) {
            if (e.errno() != Errno.ERANGE) {
                throw superblock.unsupported.translate(opcode, e, Errno.EOPNOTSUPP);
            }
            return read(superblock, caller, opcode, inode, names, MAX_VALUE);
        }
    }

    /** GETXATTR or LISTXATTR with so much room; ERANGE if it is too little. */
    static byte[] read(Superblock superblock, Caller caller, Opcode opcode, Inode inode, List<Name> names, int room) {
        try (Request request = superblock.request(opcode, inode, caller)) {
            GetxattrIn.SIZE_FIELD.set(request.arguments(), room);
            names.forEach(request::name);
            superblock.port.call(request.replyRoom(room));
            return request.reply().asSlice(0, request.replySize()).toArray(JAVA_BYTE);
        }
    }
}

package org.hexfuse.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;

/**
 * A POSIX access control list: the permissions of the owner, of named users, of the owning group, of named groups and of
 * others. It is always valid: it has one entry each for the owner, the group and others, a mask if users or groups are named,
 * and no user or group twice. Permissions are the bits 4 to read, 2 to write, 1 to execute. Immutable.
 *
 * <p>Source: {@code acl(5)}, POSIX 1003.1e draft 17, Linux {@code fs/posix_acl.c} and
 * {@code include/uapi/linux/posix_acl_xattr.h}.
 */
public final class AccessControlList {
    /** The extended attribute of the access list of a file. */
    public static final Name ACCESS = Name.of("system.posix_acl_access");
    /** The extended attribute of the default list of a directory, which new files in it inherit. */
    public static final Name DEFAULT = Name.of("system.posix_acl_default");

    private static final int VERSION = 2;
    private static final int HEADER = 4;
    private static final int ENTRY = 8;
    private static final int ALL = 7;
    private static final int MODE = 0777;
    private static final int NOBODY = -1;

    /** The tag of an entry, in the order of entries. */
    public enum Tag {
        /** ACL_USER_OBJ: the owner of the file. */
        OWNER(0x01),
        /** ACL_USER: a user, by id. */
        USER(0x02),
        /** ACL_GROUP_OBJ: the group of the file. */
        OWNING_GROUP(0x04),
        /** ACL_GROUP: a group, by id. */
        GROUP(0x08),
        /** ACL_MASK: the upper bound for named users, named groups and the owning group. */
        MASK(0x10),
        /** ACL_OTHER: all others. */
        OTHERS(0x20);

        private final int code;

        Tag(int code) {
            this.code = code;
        }

        private static Tag byCode(int code) {
            for (Tag tag : values()) {
                if (tag.code == code) {
                    return tag;
                }
            }
            throw invalid();
        }

        private boolean isNamed() { return this == USER || this == GROUP; }
    }

    /**
     * An entry.
     *
     * @param permissions 0 to 7
     * @param id the id of the user or group, for the tags that name one
     */
    public record Entry(Tag tag, int permissions, int id) {
        /** An entry of a tag without an id. */
        public Entry(Tag tag, int permissions) {
            this(tag, permissions, NOBODY);
        }

        private Entry with(int bits) {
            return new Entry(tag, bits, id);
        }
    }

    /**
     * The mode and the list of a new file.
     *
     * @param mode the permissions, which the list agrees with
     * @param list the access list
     */
    public record Inherited(int mode, AccessControlList list) {}

    private final List<Entry> entries;

    private AccessControlList(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    private static FuseException invalid() {
        return FuseException.of(Errno.EINVAL, "an invalid access control list");
    }

    /** The list of these entries, in this order; EINVAL if it is invalid. */
    public static AccessControlList of(List<Entry> entries) {
        check(entries);
        return new AccessControlList(entries);
    }

    /** The minimal list, equivalent to the permissions of a mode. */
    public static AccessControlList ofMode(int mode) {
        return new AccessControlList(List.of(new Entry(Tag.OWNER, mode >> 6 & ALL),
                new Entry(Tag.OWNING_GROUP, mode >> 3 & ALL), new Entry(Tag.OTHERS, mode & ALL)));
    }

    /**
     * Parses the value of an extended attribute; empty if it has no entries, which removes a list.
     *
     * @throws FuseException EOPNOTSUPP if it is of another version, EINVAL if it is invalid
     */
    public static Optional<AccessControlList> parse(byte[] value) {
        if (value.length == 0) {
            return Optional.empty();
        }
        if (value.length < HEADER) {
            throw invalid();
        }
        ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt() != VERSION) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
        if (in.remaining() % ENTRY != 0) {
            throw invalid();
        }
        List<Entry> entries = new ArrayList<>();
        while (in.hasRemaining()) {
            Tag tag = Tag.byCode(Short.toUnsignedInt(in.getShort()));
            int permissions = Short.toUnsignedInt(in.getShort());
            int id = in.getInt();
            entries.add(new Entry(tag, permissions, tag.isNamed() ? id : NOBODY));
        }
        return entries.isEmpty() ? Optional.empty() : Optional.of(of(entries));
    }

    private static void check(List<Entry> entries) {
        Set<Tag> tags = EnumSet.noneOf(Tag.class);
        Set<Entry> named = new HashSet<>();
        Tag last = Tag.OWNER;
        for (Entry entry : entries) {
            Tag tag = entry.tag();
            boolean again = !tags.add(tag) && !tag.isNamed();
            boolean twice = tag.isNamed() && (entry.id() == NOBODY || !named.add(entry.with(0)));
            if (again || twice || tag.compareTo(last) < 0 || (entry.permissions() & ~ALL) != 0) {
                throw invalid();
            }
            last = tag;
        }
        boolean complete = tags.containsAll(EnumSet.of(Tag.OWNER, Tag.OWNING_GROUP, Tag.OTHERS));
        if (!complete || (!named.isEmpty() && !tags.contains(Tag.MASK))) {
            throw invalid();
        }
    }

    /** The value of the extended attribute. */
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(HEADER + ENTRY * entries.size()).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(VERSION);
        for (Entry entry : entries) {
            out.putShort((short) entry.tag().code).putShort((short) entry.permissions()).putInt(entry.id());
        }
        return out.array();
    }

    /** The entries, in their order. */
    public List<Entry> entries() {
        return entries;
    }

    /** Whether the list is equivalent to a mode. */
    public boolean isMode() { return entries.size() == 3; }

    /** The permission bits of a file with this list; the bits of the group are those of the mask, if there is one. */
    public int mode() {
        return permissions(Tag.OWNER) << 6 | permissions(groupClass()) << 3 | permissions(Tag.OTHERS);
    }

    private Tag groupClass() {
        return entries.stream().anyMatch(entry -> entry.tag() == Tag.MASK) ? Tag.MASK : Tag.OWNING_GROUP;
    }

    private int permissions(Tag tag) {
        for (Entry entry : entries) {
            if (entry.tag() == tag) {
                return entry.permissions();
            }
        }
        throw new IllegalStateException("no " + tag);
    }

    private AccessControlList map(UnaryOperator<Entry> change) {
        return new AccessControlList(entries.stream().map(change).toList());
    }

    /** The list after {@code chmod(2)}: the bits of the group set the mask, if there is one. */
    public AccessControlList withMode(int mode) {
        Tag group = groupClass();
        return map(entry -> {
            if (entry.tag() == Tag.OWNER) {
                return entry.with(mode >> 6 & ALL);
            }
            if (entry.tag() == group) {
                return entry.with(mode >> 3 & ALL);
            }
            return entry.tag() == Tag.OTHERS ? entry.with(mode & ALL) : entry;
        });
    }

    /**
     * The mode and the list of a new file in a directory with this default list.
     *
     * @param mode the requested mode, without a umask; bits other than permissions are kept
     */
    public Inherited inherit(int mode) {
        int permissions = mode & mode() & MODE;
        return new Inherited((mode & ~MODE) | permissions, withMode(permissions));
    }

    /**
     * Whether a user has all permissions of {@code wanted}. Capabilities of root are not considered.
     *
     * @param uid the user
     * @param isIn whether the user is a member of a group
     * @param owner the owner of the file
     * @param group the group of the file
     */
    public boolean allows(int uid, IntPredicate isIn, int owner, int group, int wanted) {
        if (uid == owner) {
            return (permissions(Tag.OWNER) & wanted) == wanted;
        }
        int mask = groupClass() == Tag.MASK ? permissions(Tag.MASK) : ALL;
        boolean isInAny = false;
        for (Entry entry : entries) {
            int permissions = entry.permissions();
            if (entry.tag() == Tag.USER && entry.id() == uid) {
                return (permissions & mask & wanted) == wanted;
            }
            boolean counts = (entry.tag() == Tag.OWNING_GROUP && isIn.test(group))
                    || (entry.tag() == Tag.GROUP && isIn.test(entry.id()));
            if (counts && (permissions & wanted) == wanted) {
                return (mask & wanted) == wanted;
            }
            isInAny |= counts;
        }
        return !isInAny && (permissions(Tag.OTHERS) & wanted) == wanted;
    }

    @Override public boolean equals(Object other) {
        return other instanceof AccessControlList list && entries.equals(list.entries);
    }

    @Override public int hashCode() {
        return entries.hashCode();
    }

    /** The format of {@code getfacl}, in one line: {@code user::rw-,user:5:r--,group::r--,mask::r--,other::---}. */
    @Override public String toString() {
        var text = new StringBuilder();
        for (Entry entry : entries) {
            text.append(text.isEmpty() ? "" : ",").append(switch (entry.tag()) {
                case OWNER, USER -> "user:";
                case OWNING_GROUP, GROUP -> "group:";
                case MASK -> "mask:";
                case OTHERS -> "other:";
            }).append(entry.tag().isNamed() ? Integer.toUnsignedString(entry.id()) : "").append(':')
                    .append((entry.permissions() & 4) == 0 ? '-' : 'r')
                    .append((entry.permissions() & 2) == 0 ? '-' : 'w')
                    .append((entry.permissions() & 1) == 0 ? '-' : 'x');
        }
        return text.toString();
    }
}

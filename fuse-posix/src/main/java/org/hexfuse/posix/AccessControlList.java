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
 * An access control list: what the owner, some users, the owning group, some groups and everybody else may do. It always is
 * one that makes sense: an entry each for the owner, the group and others, a mask where users or groups are named, and nobody
 * named twice. Permissions are the bits 4 to read, 2 to write, 1 to execute. Immutable.
 *
 * <p>Source: {@code acl(5)}, POSIX 1003.1e draft 17, Linux {@code fs/posix_acl.c} and
 * {@code include/uapi/linux/posix_acl_xattr.h}.
 */
public final class AccessControlList {
    /** The extended attribute with the list that says who may do what with a file. */
    public static final Name ACCESS = Name.of("system.posix_acl_access");
    /** The extended attribute with the list that files made in a directory begin with. */
    public static final Name DEFAULT = Name.of("system.posix_acl_default");

    private static final int VERSION = 2;
    private static final int HEADER = 4;
    private static final int ENTRY = 8;
    private static final int ALL = 7;
    private static final int MODE = 0777;
    private static final int NOBODY = -1;

    /** Whom an entry is for, in the order that entries have. */
    public enum Tag {
        /** The owner of the file. */
        OWNER(0x01),
        /** A user, by number. */
        USER(0x02),
        /** The group of the file. */
        OWNING_GROUP(0x04),
        /** A group, by number. */
        GROUP(0x08),
        /** The most that users and groups that are named, and the owning group, may do. */
        MASK(0x10),
        /** Everybody else. */
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
     * What some may do.
     *
     * @param permissions 0 to 7
     * @param id of the user or group, for entries that name one
     */
    public record Entry(Tag tag, int permissions, int id) {
        /** An entry that names nobody. */
        public Entry(Tag tag, int permissions) {
            this(tag, permissions, NOBODY);
        }

        private Entry with(int bits) {
            return new Entry(tag, bits, id);
        }
    }

    /**
     * What a new file begins with.
     *
     * @param mode the permissions, of all of which the list has its part
     * @param list who may do what
     */
    public record Inherited(int mode, AccessControlList list) {}

    private final List<Entry> entries;

    private AccessControlList(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    private static FuseException invalid() {
        return FuseException.of(Errno.EINVAL, "an access control list that makes no sense");
    }

    /** The list with these entries, in this order: EINVAL if it makes no sense. */
    public static AccessControlList of(List<Entry> entries) {
        check(entries);
        return new AccessControlList(entries);
    }

    /** The list that says what permissions of a mode say. */
    public static AccessControlList ofMode(int mode) {
        return new AccessControlList(List.of(new Entry(Tag.OWNER, mode >> 6 & ALL),
                new Entry(Tag.OWNING_GROUP, mode >> 3 & ALL), new Entry(Tag.OTHERS, mode & ALL)));
    }

    /**
     * Reads the value of an extended attribute; empty if it has no entries, which is how a list is taken away.
     *
     * @throws FuseException EOPNOTSUPP if it is of another version, EINVAL if it makes no sense
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

    /** Whether a mode says as much. */
    public boolean isMode() { return entries.size() == 3; }

    /** The nine permissions that a file with this list shows: its mask, if there is one, is what the group's show. */
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

    /** The list after {@code chmod(2)}: the permissions of the group's become the mask, if there is one. */
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
     * What a file begins with that is made in a directory whose default this is.
     *
     * @param mode what who makes it asks for, without any umask; bits above the nine permissions stay as they are
     */
    public Inherited inherit(int mode) {
        int permissions = mode & mode() & MODE;
        return new Inherited((mode & ~MODE) | permissions, withMode(permissions));
    }

    /**
     * Whether somebody may do all of {@code wanted}. Root's privileges are not considered.
     *
     * @param uid who asks
     * @param isIn which groups they are in
     * @param owner of the file
     * @param group of the file
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

    /** As {@code getfacl} shows it in one line: {@code user::rw-,user:5:r--,group::r--,mask::r--,other::---}. */
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

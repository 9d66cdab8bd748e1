package org.hexfuse.nio.attribute;

import static java.nio.file.attribute.AclEntryFlag.DIRECTORY_INHERIT;
import static java.nio.file.attribute.AclEntryFlag.FILE_INHERIT;
import static java.nio.file.attribute.AclEntryFlag.INHERIT_ONLY;
import static java.nio.file.attribute.AclEntryPermission.APPEND_DATA;
import static java.nio.file.attribute.AclEntryPermission.DELETE_CHILD;
import static java.nio.file.attribute.AclEntryPermission.EXECUTE;
import static java.nio.file.attribute.AclEntryPermission.READ_ACL;
import static java.nio.file.attribute.AclEntryPermission.READ_ATTRIBUTES;
import static java.nio.file.attribute.AclEntryPermission.READ_DATA;
import static java.nio.file.attribute.AclEntryPermission.READ_NAMED_ATTRS;
import static java.nio.file.attribute.AclEntryPermission.SYNCHRONIZE;
import static java.nio.file.attribute.AclEntryPermission.WRITE_DATA;

import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.AccessControlList.Entry;
import org.hexfuse.posix.AccessControlList.Tag;

/**
 * POSIX access control lists as entries of NFSv4, which allow and never deny. The owner, the owning group and others are the principals
 * {@code OWNER@}, {@code GROUP@} and {@code EVERYONE@}; entries of groups and named users have what the mask leaves them. The default list
 * of a directory are entries with FILE_INHERIT, DIRECTORY_INHERIT and INHERIT_ONLY.
 *
 * <p>To read is READ_DATA, to write is WRITE_DATA and APPEND_DATA, in a directory DELETE_CHILD too, to execute or search is EXECUTE. The
 * permissions to read attributes and lists, which everyone has, are accepted; others are EINVAL, as is an entry that denies.
 *
 * <p>Source: {@code acl(5)}, RFC 8881 section 6, draft-ietf-nfsv4-acl-mapping.
 */
final class PosixAcl {
    private static final int READ = 4;
    private static final int WRITE = 2;
    private static final int SEARCH = 1;
    private static final int ALL = 7;
    private static final Set<AclEntryFlag> INHERITED = EnumSet.of(FILE_INHERIT, DIRECTORY_INHERIT, INHERIT_ONLY);
    private static final Set<AclEntryPermission> EXPRESSIBLE = EnumSet.of(READ_DATA, WRITE_DATA, APPEND_DATA,
            DELETE_CHILD, EXECUTE, READ_ATTRIBUTES, READ_NAMED_ATTRS, READ_ACL, SYNCHRONIZE);

    private PosixAcl() {}

    /** Whether an entry is of the default list; EINVAL if only files or only directories inherit it, or not all levels. */
    static boolean isInherited(AclEntry entry) {
        Set<AclEntryFlag> flags = entry.flags();
        boolean files = flags.contains(FILE_INHERIT);
        if (files != flags.contains(DIRECTORY_INHERIT) || flags.contains(AclEntryFlag.NO_PROPAGATE_INHERIT)
                || (flags.contains(INHERIT_ONLY) && !files)) {
            throw FuseException.of(Errno.EINVAL, "'" + entry + "' is no entry of a POSIX list: files and directories"
                    + " of all levels inherit it, or none");
        }
        return files;
    }

    /** The entries of an access list. */
    static List<AclEntry> entries(AccessControlList list, boolean isDirectory) {
        return entries(list, isDirectory, Set.of());
    }

    /** The entries of a default list. */
    static List<AclEntry> inherited(AccessControlList list) {
        return entries(list, true, INHERITED);
    }

    private static List<AclEntry> entries(AccessControlList list, boolean isDirectory, Set<AclEntryFlag> flags) {
        int mask = list.entries().stream().filter(entry -> entry.tag() == Tag.MASK).mapToInt(Entry::permissions)
                .findFirst().orElse(ALL);
        var entries = new ArrayList<AclEntry>();
        for (Entry entry : list.entries()) {
            if (entry.tag() != Tag.MASK) {
                boolean isMasked = entry.tag() != Tag.OWNER && entry.tag() != Tag.OTHERS;
                entries.add(AclEntry.newBuilder().setType(AclEntryType.ALLOW).setPrincipal(principal(entry))
                        .setPermissions(permissions(entry.permissions() & (isMasked ? mask : ALL), isDirectory))
                        .setFlags(flags).build());
            }
        }
        return entries;
    }

    private static UserPrincipal principal(Entry entry) {
        return switch (entry.tag()) {
            case OWNER -> Principals.OWNER;
            case USER -> Principals.MACHINE.user(entry.id());
            case OWNING_GROUP -> Principals.GROUP;
            case GROUP -> Principals.MACHINE.group(entry.id());
            case OTHERS, MASK -> Principals.EVERYONE;
        };
    }

    private static Set<AclEntryPermission> permissions(int bits, boolean isDirectory) {
        var permissions = EnumSet.of(READ_ATTRIBUTES, READ_ACL);
        if ((bits & READ) != 0) {
            permissions.add(READ_DATA);
        }
        if ((bits & WRITE) != 0) {
            permissions.add(WRITE_DATA);
            permissions.add(APPEND_DATA);
            if (isDirectory) {
                permissions.add(DELETE_CHILD);
            }
        }
        if ((bits & SEARCH) != 0) {
            permissions.add(EXECUTE);
        }
        return permissions;
    }

    /** The list of entries; EINVAL if they cannot be expressed. Who is not named is allowed nothing. */
    static AccessControlList list(List<AclEntry> entries) {
        var list = new ArrayList<Entry>();
        for (AclEntry entry : entries) {
            list.add(entry(entry));
        }
        for (Tag tag : List.of(Tag.OWNER, Tag.OWNING_GROUP, Tag.OTHERS)) {
            if (list.stream().noneMatch(entry -> entry.tag() == tag)) {
                list.add(new Entry(tag, 0));
            }
        }
        boolean isNamed = list.size() > 3;
        if (isNamed) {
            int mask = list.stream().filter(entry -> entry.tag() != Tag.OWNER && entry.tag() != Tag.OTHERS)
                    .mapToInt(Entry::permissions).reduce(0, (a, b) -> a | b);
            list.add(new Entry(Tag.MASK, mask));
        }
        list.sort(Comparator.comparing(Entry::tag).thenComparing(Entry::id, Integer::compareUnsigned));
        return AccessControlList.of(list);
    }

    private static Entry entry(AclEntry entry) {
        if (entry.type() != AclEntryType.ALLOW || !EXPRESSIBLE.containsAll(entry.permissions())) {
            throw FuseException.of(Errno.EINVAL, "'" + entry + "' is no entry of a POSIX list, which allows to read, to"
                    + " write and to execute");
        }
        int bits = (entry.permissions().contains(READ_DATA) ? READ : 0)
                | (entry.permissions().contains(WRITE_DATA) ? WRITE : 0)
                | (entry.permissions().contains(EXECUTE) ? SEARCH : 0);
        UserPrincipal principal = entry.principal();
        if (principal.equals(Principals.OWNER)) {
            return new Entry(Tag.OWNER, bits);
        }
        if (principal.equals(Principals.GROUP)) {
            return new Entry(Tag.OWNING_GROUP, bits);
        }
        if (principal.equals(Principals.EVERYONE)) {
            return new Entry(Tag.OTHERS, bits);
        }
        return new Entry(principal instanceof Principals.Group ? Tag.GROUP : Tag.USER, bits, Principals.id(principal));
    }
}

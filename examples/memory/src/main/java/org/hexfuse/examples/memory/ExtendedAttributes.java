package org.hexfuse.examples.memory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.AccessControlList;

/** The extended attributes of a node. Not for several threads. Limits are those of Linux, {@code limits.h}. */
final class ExtendedAttributes {
    /** None at all, for all nodes that have none; it never changes. */
    static final ExtendedAttributes NONE = new ExtendedAttributes(new Space(0, 0));

    /** For {@link #set}: the attribute must be new. */
    static final int CREATE = 1;
    /** For {@link #set}: the attribute must be there. */
    static final int REPLACE = 2;

    private static final int LONGEST_NAME = 255;
    private static final int LARGEST_VALUE = 65_536;
    private static final int LARGEST_LIST = 65_536;
    private static final Name CAPABILITY = Name.of("security.capability");
    /** Those with values that mean nothing here. Access control lists do, see {@link #list}. */
    private static final List<String> NAMESPACES = List.of("user.", "trusted.", "security.");

    private final Space space;
    private final Map<Name, byte[]> values = new HashMap<>(2);

    ExtendedAttributes(Space space) {
        this.space = space;
    }

    byte[] get(Name name) {
        checkNameOfAny(name);
        byte[] value = values.get(name);
        if (value == null) {
            throw FuseException.of(Errno.ENODATA);
        }
        return value.clone();
    }

    List<Name> names() {
        return List.copyOf(values.keySet());
    }

    /** An access control list, of which {@code name} says which one. */
    Optional<AccessControlList> list(Name name) {
        return Optional.ofNullable(values.get(name)).flatMap(AccessControlList::parse);
    }

    /** Sets or takes away an access control list, and never fails when there is none to take. */
    void setList(Name name, Optional<AccessControlList> list) {
        if (list.isPresent()) {
            put(name, list.get().toBytes());
        } else if (values.containsKey(name)) {
            remove(name);
        }
    }

    /** Sets what is no access control list: EOPNOTSUPP. */
    void set(Name name, byte[] value, int flags) {
        checkName(name);
        if (value.length > LARGEST_VALUE) {
            throw FuseException.of(Errno.E2BIG);
        }
        checkFlags(flags, values.containsKey(name));
        put(name, value.clone());
    }

    private void put(Name name, byte[] value) {
        byte[] before = values.get(name);
        if (before == null && listSize() + name.length() + 1 > LARGEST_LIST) {
            throw FuseException.of(Errno.ENOSPC);
        }
        int more = cost(name, value) - (before == null ? 0 : cost(name, before));
        if (more > 0) {
            space.take(more);
        } else {
            space.giveBack(-more);
        }
        values.put(name, value);
    }

    void remove(Name name) {
        checkNameOfAny(name);
        byte[] value = values.remove(name);
        if (value == null) {
            throw FuseException.of(Errno.ENODATA);
        }
        space.giveBack(cost(name, value));
    }

    void removeCapability() {
        if (values.containsKey(CAPABILITY)) {
            remove(CAPABILITY);
        }
    }

    void clear() {
        values.forEach((name, value) -> space.giveBack(cost(name, value)));
        if (!values.isEmpty()) {
            values.clear();
        }
    }

    private static void checkNameOfAny(Name name) {
        if (!Lists.has(name)) {
            checkName(name);
        }
    }

    /** A list goes in by {@link #setList} alone. */
    private static void checkName(Name name) {
        if (name.length() == 0 || name.length() > LONGEST_NAME) {
            throw FuseException.of(Errno.ERANGE);
        }
        String text = name.toString();
        if (NAMESPACES.stream().noneMatch(text::startsWith)) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
        if (NAMESPACES.contains(text)) {
            throw FuseException.of(Errno.EINVAL);
        }
    }

    private static void checkFlags(int flags, boolean exists) {
        if ((flags & ~(CREATE | REPLACE)) != 0 || flags == (CREATE | REPLACE)) {
            throw FuseException.of(Errno.EINVAL);
        }
        if (flags == CREATE && exists) {
            throw FuseException.of(Errno.EEXIST);
        }
        if (flags == REPLACE && !exists) {
            throw FuseException.of(Errno.ENODATA);
        }
    }

    private int listSize() {
        return values.keySet().stream().mapToInt(name -> name.length() + 1).sum();
    }

    private static int cost(Name name, byte[] value) {
        return name.length() + value.length;
    }
}

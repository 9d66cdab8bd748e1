package org.hexfuse.examples.memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.AccessControlList;

/** The extended attributes of a node. Not thread-safe. The limits are those of Linux, {@code limits.h}. */
final class ExtendedAttributes {
    /** The shared, immutable instance of nodes without attributes. */
    static final ExtendedAttributes NONE = new ExtendedAttributes(new Space(0, 0));

    /** For {@link #set}: XATTR_CREATE. */
    static final int CREATE = 1;
    /** For {@link #set}: XATTR_REPLACE. */
    static final int REPLACE = 2;

    private static final int LONGEST_NAME = 255;
    private static final int LARGEST_VALUE = 65_536;
    private static final int LARGEST_LIST = 65_536;
    private static final Name CAPABILITY = Name.of("security.capability");
    /** Attributes with opaque values, unlike access control lists, see {@link #list}. */
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

    /** The access control list of attribute {@code name}. */
    Optional<AccessControlList> list(Name name) {
        return Optional.ofNullable(values.get(name)).flatMap(AccessControlList::parse);
    }

    /** Sets or removes an access control list; removing a missing one is no error. */
    void setList(Name name, Optional<AccessControlList> list) {
        if (list.isPresent()) {
            put(name, list.get().toBytes());
        } else if (values.containsKey(name)) {
            remove(name);
        }
    }

    /** Sets an attribute other than an access control list; EOPNOTSUPP for a list. */
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

    /** Writes all, each behind {@code true}. */
    void save(DataOutput out) throws IOException {
        for (var entry : values.entrySet()) {
            out.writeBoolean(true);
            Stored.bytes(entry.getKey().bytes(), out);
            Stored.bytes(entry.getValue(), out);
        }
        out.writeBoolean(false);
    }

    /** Reads what {@link #save} has written. */
    void restore(DataInput in) throws IOException {
        while (in.readBoolean()) {
            put(Stored.name(in, LONGEST_NAME), Stored.bytes(in, LARGEST_VALUE));
        }
    }

    private static void checkNameOfAny(Name name) {
        if (!Lists.has(name)) {
            checkName(name);
        }
    }

    /** Rejects lists, which {@link #setList} sets. */
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

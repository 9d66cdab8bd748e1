package org.hexfuse.server;

import org.hexfuse.abi.Name;

/** The extended attribute by which a security module of the kernel marks a new node. Immutable. */
public final class SecurityContext {
    private final Name name;
    private final byte[] value;

    /** A context with a copy of {@code value}. */
    public SecurityContext(Name name, byte[] value) {
        this.name = name;
        this.value = value.clone();
    }

    /** The name of the attribute, such as {@code security.selinux}. */
    public Name name() {
        return name;
    }

    /** A copy of its value. */
    public byte[] value() {
        return value.clone();
    }
}

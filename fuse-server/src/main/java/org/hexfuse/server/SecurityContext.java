package org.hexfuse.server;

import org.hexfuse.abi.Name;

/** What a security module of the kernel's would have a new node marked with: an extended attribute. Immutable. */
public final class SecurityContext {
    private final Name name;
    private final byte[] value;

    /** Takes over the value. */
    SecurityContext(Name name, byte[] value) {
        this.name = name;
        this.value = value;
    }

    /** The attribute to set, such as {@code security.selinux}. */
    public Name name() {
        return name;
    }

    /** A copy of its value. */
    public byte[] value() {
        return value.clone();
    }
}

package org.hexfuse.transport.mem;

import java.util.Set;
import org.hexfuse.transport.Address;

/** The parameters of an address {@code mem:}. */
final class MemoryAddress {
    static final String SCHEME = "mem";
    static final String INLINE = "inline";
    static final String ALIASED = "aliased";
    private static final Set<String> KNOWN = Set.of(INLINE, ALIASED);

    private MemoryAddress() {}

    static Address check(Address address) {
        for (String parameter : address.parameters().keySet()) {
            if (!KNOWN.contains(parameter)) {
                throw new IllegalArgumentException(
                        "mem: knows no parameter '" + parameter + "'; it has inline and aliased");
            }
            address.flag(parameter);
        }
        return address;
    }
}

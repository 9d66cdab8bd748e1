package org.hexfuse.testkit;

import org.hexfuse.transport.Address;
import org.junit.jupiter.api.Nested;

/** The contract of {@code mem:}. */
class MemoryTransportContractTest {
    @Nested class BetweenThreads extends TransportContract {
        @Override protected Address serverAddress() {
            return Address.parse("mem:");
        }
    }

    @Nested class Aliased extends TransportContract {
        @Override protected Address serverAddress() {
            return Address.parse("mem:?aliased");
        }
    }
}

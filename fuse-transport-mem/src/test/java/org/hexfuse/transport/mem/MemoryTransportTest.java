package org.hexfuse.transport.mem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.Test;

class MemoryTransportTest {
    @Test void anonymousEndpointsHaveNamesOfTheirOwn() throws IOException {
        try (ServerEndpoint one = Transports.open(Address.parse("mem:"));
                ServerEndpoint other = Transports.open(Address.parse("mem:"))) {
            assertThat(one.address()).isNotEqualTo(other.address());
        }
    }

    @Test void aNameIsTakenUntilItsEndpointIsClosed() throws IOException {
        try (ServerEndpoint _ = Transports.open(Address.parse("mem:taken"))) {
            assertThatThrownBy(() -> Transports.open(Address.parse("mem:taken"))).isInstanceOf(IOException.class)
                    .hasMessage("mem:taken is taken in this process");
        }
        Transports.open(Address.parse("mem:taken")).close();
    }

    @Test void nobodyAtAnAddressIsAnError() {
        assertThatThrownBy(() -> Transports.connect(Address.parse("mem:nobody"))).isInstanceOf(IOException.class)
                .hasMessage("nobody serves mem:nobody in this process");
    }

    @Test void parametersAreChecked() {
        assertThatThrownBy(() -> Transports.open(Address.parse("mem:?inlne")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mem: knows no parameter 'inlne'; it has inline and aliased");
        assertThatThrownBy(() -> Transports.open(Address.parse("mem:?inline=1")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test void anUnknownSchemeIsToldWithThoseThereAre() {
        assertThatThrownBy(() -> Transports.open(Address.parse("memo:"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no transport for 'memo:'; there is ").hasMessageContaining("mem:");
        assertThatThrownBy(() -> Transports.open(Address.parse("vhost:/x")))
                .hasMessageContaining("no transport for 'vhost:'");
    }
}

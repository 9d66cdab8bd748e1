package org.hexfuse.transport.mem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.Transports;
import org.hexfuse.transport.spi.AcceptQueue;
import org.junit.jupiter.api.Test;

class MemoryTransportTest {
    @Test void anonymousEndpointsHaveDistinctNames() throws IOException {
        try (ServerEndpoint one = Transports.open(Address.parse("mem:"));
                ServerEndpoint other = Transports.open(Address.parse("mem:"))) {
            assertThat(one.address()).isNotEqualTo(other.address());
        }
    }

    @Test void aNameIsInUseUntilItsEndpointIsClosed() throws IOException {
        try (ServerEndpoint _ = Transports.open(Address.parse("mem:taken"))) {
            assertThatThrownBy(() -> Transports.open(Address.parse("mem:taken"))).isInstanceOf(IOException.class)
                    .hasMessage("mem:taken is in use in this process");
        }
        Transports.open(Address.parse("mem:taken")).close();
    }

    @Test void connectingWithoutAServerFails() {
        assertThatThrownBy(() -> Transports.connect(Address.parse("mem:nobody"))).isInstanceOf(IOException.class)
                .hasMessage("no server at mem:nobody in this process");
    }

    @Test void aConnectionWaitsForRoomInTheAcceptQueue() throws Exception {
        try (ServerEndpoint endpoint = Transports.open(Address.parse("mem:full"))) {
            for (int i = 0; i < AcceptQueue.BACKLOG; i++) {
                Transports.connect(endpoint.address()).attach(mock());
            }
            var late = new FutureTask<Void>(() -> {
                Transports.connect(endpoint.address()).attach(mock());
                return null;
            });
            Thread thread = Thread.ofPlatform().daemon().start(late);
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                assertThat(late.isDone()).isFalse();
                Thread.sleep(1);
            }
            assertThat(endpoint.accept()).isPresent();
            late.get(10, TimeUnit.SECONDS);
        }
    }

    @Test void closingAnEndpointDisconnectsWhatItHasNotAccepted() throws Exception {
        DeviceHandle accepted = mock();
        DeviceHandle waiting = mock();
        ServerEndpoint endpoint = Transports.open(Address.parse("mem:"));
        Transports.connect(endpoint.address()).attach(accepted);
        Transports.connect(endpoint.address()).attach(waiting);
        assertThat(endpoint.accept()).isPresent();
        KernelLink late = Transports.connect(endpoint.address());
        endpoint.close();
        verify(waiting).close();
        verify(accepted, never()).close();
        assertThatThrownBy(() -> late.attach(mock())).isInstanceOf(ConnectException.class)
                .hasMessageContaining("is closed");
    }

    @Test void rejectsUnknownParameters() {
        assertThatThrownBy(() -> Transports.open(Address.parse("mem:?inlne")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mem: knows no parameter 'inlne'; it has inline and aliased");
        assertThatThrownBy(() -> Transports.open(Address.parse("mem:?inline=1")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test void namesTheSchemesThereAreForAnUnknownOne() {
        assertThatThrownBy(() -> Transports.open(Address.parse("memo:"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no transport for 'memo:'; there is ").hasMessageContaining("mem:");
        assertThatThrownBy(() -> Transports.open(Address.parse("vhost:/x")))
                .hasMessageContaining("no transport for 'vhost:'");
    }
}

package org.hexfuse.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Session;
import org.hexfuse.server.init.SessionInfo;
import org.hexfuse.server.notify.LinkNotifier;
import org.hexfuse.server.observe.PanicHandler;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.server.reply.Timeouts;
import org.hexfuse.server.table.ReferenceTable;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.Span;
import org.junit.jupiter.api.Test;

/** Requests in flight, without threads and without a transport. */
class InFlightTest {
    private final FuseFileSystem fileSystem = new FuseFileSystem() {};
    private final Session session = Session.detached();
    private final SessionInfo info = new SessionInfo(Timeouts.DEFAULT);
    private final SessionObserver observer = new SessionObserver(ServerListener.NONE, PanicHandler.LOG);
    private final InFlight inFlight = new InFlight(fileSystem, session, info, observer,
            new ReferenceTable(fileSystem, session),
            new LinkNotifier(mock(ServerLink.class), info, observer.trace(), Optional::empty), slot -> slot, true,
            null);

    private static Slot request(Opcode opcode, long unique) {
        Slot slot = mock(Slot.class);
        when(slot.unique()).thenReturn(unique);
        when(slot.opcode()).thenReturn(opcode.code());
        when(slot.header()).thenReturn(MemorySegment.ofArray(new byte[InHeader.SIZE]));
        when(slot.rest()).thenReturn(new Span());
        when(slot.commit(any(), anyInt(), anyLong())).thenReturn(Errno.OK);
        return slot;
    }

    private Exchange begin(long unique) {
        Exchange exchange = inFlight.take();
        exchange.begin(request(Opcode.RMDIR, unique), false);
        return exchange;
    }

    @SuppressWarnings("unchecked") private static LateReply<Void> defer(Exchange exchange) {
        return (LateReply<Void>) exchange.deferred();
    }

    @Test void anInterruptFindsARequestThatRunsThatIsDeferredOrThatComesLater() {
        Exchange running = begin(2);
        Exchange late = begin(4);
        LateReply<Void> reply = defer(late);
        inFlight.give(late);
        inFlight.interrupt(2);
        inFlight.interrupt(4);
        inFlight.interrupt(6);
        assertThat(running.interrupted()).isTrue();
        assertThat(reply.interrupted()).isTrue();
        assertThat(begin(6).interrupted()).isTrue();
        assertThat(begin(8).interrupted()).isFalse();
    }

    @Test void anExchangeIsUsedAgainUnlessItsReplyIsDeferred() {
        Exchange first = begin(2);
        first.fail(Errno.EIO);
        inFlight.give(first);
        Exchange second = begin(4);
        assertThat(second).isSameAs(first);
        LateReply<Void> reply = defer(second);
        inFlight.give(second);
        assertThat(inFlight.outstanding()).isOne();
        assertThat(begin(6)).isNotSameAs(second);
        reply.reply(null);
        assertThat(inFlight.outstanding()).isZero();
        assertThat(second.isCommitted()).isTrue();
    }

    @Test void aReplyThatIsDeferredForAMinuteIsReported() {
        Exchange late = begin(2);
        LateReply<Void> reply = defer(late);
        inFlight.give(late);
        for (int i = 1; i < InFlight.FORGOTTEN; i++) {
            assertThat(inFlight.inspectDeferred("test")).isZero();
        }
        assertThat(inFlight.inspectDeferred("test")).isOne();
        reply.reply(null);
        assertThat(inFlight.inspectDeferred("test")).isZero();
    }

    @Test void theEndInterruptsAndThenDrops() {
        Exchange late = begin(2);
        LateReply<Void> reply = defer(late);
        inFlight.give(late);
        inFlight.cancelAll();
        assertThat(reply.interrupted()).isTrue();
        assertThat(begin(4).interrupted()).isTrue();
        inFlight.dropDeferred();
        assertThat(inFlight.outstanding()).isZero();
        assertThat(reply.reply(null)).isEqualTo(Errno.ENOTCONN);
        assertThat(late.isCommitted()).isFalse();
    }
}

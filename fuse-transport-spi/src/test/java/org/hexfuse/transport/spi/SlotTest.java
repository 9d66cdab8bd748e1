package org.hexfuse.transport.spi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;

class SlotTest {
    private static final Limits LIMITS = new Limits(45, 0, 8192, 2);

    private final List<String> sent = new ArrayList<>();
    private final ReplySink sink = (unique, error, memory, offset, length) -> {
        sent.add(unique + " " + error + " " + length + " at " + offset);
        return Errno.OK;
    };
    private final SlotPool pool = new SlotPool();
    private final MemorySegment request = Arena.ofAuto().allocate(12_288, 8);
    private final MemorySegment reply = Arena.ofAuto().allocate(12_288, 8);
    private final LinearSlot slot = new LinearSlot(request, reply, sink, pool);

    private Slot receive(Opcode opcode, long unique, int length) throws Exception {
        InHeader.LEN.set(request, length);
        InHeader.OPCODE.set(request, opcode.code());
        InHeader.UNIQUE.set(request, unique);
        return slot.received(length, LIMITS);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 39}) void rejectsARequestShorterThanItsHeader(long length) {
        assertThatThrownBy(() -> slot.received(length, LIMITS)).isInstanceOf(ProtocolException.class)
                .hasMessageContaining("less than its header");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 39, 41, -1}) void rejectsARequestWhoseHeaderStatesAnotherLength(int announced) {
        InHeader.LEN.set(request, announced);
        assertThatThrownBy(() -> slot.received(40, LIMITS)).isInstanceOf(ProtocolException.class);
    }

    @Test void parsesARequest() throws Exception {
        Slot received = receive(Opcode.READ, 6, InHeader.SIZE + ReadIn.SIZE + 5);
        assertThat(received.unique()).isEqualTo(6);
        assertThat(received.opcode()).isEqualTo(Opcode.READ.code());
        assertThat(received.argumentsSize()).isEqualTo(ReadIn.SIZE);
        assertThat(received.rest().size()).isEqualTo(5);
        assertThat(received.replyCapacity()).isEqualTo(12_288 - OutHeader.SIZE);
    }

    @Test void aTruncatedRequestHasTheBytesThatWereReceived() throws Exception {
        Slot received = receive(Opcode.READ, 6, InHeader.SIZE + 10);
        assertThat(received.argumentsSize()).isEqualTo(10);
        assertThat(received.rest().size()).isZero();
    }

    @Test void anUnknownOpcodeHasNoArguments() throws Exception {
        InHeader.LEN.set(request, 60);
        InHeader.OPCODE.set(request, 9999);
        Slot received = slot.received(60, LIMITS);
        assertThat(received.argumentsSize()).isZero();
        assertThat(received.rest().size()).isEqualTo(20);
    }

    @Test void aReplyIsCommittedOnce() throws Exception {
        Slot received = receive(Opcode.READ, 6, 80);
        assertThat(received.commit(Errno.OK, 16, 100)).isEqualTo(Errno.OK);
        assertThat(sent).containsExactly("6 OK 116 at 16");
        assertThatThrownBy(() -> received.commit(Errno.OK, 0, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(received::release).isInstanceOf(IllegalStateException.class);
    }

    @Test void anErrorHasNoBytes() throws Exception {
        receive(Opcode.READ, 8, 80).commit(Errno.EACCES, 16, 100);
        assertThat(sent).containsExactly("8 EACCES 0 at 16");
    }

    @Test void aReplyThatDoesNotFitLeavesTheSlotOpen() throws Exception {
        Slot received = receive(Opcode.READ, 6, 80);
        assertThatThrownBy(() -> received.commit(Errno.OK, 0, 12_288)).isInstanceOf(IllegalArgumentException.class);
        assertThat(sent).isEmpty();
        assertThat(received.commit(Errno.EIO, 0, 0)).isEqualTo(Errno.OK);
    }

    @Test void aSlotInUseReceivesNoOtherRequest() throws Exception {
        receive(Opcode.READ, 6, 80);
        assertThatThrownBy(() -> receive(Opcode.READ, 8, 80)).isInstanceOf(IllegalStateException.class);
    }

    @Test void aDetachedSlotKeepsItsRequestWhileItsChannelReceivesOthers() throws Exception {
        request.set(JAVA_BYTE, InHeader.SIZE + ReadIn.SIZE, (byte) 77);
        Slot detached = receive(Opcode.READ, 6, InHeader.SIZE + ReadIn.SIZE + 1).detach(100);
        request.fill((byte) 0);
        receive(Opcode.LOOKUP, 8, 50).commit(Errno.ENOENT, 0, 0);
        assertThat(detached.unique()).isEqualTo(6);
        assertThat(detached.opcode()).isEqualTo(Opcode.READ.code());
        assertThat(detached.rest().segment(0).get(JAVA_BYTE, detached.rest().offset(0))).isEqualTo((byte) 77);
        assertThat(detached.replyCapacity()).isGreaterThanOrEqualTo(100);
        detached.commit(Errno.OK, 0, 100);
        assertThat(sent).containsExactly("8 ENOENT 0 at 16", "6 OK 100 at 16");
    }

    @Test void detachedSlotsArePooled() throws Exception {
        Slot first = receive(Opcode.READ, 6, 80).detach(10);
        first.commit(Errno.OK, 0, 0);
        assertThat(receive(Opcode.READ, 8, 80).detach(10)).isSameAs(first);
        Slot large = receive(Opcode.READ, 10, 80).detach(100_000);
        assertThat(large.replyCapacity()).isGreaterThanOrEqualTo(100_000);
    }

    @Test void aWholeMessageIsCheckedBeforeItReachesTheDevice() {
        DeviceHandle handle = Mockito.mock();
        MemorySegment message = Arena.ofAuto().allocate(64);
        for (long len : new long[]{0, 15, 17, 0xFFFF_FFFFL}) {
            OutHeader.LEN.set(message, (int) len);
            assertThat(WholeMessage.write(handle, message, 16)).isEqualTo(Errno.EINVAL);
        }
        assertThat(WholeMessage.write(handle, message, 8)).isEqualTo(Errno.EINVAL);
        Mockito.verifyNoInteractions(handle);
    }

    @Test void aWholeMessageIsCopiedToTheDevicesTarget() {
        DeviceHandle handle = Mockito.mock();
        Delivery delivery = Mockito.mock();
        byte[] target = new byte[4];
        Mockito.when(handle.reply(6, 0, 4)).thenReturn(delivery);
        Mockito.when(delivery.verdict()).thenReturn(Errno.OK);
        Mockito.when(delivery.target())
                .thenReturn(new Span().set(MemorySegment.ofArray(target), 0, 4));
        Mockito.when(delivery.delivered()).thenReturn(Errno.OK);
        MemorySegment message = Arena.ofAuto().allocate(64);
        OutHeader.LEN.set(message, 20);
        OutHeader.UNIQUE.set(message, 6);
        message.asSlice(16, 4).fill((byte) 9);
        assertThat(WholeMessage.write(handle, message, 20)).isEqualTo(Errno.OK);
        assertThat(target).containsExactly(9, 9, 9, 9);
    }
}

package org.hexfuse.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentsTest {
    /** The bytes 0 to 9, in pieces of 3, 0, 5 and 2 bytes, each preceded by a byte that does not belong to it. */
    private final List<byte[]> pieces = List.of(new byte[]{-1, 0, 1, 2}, new byte[]{-1}, new byte[]{-1, 3, 4, 5, 6, 7},
            new byte[]{-1, 8, 9});
    private final Segments scattered = new Segments() {
        @Override public long size() {
            return 10;
        }

        @Override public int count() {
            return pieces.size();
        }

        @Override public MemorySegment segment(int index) {
            return MemorySegment.ofArray(pieces.get(index));
        }

        @Override public long offset(int index) {
            return 1;
        }

        @Override public long length(int index) {
            return pieces.get(index).length - 1L;
        }
    };

    @Test void copiesOutFromEveryPosition() {
        for (int start = 0; start <= 10; start++) {
            for (int length = 0; length <= 10 - start; length++) {
                byte[] target = new byte[12];
                scattered.copyTo(start, target, 1, length);
                byte[] copy = new byte[12];
                scattered.copyTo(start, MemorySegment.ofArray(copy), 1, length);
                assertThat(target).isEqualTo(copy);
                for (int i = 0; i < length; i++) {
                    assertThat(target[1 + i]).isEqualTo((byte) (start + i));
                }
                assertThat(target[1 + length]).isZero();
            }
        }
    }

    @Test void copiesInAcrossPieces() {
        MemorySegment source = MemorySegment.ofArray(new byte[]{50, 51, 52, 53, 54, 55, 56});
        scattered.copyFrom(2, source, 1, 6);
        byte[] all = new byte[10];
        scattered.copyTo(0, all, 0, 10);
        assertThat(all).containsExactly(0, 1, 51, 52, 53, 54, 55, 56, 8, 9);
        pieces.forEach(piece -> assertThat(piece[0]).isEqualTo((byte) -1));
    }

    @Test void rejectsPositionsPastTheEnd() {
        assertThatThrownBy(() -> scattered.copyTo(5, new byte[10], 0, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> scattered.copyFrom(10, MemorySegment.ofArray(new byte[1]), 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new Span().set(MemorySegment.ofArray(new byte[4]), 2, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test void aSpanHasOnePieceOrNone() {
        MemorySegment memory = MemorySegment.ofArray(new byte[]{1, 2, 3});
        Span span = new Span().set(memory, 1, 2);
        assertThat(span.count()).isEqualTo(1);
        assertThat(span.segment(0).get(JAVA_BYTE, span.offset(0))).isEqualTo((byte) 2);
        assertThat(span.set(memory, 3, 0).count()).isZero();
        byte[] none = new byte[1];
        span.copyTo(0, none, 0, 0);
        assertThat(none).isEqualTo(Arrays.copyOf(none, 1));
    }

    @Test void limitsBoundPayloadsAndMessages() {
        assertThat(Limits.payloadOf((1 << 20) + Limits.HEAD_ROOM)).isEqualTo(1 << 20);
        assertThat(Limits.payloadOf(10_000)).isEqualTo(4096);
        assertThat(Limits.payloadOf(0)).isZero();
        assertThat(new Limits(45, 0, 1 << 20, 32).maxPayload()).isEqualTo(1 << 20);
        assertThat(new Limits(45, 0, 4096, 256).maxMessage()).isEqualTo((1 << 20) + Limits.HEAD_ROOM);
        assertThat(Limits.beforeInit().maxPayload()).isEqualTo(8192);
    }
}

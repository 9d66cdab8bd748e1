package org.hexfuse.transport.spi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.transport.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamFramerTest {
    private static final int MOST = 1 << 20;
    private static final int BUFFER = 128;

    private final Arena arena = Arena.ofAuto();

    /** A source of {@code bytes} whose reads end at each of {@code cuts}; counts reads and their lengths. */
    private static final class Script implements StreamFramer.Source {
        private final byte[] bytes;
        private final long[] cuts;
        private int at;
        private int reads;
        private long longest;

        Script(byte[] bytes, long... cuts) {
            this.bytes = bytes;
            this.cuts = cuts;
        }

        @Override public long read(MemorySegment target, long offset, long length, boolean inside) {
            reads++;
            longest = Math.max(longest, length);
            long end = Arrays.stream(cuts).filter(cut -> cut > at).min().orElse(bytes.length);
            int count = (int) Math.min(length, Math.min(end, bytes.length) - at);
            MemorySegment.copy(bytes, at, target, JAVA_BYTE, offset, count);
            at += count;
            return count;
        }
    }

    private static byte[] message(int headerSize, int body, int seed) {
        byte[] message = new byte[headerSize + body];
        new Random(seed).nextBytes(message);
        MemorySegment.ofArray(message).set(JAVA_INT_UNALIGNED, 0, message.length);
        return message;
    }

    private static byte[] joined(List<byte[]> messages) {
        var all = new ByteArrayOutputStream();
        messages.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private StreamFramer replies(StreamFramer.Source source) {
        return StreamFramer.ofReplies(source, arena.allocate(BUFFER));
    }

    /** All messages of a stream. */
    private List<byte[]> cut(StreamFramer framer) throws IOException {
        var messages = new ArrayList<byte[]>();
        while (framer.await()) {
            int length = (int) framer.begin(MOST);
            int headerSize = (int) framer.header().byteSize();
            MemorySegment whole = arena.allocate(length);
            whole.copyFrom(framer.header());
            framer.body(new Span().set(whole, headerSize, length - headerSize));
            messages.add(whole.toArray(JAVA_BYTE));
        }
        return messages;
    }

    private static List<byte[]> someMessages(int headerSize) {
        return List.of(message(headerSize, 0, 1), message(headerSize, 1, 2), message(headerSize, 300, 3),
                message(headerSize, 63, 4), message(headerSize, 64, 5), message(headerSize, 0, 6),
                message(headerSize, 128, 7), message(headerSize, 5, 8));
    }

    @Test void framesAStreamTheSameWhereverItIsSplit() throws IOException {
        List<byte[]> messages = someMessages(OutHeader.SIZE);
        byte[] stream = joined(messages);
        for (int split = 0; split <= stream.length; split++) {
            assertThat(cut(replies(new Script(stream, split)))).as("split at %d", split).containsExactlyElementsOf(
                    messages);
        }
    }

    @Test void framesAStreamTheSameWhereverItIsSplitTwice() throws IOException {
        List<byte[]> messages = List.of(message(OutHeader.SIZE, 9, 1), message(OutHeader.SIZE, 70, 2),
                message(OutHeader.SIZE, 0, 3));
        byte[] stream = joined(messages);
        for (int first = 1; first < stream.length; first++) {
            for (int second = first + 1; second <= stream.length; second++) {
                assertThat(cut(replies(new Script(stream, first, second)))).containsExactlyElementsOf(messages);
            }
        }
    }

    @Test void framesRequestsThatArriveByteByByte() throws IOException {
        List<byte[]> messages = someMessages(InHeader.SIZE);
        byte[] stream = joined(messages);
        var script = new Script(stream, LongStream.range(0, stream.length).toArray());
        assertThat(cut(StreamFramer.ofRequests(script, arena.allocate(BUFFER)))).containsExactlyElementsOf(messages);
    }

    @Test void aStreamMayEndBetweenMessagesButNotInsideOne() throws IOException {
        byte[] stream = joined(someMessages(OutHeader.SIZE));
        var ends = new ArrayList<Integer>(List.of(0));
        someMessages(OutHeader.SIZE).forEach(m -> ends.add(ends.getLast() + m.length));
        for (int end = 0; end < stream.length; end++) {
            var script = new Script(Arrays.copyOf(stream, end));
            if (ends.contains(end)) {
                assertThat(cut(replies(script))).hasSize(ends.indexOf(end));
            } else {
                assertThatThrownBy(() -> cut(replies(script))).as("end at %d", end)
                        .isInstanceOf(ProtocolException.class)
                        .hasMessage("the peer disconnected in the middle of a message");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 4, 15}) void rejectsALengthBelowTheHeader(long length) throws IOException {
        assertRejected(length, "a message of length " + length + ", shorter than its header of 16");
    }

    @ParameterizedTest
    @ValueSource(longs = {MOST + 1, 0x7FFFFFFFL, 0x80000000L, 0xFFFFFFFFL}) void rejectsALengthAboveTheLimit(
            long length) throws IOException {
        assertRejected(length, "a message of length " + length + ", longer than the negotiated " + MOST);
    }

    /** The length alone decides: a framer that read more would reach the end of the stream. */
    private void assertRejected(long length, String message) throws IOException {
        var script = new Script(new byte[]{(byte) length, (byte) (length >> 8), (byte) (length >> 16),
            (byte) (length >> 24)});
        StreamFramer framer = replies(script);
        assertThat(framer.await()).isTrue();
        assertThatThrownBy(() -> framer.begin(MOST)).isInstanceOf(ProtocolException.class).hasMessage(message);
        assertThat(script.reads).isEqualTo(1);
        assertThat(script.longest).isEqualTo(BUFFER);
    }

    @Test void acceptsTheLongestMessage() throws IOException {
        byte[] longest = message(OutHeader.SIZE, MOST - OutHeader.SIZE, 1);
        assertThat(cut(replies(new Script(longest)))).containsExactly(longest);
    }

    @Test void readsBulkDataDirectlyAndSmallMessagesManyAtATime() throws IOException {
        var bulk = new Script(message(OutHeader.SIZE, 100_000, 1));
        cut(replies(bulk));
        assertThat(bulk.reads).isEqualTo(3);
        var small = new Script(joined(List.of(message(16, 8, 1), message(16, 8, 2), message(16, 8, 3))));
        cut(replies(small));
        assertThat(small.reads).isEqualTo(2);
    }

    @Test void readsIntoHeapMemoryThroughTheBuffer() throws IOException {
        byte[] message = message(OutHeader.SIZE, 5000, 1);
        StreamFramer framer = replies(new Script(message));
        assertThat(framer.await()).isTrue();
        framer.begin(MOST);
        byte[] body = new byte[5000];
        framer.body(MemorySegment.ofArray(body), 0, body.length);
        assertThat(body).isEqualTo(Arrays.copyOfRange(message, OutHeader.SIZE, message.length));
    }

    @Test void skipsOneMessageOnly() throws IOException {
        List<byte[]> messages = someMessages(OutHeader.SIZE);
        for (int cut = 1; cut < 40; cut++) {
            int every = cut;
            byte[] stream = joined(messages);
            StreamFramer framer = replies(new Script(stream,
                    LongStream.iterate(every, c -> c < stream.length, c -> c + every).toArray()));
            for (byte[] message : messages) {
                assertThat(framer.await()).isTrue();
                assertThat(framer.begin(MOST)).isEqualTo(message.length);
                assertThat(framer.header().toArray(JAVA_BYTE)).isEqualTo(Arrays.copyOf(message, OutHeader.SIZE));
                framer.body(arena.allocate(1), 0, Math.min(1, message.length - OutHeader.SIZE));
                framer.skip();
            }
            assertThat(framer.await()).isFalse();
        }
    }

    @Test void theNextMessageMustNotBeginBeforeThePreviousIsRead() throws IOException {
        StreamFramer framer = replies(new Script(message(OutHeader.SIZE, 5, 1)));
        assertThat(framer.await()).isTrue();
        framer.begin(MOST);
        assertThatThrownBy(framer::await).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> framer.body(arena.allocate(6), 0, 6)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}

package org.hexfuse.vfs.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests of one direct read or write that are in flight together. */
@Timeout(60) class AsyncTransferTest {
    @Test void allPiecesAreTransferredOnce() {
        var pieces = new ConcurrentHashMap<Long, Integer>();
        var transfer = new AsyncTransfer(1050, 100, (position, length) -> {
            assertThat(pieces.put(position, length)).isNull();
            return length;
        });
        assertThat(transfer.run(4)).isEqualTo(1050);
        assertThat(pieces).hasSize(11).containsEntry(1000L, 50);
    }

    @Test void severalAreInFlight() {
        var together = new CountDownLatch(4);
        var transfer = new AsyncTransfer(400, 100, (_, length) -> {
            together.countDown();
            try {
                return together.await(20, TimeUnit.SECONDS) ? length : -1;
            } catch (InterruptedException _) {
                return -Errno.EINTR.code();
            }
        });
        assertThat(transfer.run(4)).isEqualTo(400);
    }

    @Test void theBytesBeforeAShortPieceCount() {
        var transfer = new AsyncTransfer(1000, 100, (position, length) -> position >= 300 ? 7 : length);
        assertThat(transfer.run(1)).isEqualTo(307);
    }

    @Test void anErrorAfterSomeBytesIsNotTold() {
        var transfer = new AsyncTransfer(1000, 100, (position, length) -> position == 200 ? -5 : length);
        assertThat(transfer.run(1)).isEqualTo(200);
        assertThat(new AsyncTransfer(1000, 100, (_, _) -> -5).run(3)).isEqualTo(-5);
    }

    @Test void aPieceThatThrowsOnAnotherThreadIsAnError() {
        Thread caller = Thread.currentThread();
        var others = new CountDownLatch(1);
        var transfer = new AsyncTransfer(200, 100, (_, length) -> {
            if (!Thread.currentThread().equals(caller)) {
                others.countDown();
                throw new IllegalStateException("expected by the test");
            }
            try {
                others.await();
            } catch (InterruptedException _) {
                return -Errno.EINTR.code();
            }
            return length;
        });
        assertThat(transfer.run(2)).isIn(100L, (long) -Errno.EIO.code());
    }

    @Test void anInterruptOfTheCallerInterruptsAll() throws Exception {
        var started = new CountDownLatch(3);
        var transfer = new AsyncTransfer(300, 100, (_, _) -> {
            started.countDown();
            try {
                Thread.sleep(30_000);
                return 0;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return -Errno.EINTR.code();
            }
        });
        long[] result = {0};
        Thread caller = Thread.ofPlatform().start(() -> result[0] = transfer.run(3));
        started.await();
        caller.interrupt();
        caller.join(20_000);
        assertThat(result[0]).isEqualTo(-Errno.EINTR.code());
    }
}

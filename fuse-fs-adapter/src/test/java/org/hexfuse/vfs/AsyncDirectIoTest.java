package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Direct reads and writes of more than a message with ASYNC_DIO. The server's messages have 8 KiB of data, and 12 are in flight at most. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class AsyncDirectIoTest {
    private static final int MESSAGE = 8192;
    private static final int IN_FLIGHT = 12;

    private final ContentServer server = new ContentServer();
    private final Vfs vfs = Vfs.mount(server.port, VfsOptions.DEFAULT.withPageCache(PageCacheOptions.AUTO));
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger mostInFlight = new AtomicInteger();
    private OpenFile file;

    @BeforeEach void open() {
        server.port.flags |= InitFlag.ASYNC_DIO.mask();
        server.port.attributeSeconds = 1000;
        server.fill(40 * MESSAGE);
        file = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE, OpenFlag.DIRECT);
    }

    @AfterEach void close() {
        file.close();
        vfs.close();
    }

    /** Answers an operation only when {@code count} requests of it have come. */
    private void answerTogether(Opcode opcode, int count) {
        var come = new CountDownLatch(count);
        meanwhile(opcode, () -> {
            come.countDown();
            if (!come.await(20, TimeUnit.SECONDS)) {
                throw FuseException.of(Errno.ETIMEDOUT);
            }
        });
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    /** Does something before each answer of an operation, and counts the requests in flight. An interrupt ends it with EINTR. */
    private void meanwhile(Opcode opcode, Step step) {
        StandInServer.Answer answer = server.port.answers.get(opcode);
        server.port.answers.put(opcode, request -> {
            mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            try {
                step.run();
                return answer.to(request);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw FuseException.of(Errno.EINTR);
            } finally {
                inFlight.decrementAndGet();
            }
        });
    }

    /** Answers the READ of an offset otherwise. */
    private void answerRead(long offset, StandInServer.Answer otherwise) {
        StandInServer.Answer answer = server.port.answers.get(Opcode.READ);
        server.port.answers.put(Opcode.READ,
                request -> (ReadIn.OFFSET.get(request.arguments()) == offset ? otherwise : answer).to(request));
    }

    private void answerWrite(long offset, StandInServer.Answer otherwise) {
        StandInServer.Answer answer = server.port.answers.get(Opcode.WRITE);
        server.port.answers.put(Opcode.WRITE,
                request -> (WriteIn.OFFSET.get(request.arguments()) == offset ? otherwise : answer).to(request));
    }

    private static StandInServer.Answer error(Errno errno) {
        return _ -> {
            throw FuseException.of(errno);
        };
    }

    private static byte[] data(int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (i * 31 + i / 251);
        }
        return data;
    }

    @Test void theRequestsOfAReadAreInFlightTogether() {
        answerTogether(Opcode.READ, 5);
        byte[] target = new byte[5 * MESSAGE - 100];
        assertThat(file.read(target, 50)).isEqualTo(target.length);
        assertThat(target).isEqualTo(server.range(50, target.length));
        assertThat(server.reads).containsExactlyInAnyOrder("50+8192", "8242+8192", "16434+8192", "24626+8192",
                "32818+8092");
    }

    @Test void theRequestsOfAWriteAreInFlightTogether() {
        answerTogether(Opcode.WRITE, 5);
        byte[] source = data(4 * MESSAGE + 1);
        assertThat(file.write(source, 50)).isEqualTo(source.length);
        assertThat(server.range(50, source.length)).isEqualTo(source);
        assertThat(server.writes).hasSize(5);
    }

    @Test void asManyAreInFlightAsBackgroundRequestsMayBe() {
        answerTogether(Opcode.READ, IN_FLIGHT);
        assertThat(file.read(new byte[40 * MESSAGE], 0)).isEqualTo(40 * MESSAGE);
        assertThat(mostInFlight.get()).isEqualTo(IN_FLIGHT);
        assertThat(server.reads).hasSize(40);
    }

    @Test void oneMessageIsSentByItsCaller() {
        AtomicReference<Thread> sender = new AtomicReference<>();
        meanwhile(Opcode.READ, () -> sender.set(Thread.currentThread()));
        file.read(new byte[MESSAGE], 0);
        assertThat(sender.get()).isSameAs(Thread.currentThread());
    }

    @Test void withoutTheFlagTheyAreSentOneAfterTheOther() {
        server.port.flags &= ~InitFlag.ASYNC_DIO.mask();
        meanwhile(Opcode.READ, () -> Thread.sleep(1));
        assertThat(file.read(new byte[5 * MESSAGE], 0)).isEqualTo(5 * MESSAGE);
        assertThat(mostInFlight.get()).isEqualTo(1);
        assertThat(server.reads).startsWith("0+8192", "8192+8192");
    }

    /** Though what is behind it has been read. */
    @Test void aShortReplyEndsTheRead() {
        answerRead(2 * MESSAGE, _ -> 100);
        answerTogether(Opcode.READ, 5);
        byte[] target = new byte[5 * MESSAGE];
        assertThat(file.read(target, 0)).isEqualTo(2 * MESSAGE + 100);
        assertThat(Arrays.copyOf(target, 2 * MESSAGE)).isEqualTo(server.range(0, 2 * MESSAGE));
    }

    @Test void anErrorEndsTheReadAfterWhatIsBeforeIt() {
        answerRead(3 * MESSAGE, error(Errno.EIO));
        answerTogether(Opcode.READ, 5);
        byte[] target = new byte[5 * MESSAGE];
        assertThat(file.read(target, 0)).isEqualTo(3 * MESSAGE);
        assertThat(Arrays.copyOf(target, 3 * MESSAGE)).isEqualTo(server.range(0, 3 * MESSAGE));
    }

    @Test void anErrorOfTheFirstRequestIsThatOfTheRead() {
        answerRead(0, error(Errno.EACCES));
        answerTogether(Opcode.READ, 5);
        assertFails(Errno.EACCES, () -> file.read(new byte[5 * MESSAGE], 0));
    }

    @Test void noFurtherRequestIsSentAfterAnError() {
        server.failFrom = 0;
        assertFails(Errno.EIO, () -> file.read(new byte[40 * MESSAGE], 0));
        assertThat(server.reads).hasSizeLessThanOrEqualTo(2 * IN_FLIGHT);
    }

    @Test void aShortReplyEndsTheWrite() {
        answerWrite(2 * MESSAGE, request -> {
            WriteOut.SIZE_FIELD.set(request.reply(), 100);
            return WriteOut.SIZE;
        });
        answerTogether(Opcode.WRITE, 5);
        file.seek(0);
        assertThat(file.write(data(5 * MESSAGE))).isEqualTo(2 * MESSAGE + 100);
        assertThat(file.position()).isEqualTo(2 * MESSAGE + 100);
    }

    @Test void anErrorEndsTheWriteAfterWhatIsBeforeIt() {
        answerWrite(3 * MESSAGE, error(Errno.ENOSPC));
        answerTogether(Opcode.WRITE, 5);
        byte[] source = data(5 * MESSAGE);
        assertThat(file.write(source, 0)).isEqualTo(3 * MESSAGE);
        assertThat(server.range(0, 3 * MESSAGE)).isEqualTo(Arrays.copyOf(source, 3 * MESSAGE));
    }

    @Test void anErrorOfTheFirstRequestIsThatOfTheWrite() {
        answerWrite(0, error(Errno.ENOSPC));
        answerTogether(Opcode.WRITE, 5);
        assertFails(Errno.ENOSPC, () -> file.write(data(5 * MESSAGE), 0));
    }

    /** The size would not grow step by step otherwise. */
    @Test void aWriteBehindTheEndIsOneRequestAfterTheOther() {
        meanwhile(Opcode.WRITE, () -> Thread.sleep(1));
        byte[] source = data(4 * MESSAGE);
        long end = 40 * MESSAGE;
        assertThat(file.write(source, end - MESSAGE)).isEqualTo(source.length);
        assertThat(mostInFlight.get()).isEqualTo(1);
        assertThat(server.writes).containsExactly((end - MESSAGE) + "+8192", end + "+8192", (end + MESSAGE) + "+8192",
                (end + 2 * MESSAGE) + "+8192");
        assertThat(file.stat().size()).isEqualTo(end + 3 * MESSAGE);
        assertThat(server.range(end - MESSAGE, source.length)).isEqualTo(source);
    }

    /** Whatever is in the page cache of the range is that of before. */
    @Test void aWriteDropsTheCachedPages() {
        server.port.answers.put(Opcode.OPEN,
                request -> StandInServer.opened(request, 0, 7, OpenOutFlag.KEEP_CACHE.mask()));
        byte[] source = data(5 * MESSAGE);
        try (OpenFile cached = vfs.open("/f")) {
            byte[] target = new byte[5 * MESSAGE];
            cached.read(target, 0);
            file.write(source, 0);
            assertThat(cached.read(target, 0)).isEqualTo(target.length);
            assertThat(target).isEqualTo(source);
        }
    }

    @Test void anInterruptOfTheCallerInterruptsEachRequest() throws Exception {
        var never = new CountDownLatch(1);
        var come = new CountDownLatch(5);
        meanwhile(Opcode.READ, () -> {
            come.countDown();
            never.await();
        });
        var error = new AtomicReference<Errno>();
        var kept = new AtomicBoolean();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                file.read(new byte[5 * MESSAGE], 0);
            } catch (FuseException e) {
                error.set(e.errno());
            }
            kept.set(Thread.currentThread().isInterrupted());
        });
        assertThat(come.await(20, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        assertThat(caller.join(Duration.ofSeconds(20))).isTrue();
        assertThat(error.get()).isEqualTo(Errno.EINTR);
        assertThat(kept.get()).as("the interrupt status").isTrue();
        assertThat(inFlight.get()).as("requests that may use the caller's memory").isZero();
    }

    @Test void aCallerThatIsInterruptedWaitsForRequestsThatAreAnswered() throws Exception {
        var come = new CountDownLatch(5);
        var answer = new CountDownLatch(1);
        // As a server that ignores INTERRUPT.
        meanwhile(Opcode.READ, () -> {
            come.countDown();
            boolean interrupted = false;
            while (answer.getCount() > 0) {
                try {
                    answer.await();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        var read = new AtomicInteger();
        Thread caller = Thread.ofVirtual().start(() -> read.set(file.read(new byte[5 * MESSAGE], 0)));
        assertThat(come.await(20, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        assertThat(caller.join(Duration.ofMillis(100))).isFalse();
        answer.countDown();
        assertThat(caller.join(Duration.ofSeconds(20))).isTrue();
        assertThat(read.get()).isEqualTo(5 * MESSAGE);
    }
}

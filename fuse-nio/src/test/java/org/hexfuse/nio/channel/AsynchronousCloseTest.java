package org.hexfuse.nio.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Closes and interrupts while the server has the READ. */
@ParameterizedClass
@ValueSource(strings = {"mem:", "unix:"})
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class AsynchronousCloseTest {
    @Parameter String address;
    private SlowFileSystem slow;
    private ChannelFixture fixture;
    private VfsFileChannel channel;
    private Thread reader;

    @BeforeEach void serve() throws IOException {
        slow = new SlowFileSystem(new MemoryFileSystem(1 << 20, 100));
        fixture = new ChannelFixture(address, slow);
        channel = fixture.create("/f", "0123456789");
        slow.blocksReads = true;
    }

    @AfterEach void close() throws IOException {
        slow.released.countDown();
        fixture.close();
    }

    private interface Call {
        long run() throws IOException;
    }

    /** Calls on another thread, and waits until the server has its READ. The future has the result and the thread's interrupt status. */
    private CompletableFuture<Boolean> block(Call call) throws InterruptedException {
        var result = new CompletableFuture<Boolean>();
        reader = Thread.ofPlatform().daemon().start(() -> {
            try {
                call.run();
                result.complete(Thread.currentThread().isInterrupted());
            } catch (Throwable e) {
                e.addSuppressed(new IOException("interrupted: " + Thread.currentThread().isInterrupted()));
                result.completeExceptionally(e);
            }
        });
        slow.blocked.acquire();
        return result;
    }

    private static void assertThrows(CompletableFuture<Boolean> call, Class<? extends Exception> type,
            boolean interrupted) {
        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).cause().isExactlyInstanceOf(type)
                .hasSuppressedException(new IOException("interrupted: " + interrupted));
    }

    @Test void closingEndsARead() throws Exception {
        CompletableFuture<Boolean> read = block(() -> channel.read(ByteBuffer.allocate(5)));
        channel.close();
        assertThrows(read, AsynchronousCloseException.class, false);
    }

    @Test void closingEndsAReadAtAPosition() throws Exception {
        CompletableFuture<Boolean> read = block(() -> channel.read(ByteBuffer.allocateDirect(5), 3));
        channel.close();
        assertThrows(read, AsynchronousCloseException.class, false);
    }

    @Test void closingEndsAScatteringRead() throws Exception {
        CompletableFuture<Boolean> read = block(
                () -> channel.read(new ByteBuffer[]{ByteBuffer.allocate(1), ByteBuffer.allocate(1)}));
        channel.close();
        assertThrows(read, AsynchronousCloseException.class, false);
    }

    @Test void closingEndsTheNextCallThatWaitsForThePosition() throws Exception {
        CompletableFuture<Boolean> read = block(() -> channel.read(ByteBuffer.allocate(5)));
        var next = new CompletableFuture<Throwable>();
        Thread waiter = Thread.ofPlatform().daemon().start(() -> {
            try {
                channel.write(ByteBuffer.allocate(1));
                next.complete(null);
            } catch (IOException e) {
                next.complete(e);
            }
        });
        while (waiter.getState() != Thread.State.BLOCKED) {
            Thread.sleep(1);
        }
        channel.close();
        assertThat(next.get(10, TimeUnit.SECONDS)).isInstanceOf(AsynchronousCloseException.class);
        assertThrows(read, AsynchronousCloseException.class, false);
    }

    @Test void closingTheTargetEndsATransfer() throws Exception {
        VfsFileChannel target = fixture.open("/g", OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.APPEND);
        CompletableFuture<Boolean> transfer = block(() -> channel.transferTo(0, 5, target));
        target.close();
        slow.released.countDown();
        assertThrows(transfer, AsynchronousCloseException.class, false);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test void anInterruptEndsAReadAndClosesThatChannelOnly() throws Exception {
        VfsFileChannel other = fixture.open("/f", OpenFlag.READ);
        CompletableFuture<Boolean> read = block(() -> channel.read(ByteBuffer.allocate(5)));
        reader.interrupt();
        assertThrows(read, ClosedByInterruptException.class, true);
        assertThat(channel.isOpen()).isFalse();
        slow.released.countDown();
        assertThat(other.read(ByteBuffer.allocate(5))).isEqualTo(5);
    }

    @Test void anInterruptEndsTheReadsOfOtherThreadsWithTheChannel() throws Exception {
        CompletableFuture<Boolean> other = block(() -> channel.read(ByteBuffer.allocate(5), 5));
        CompletableFuture<Boolean> read = block(() -> channel.read(ByteBuffer.allocate(5)));
        reader.interrupt();
        assertThrows(read, ClosedByInterruptException.class, true);
        assertThrows(other, AsynchronousCloseException.class, false);
    }

    @Test void anInterruptEndsATransferAndClosesBothChannels() throws Exception {
        VfsFileChannel target = fixture.open("/g", OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.APPEND);
        CompletableFuture<Boolean> transfer = block(() -> channel.transferTo(0, 5, target));
        reader.interrupt();
        assertThrows(transfer, ClosedByInterruptException.class, true);
        assertThat(channel.isOpen()).isFalse();
        assertThat(target.isOpen()).isFalse();
    }

    @Test void aReadThatTheServerAnswersReturnsItsBytes() throws Exception {
        CompletableFuture<Boolean> read = block(() -> channel.read(ByteBuffer.allocate(5)));
        slow.released.countDown();
        assertThat(read.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(channel.position()).isEqualTo(5);
    }
}

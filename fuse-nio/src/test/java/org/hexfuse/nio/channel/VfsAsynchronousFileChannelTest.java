package org.hexfuse.nio.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(strings = {"mem:", "unix:"})
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class VfsAsynchronousFileChannelTest {
    @Parameter String address;
    private SlowFileSystem slow;
    private ChannelFixture fixture;
    private VfsAsynchronousFileChannel channel;
    private final ExecutorService executor = Executors
            .newSingleThreadExecutor(Thread.ofPlatform().name("pool").factory());

    /** What a handler was called with. */
    private record Completion(Object result, Object attachment, String thread) {}

    private static final class Handler<V> implements CompletionHandler<V, String> {
        final CompletableFuture<Completion> completion = new CompletableFuture<>();

        @Override public void completed(V result, String attachment) {
            completion.complete(new Completion(result, attachment, Thread.currentThread().getName()));
        }

        @Override public void failed(Throwable e, String attachment) {
            completion.complete(new Completion(e, attachment, Thread.currentThread().getName()));
        }

        Completion get() throws Exception {
            return completion.get(10, TimeUnit.SECONDS);
        }
    }

    @BeforeEach void serve() throws IOException {
        slow = new SlowFileSystem(new MemoryFileSystem(16 << 20, 100));
        fixture = new ChannelFixture(address, slow);
        fixture.vfs.writeString("/f", "0123456789");
        channel = fixture.openAsynchronous("/f", null);
    }

    @AfterEach void close() throws IOException {
        slow.released.countDown();
        executor.shutdownNow();
        fixture.close();
        assertThat(ChannelLocks.lockedFiles()).isZero();
    }

    private static ByteBuffer buffer(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    @Test void readsAndWritesForFutures() throws Exception {
        ByteBuffer target = ByteBuffer.allocateDirect(4);
        assertThat(get(channel.read(target, 3))).isEqualTo(4);
        assertThat(UTF_8.decode(target.flip()).toString()).isEqualTo("3456");
        assertThat(get(channel.write(buffer("xyz"), 9))).isEqualTo(3);
        assertThat(fixture.vfs.readString("/f")).isEqualTo("012345678xyz");
        assertThat(get(channel.read(ByteBuffer.allocate(1), 100))).isEqualTo(-1);
        assertThat(get(channel.read(ByteBuffer.allocate(0), 100))).isZero();
    }

    @Test void completesHandlersWithTheAttachment() throws Exception {
        var read = new Handler<Integer>();
        channel.read(ByteBuffer.allocate(4), 8, "mine", read);
        assertThat(read.get().result()).isEqualTo(2);
        assertThat(read.get().attachment()).isEqualTo("mine");
        var write = new Handler<Integer>();
        channel.write(buffer("ab"), 0, null, write);
        assertThat(write.get()).isEqualTo(new Completion(2, null, write.get().thread()));
    }

    @Test void runsHandlersOnItsExecutor() throws Exception {
        VfsAsynchronousFileChannel pooled = fixture.openAsynchronous("/f", executor);
        var read = new Handler<Integer>();
        pooled.read(ByteBuffer.allocate(4), 0, "", read);
        assertThat(read.get().thread()).isEqualTo("pool");
        executor.shutdown();
        var rejected = new Handler<Integer>();
        pooled.read(ByteBuffer.allocate(4), 0, "", rejected);
        assertThat(rejected.get().result()).isEqualTo(4);
    }

    @Test void doesNotBlockItsExecutor() throws Exception {
        slow.blocksReads = true;
        VfsAsynchronousFileChannel pooled = fixture.openAsynchronous("/f", executor);
        var read = new Handler<Integer>();
        pooled.read(ByteBuffer.allocate(4), 0, "", read);
        slow.blocked.acquire();
        var write = new Handler<Integer>();
        pooled.write(buffer("ab"), 0, "", write);
        assertThat(write.get().result()).isEqualTo(2);
        slow.released.countDown();
        assertThat(read.get().result()).isEqualTo(4);
    }

    @Test void hasManyReadsOutstanding() throws Exception {
        slow.blocksReads = true;
        var reads = new ArrayList<Future<Integer>>();
        for (int i = 0; i < 20; i++) {
            reads.add(channel.read(ByteBuffer.allocate(1), i % 10));
        }
        slow.blocked.acquire();
        slow.released.countDown();
        for (Future<Integer> read : reads) {
            assertThat(get(read)).isEqualTo(1);
        }
    }

    @Test void truncatesForcesAndHasASize() throws Exception {
        assertThat(channel.size()).isEqualTo(10);
        assertThat(channel.truncate(4)).isSameAs(channel);
        channel.truncate(9);
        channel.force(true);
        assertThat(channel.size()).isEqualTo(4);
        assertThatThrownBy(() -> channel.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void refusesWrongArgumentsAtOnce() {
        var reader = new VfsAsynchronousFileChannel(fixture.vfs.open("/f", OpenFlag.READ), true, false, false, null,
                ChannelFixture.FileError::new, () -> {});
        var writer = new VfsAsynchronousFileChannel(fixture.vfs.open("/f", OpenFlag.WRITE), false, true, false, null,
                ChannelFixture.FileError::new, () -> {});
        ByteBuffer one = ByteBuffer.allocate(1);
        try (reader; writer) {
            assertThatThrownBy(() -> writer.read(one, 0)).isInstanceOf(NonReadableChannelException.class);
            assertThatThrownBy(() -> reader.write(one, 0)).isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> reader.truncate(0)).isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> reader.lock()).isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> writer.tryLock(0, 1, true)).isInstanceOf(NonReadableChannelException.class);
            assertThatThrownBy(() -> reader.read(one, -1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> writer.write(one, -1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> reader.read(one.asReadOnlyBuffer(), 0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> reader.read(one, 0, "", null)).isInstanceOf(NullPointerException.class);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test void failsEveryCallWhenItIsClosed() throws Exception {
        channel.close();
        channel.close();
        assertThat(fixture.closed).hasValue(1);
        assertThat(channel.isOpen()).isFalse();
        Future<Integer> read = channel.read(ByteBuffer.allocate(1), 0);
        assertThatThrownBy(() -> get(read)).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ClosedChannelException.class);
        var write = new Handler<Integer>();
        channel.write(ByteBuffer.allocate(1), 0, "", write);
        assertThat(write.get().result()).isInstanceOf(ClosedChannelException.class);
        Future<FileLock> lock = channel.lock();
        assertThatThrownBy(() -> get(lock)).hasCauseInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.truncate(0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.force(false)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::tryLock).isInstanceOf(ClosedChannelException.class);
    }

    @Test void closingFailsTheReadsOutstanding() throws Exception {
        slow.blocksReads = true;
        var handler = new Handler<Integer>();
        channel.read(ByteBuffer.allocate(1), 0, "", handler);
        Future<Integer> future = channel.read(ByteBuffer.allocate(1), 1);
        slow.blocked.acquire(2);
        channel.close();
        assertThat(handler.get().result()).isInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(() -> get(future)).hasCauseInstanceOf(AsynchronousCloseException.class);
    }

    @Test void cancellingWithAnInterruptClosesTheChannel() throws Exception {
        slow.blocksReads = true;
        Future<Integer> first = channel.read(ByteBuffer.allocate(1), 0);
        Future<Integer> second = channel.read(ByteBuffer.allocate(1), 0);
        slow.blocked.acquire(2);
        assertThat(first.cancel(false)).isTrue();
        assertThat(channel.isOpen()).isTrue();
        assertThat(second.cancel(true)).isTrue();
        assertThat(channel.isOpen()).isFalse();
        assertThatThrownBy(() -> get(first)).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> get(second)).isInstanceOf(CancellationException.class);
        assertThat(second.cancel(true)).isFalse();
    }

    @Test void keepsTheInterruptsOfItsCallers() throws Exception {
        Thread.currentThread().interrupt();
        assertThat(channel.size()).isEqualTo(10);
        channel.force(true);
        Future<Integer> write = channel.write(buffer("x"), 0);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(get(write)).isEqualTo(1);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test void locks() throws Exception {
        FileLock lock = get(channel.lock(2, 3, false));
        assertThat(lock.acquiredBy()).isSameAs(channel);
        assertThat(lock.isValid()).isTrue();
        assertThatThrownBy(() -> channel.lock(4, 1, true)).isInstanceOf(OverlappingFileLockException.class);
        assertThatThrownBy(() -> channel.tryLock(4, 1, true)).isInstanceOf(OverlappingFileLockException.class);
        assertThatThrownBy(() -> fixture.open("/f", OpenFlag.READ, OpenFlag.WRITE).tryLock())
                .isInstanceOf(OverlappingFileLockException.class);
        var handler = new Handler<FileLock>();
        channel.lock(5, 1, true, "second", handler);
        assertThat(handler.get().result()).isInstanceOfSatisfying(FileLock.class,
                second -> assertThat(second.isShared()).isTrue());
        lock.release();
        assertThat(lock.isValid()).isFalse();
        assertThat(channel.tryLock(2, 3, true)).isNotNull();
    }

    @Test void waitsForTheLocksOfAnotherProgram() throws Exception {
        FileLock theirs = fixture.open(fixture.vfs.as(Credentials.ROOT), "/f", OpenFlag.WRITE).lock();
        assertThat(channel.tryLock()).isNull();
        Future<FileLock> ours = channel.lock();
        assertThat(ours.isDone()).isFalse();
        theirs.release();
        assertThat(get(ours).isValid()).isTrue();
    }

    @Test void closingFailsTheLocksThatWait() throws Exception {
        FileLock theirs = fixture.open(fixture.vfs.as(Credentials.ROOT), "/f", OpenFlag.WRITE).lock();
        Future<FileLock> first = channel.lock(0, 1, false);
        var second = new Handler<FileLock>();
        channel.lock(1, 1, false, "", second);
        channel.close();
        assertThatThrownBy(() -> get(first)).hasCauseInstanceOf(AsynchronousCloseException.class);
        assertThat(second.get().result()).isInstanceOf(AsynchronousCloseException.class);
        theirs.release();
        VfsAsynchronousFileChannel again = fixture.openAsynchronous("/f", null);
        await().until(() -> {
            FileLock lock = again.tryLock();
            return lock != null;
        });
    }

    @Test void aCancelledLockIsNotKept() throws Exception {
        VfsFileChannel theirs = fixture.open(fixture.vfs.as(Credentials.ROOT), "/f", OpenFlag.WRITE);
        FileLock lock = theirs.lock();
        Future<FileLock> ours = channel.lock();
        assertThat(ours.cancel(false)).isTrue();
        lock.release();
        await().until(() -> {
            try {
                FileLock again = channel.tryLock();
                return again != null;
            } catch (OverlappingFileLockException _) {
                return false;
            }
        });
    }
}

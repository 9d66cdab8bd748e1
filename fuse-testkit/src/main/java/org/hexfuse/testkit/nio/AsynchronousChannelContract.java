package org.hexfuse.testkit.nio;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** {@link AsynchronousFileChannel}. */
public interface AsynchronousChannelContract extends NioFixture {
    /** What a handler received: a result or an exception, and the attachment. */
    record Outcome<T>(T result, Throwable exception, String attachment) {}

    /** A handler and the future of what it receives. */
    final class Handler<T> implements CompletionHandler<T, String> {
        private final CompletableFuture<Outcome<T>> outcome = new CompletableFuture<>();

        /** A handler that has received nothing. */
        public Handler() {}

        @Override public void completed(T result, String attachment) {
            outcome.complete(new Outcome<>(result, null, attachment));
        }

        @Override public void failed(Throwable exception, String attachment) {
            outcome.complete(new Outcome<>(null, exception, attachment));
        }

        private Outcome<T> await() throws Exception {
            return outcome.get(20, TimeUnit.SECONDS);
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private AsynchronousFileChannel open(Path file, OpenOption... options) throws IOException {
        needs(NioFeature.ASYNCHRONOUS_CHANNELS);
        return AsynchronousFileChannel.open(file, options);
    }

    private AsynchronousFileChannel reading(String content) throws IOException {
        return open(file("f", content), READ);
    }

    private AsynchronousFileChannel writing(String content) throws IOException {
        return open(file("f", content), WRITE);
    }

    @Test default void anAsynchronousReadCompletesItsFuture() throws Exception {
        try (AsynchronousFileChannel channel = reading("texture")) {
            ByteBuffer buffer = ByteBuffer.allocate(10);
            assertThat(await(channel.read(buffer, 4))).isEqualTo(3);
            assertThat(text(buffer)).isEqualTo("ure");
        }
    }

    @Test default void anAsynchronousReadCallsItsHandler() throws Exception {
        try (AsynchronousFileChannel channel = reading("texture")) {
            ByteBuffer buffer = ByteBuffer.allocate(4);
            var handler = new Handler<Integer>();
            channel.read(buffer, 0, "the attachment", handler);
            assertThat(handler.await()).isEqualTo(new Outcome<>(4, null, "the attachment"));
            assertThat(text(buffer)).isEqualTo("text");
        }
    }

    @Test default void anAsynchronousReadAtTheEndIsMinusOne() throws Exception {
        try (AsynchronousFileChannel channel = reading("text")) {
            assertThat(await(channel.read(ByteBuffer.allocate(1), 4))).isEqualTo(-1);
            assertThat(await(channel.read(ByteBuffer.allocate(1), 1000))).isEqualTo(-1);
            var handler = new Handler<Integer>();
            channel.read(ByteBuffer.allocate(1), 4, null, handler);
            assertThat(handler.await().result()).isEqualTo(-1);
        }
    }

    @Test default void anAsynchronousReadIntoAFullBufferIsZero() throws Exception {
        try (AsynchronousFileChannel channel = reading("text")) {
            assertThat(await(channel.read(ByteBuffer.allocate(0), 0))).isZero();
        }
    }

    @Test default void anAsynchronousWriteCompletesItsFuture() throws Exception {
        try (AsynchronousFileChannel channel = writing("text")) {
            ByteBuffer source = bytes("ure");
            assertThat(await(channel.write(source, 4))).isEqualTo(3);
            assertThat(source.hasRemaining()).isFalse();
        }
        assertThat(content(at("f"))).isEqualTo("texture");
    }

    @Test default void anAsynchronousWriteCallsItsHandler() throws Exception {
        try (AsynchronousFileChannel channel = writing("text")) {
            var handler = new Handler<Integer>();
            channel.write(bytes("n"), 0, "the attachment", handler);
            assertThat(handler.await()).isEqualTo(new Outcome<>(1, null, "the attachment"));
        }
        assertThat(content(at("f"))).isEqualTo("next");
    }

    @Test default void anAsynchronousWriteBeyondTheEndLeavesAGapOfZeros() throws Exception {
        try (AsynchronousFileChannel channel = writing("ab")) {
            assertThat(await(channel.write(bytes("c"), 4))).isEqualTo(1);
            assertThat(channel.size()).isEqualTo(5);
        }
        assertThat(Files.readAllBytes(at("f"))).containsExactly('a', 'b', 0, 0, 'c');
    }

    @Test default void manyAsynchronousWritesMayBePending() throws Exception {
        var pending = new ArrayList<Future<Integer>>();
        try (AsynchronousFileChannel channel = writing("")) {
            for (int i = 0; i < 200; i++) {
                pending.add(channel.write(bytes("%04d".formatted(i)), i * 4L));
            }
            for (Future<Integer> write : pending) {
                assertThat(await(write)).isEqualTo(4);
            }
        }
        String content = content(at("f"));
        assertThat(content).hasSize(800);
        for (int i = 0; i < 200; i++) {
            assertThat(content.substring(i * 4, i * 4 + 4)).isEqualTo("%04d".formatted(i));
        }
    }

    @Test default void asynchronousCallsRefuseNegativePositions() throws Exception {
        try (AsynchronousFileChannel channel = open(file("f", "text"), READ, WRITE)) {
            refuses(IllegalArgumentException.class, () -> channel.read(ByteBuffer.allocate(1), -1));
            refuses(IllegalArgumentException.class, () -> channel.write(bytes("x"), -1));
            refuses(IllegalArgumentException.class, () -> channel.truncate(-1));
        }
    }

    @Test default void asynchronousCallsNeedTheRightMode() throws Exception {
        try (AsynchronousFileChannel channel = reading("text")) {
            refuses(NonWritableChannelException.class, () -> channel.write(bytes("x"), 0));
            refuses(NonWritableChannelException.class, () -> channel.truncate(0));
        }
        try (AsynchronousFileChannel channel = open(at("f"), WRITE)) {
            refuses(NonReadableChannelException.class, () -> channel.read(ByteBuffer.allocate(1), 0));
        }
    }

    @Test default void anAsynchronousReadIntoAReadOnlyBufferIsRefused() throws Exception {
        try (AsynchronousFileChannel channel = reading("text")) {
            refuses(IllegalArgumentException.class,
                    () -> channel.read(ByteBuffer.allocate(1).asReadOnlyBuffer(), 0));
        }
    }

    @Test default void anAsynchronousCallNeedsAHandler() throws Exception {
        try (AsynchronousFileChannel channel = open(file("f", "text"), READ, WRITE)) {
            refuses(NullPointerException.class, () -> channel.read(ByteBuffer.allocate(1), 0, "", null));
            refuses(NullPointerException.class, () -> channel.write(bytes("x"), 0, "", null));
        }
    }

    @Test default void anAsynchronousChannelIsCut() throws Exception {
        try (AsynchronousFileChannel channel = writing("texture")) {
            assertThat(channel.truncate(4)).isSameAs(channel);
            assertThat(channel.size()).isEqualTo(4);
            channel.truncate(100);
            assertThat(channel.size()).isEqualTo(4);
        }
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void anAsynchronousChannelIsForced() throws Exception {
        try (AsynchronousFileChannel channel = writing("text")) {
            await(channel.write(bytes("n"), 0));
            channel.force(true);
            channel.force(false);
        }
        assertThat(content(at("f"))).isEqualTo("next");
    }

    @Test default void aClosedAsynchronousChannelFailsItsFutures() throws Exception {
        AsynchronousFileChannel channel = open(file("f", "text"), READ, WRITE);
        channel.close();
        assertThat(channel.isOpen()).isFalse();
        for (Future<Integer> future : List.of(channel.read(ByteBuffer.allocate(1), 0), channel.write(bytes("x"), 0))) {
            assertThat(catchThrowable(() -> await(future))).isInstanceOf(ExecutionException.class).cause()
                    .isInstanceOf(ClosedChannelException.class);
        }
        for (Executable call : List.<Executable>of(channel::size, () -> channel.truncate(0),
                () -> channel.force(true))) {
            assertThat(catchThrowable(call::execute)).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test default void aClosedAsynchronousChannelFailsItsHandlers() throws Exception {
        AsynchronousFileChannel channel = reading("text");
        channel.close();
        var handler = new Handler<Integer>();
        channel.read(ByteBuffer.allocate(1), 0, "the attachment", handler);
        Outcome<Integer> outcome = handler.await();
        assertThat(outcome.exception()).isExactlyInstanceOf(ClosedChannelException.class);
        assertThat(outcome.attachment()).isEqualTo("the attachment");
    }

    @Test default void anAsynchronousChannelMayBeClosedTwice() throws Exception {
        AsynchronousFileChannel channel = reading("text");
        channel.close();
        channel.close();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test default void anAsynchronousChannelOpensWithTheOptionsOfOpening() throws Exception {
        fails(NoSuchFileException.class, at("f"), () -> open(at("f"), READ));
        open(at("f"), WRITE, CREATE).close();
        fails(FileAlreadyExistsException.class, at("f"), () -> open(at("f"), WRITE, CREATE_NEW));
        file("g", "text");
        open(at("g"), WRITE, TRUNCATE_EXISTING).close();
        assertThat(content(at("g"))).isEmpty();
        open(at("g"), WRITE, DELETE_ON_CLOSE).close();
        assertThat(exists(at("g"))).isFalse();
    }

    @Test default void anAsynchronousChannelDoesNotAppend() throws Exception {
        needs(NioFeature.ASYNCHRONOUS_CHANNELS);
        Path file = file("f", "text");
        refuses(UnsupportedOperationException.class, () -> open(file, WRITE, APPEND));
    }

    @Test default void handlersRunOnTheGivenExecutor() throws Exception {
        needs(NioFeature.ASYNCHRONOUS_CHANNELS);
        try (ExecutorService executor = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("mine").factory());
                AsynchronousFileChannel channel = AsynchronousFileChannel.open(file("f", "text"), Set.of(READ),
                        executor)) {
            var thread = new CompletableFuture<String>();
            channel.read(ByteBuffer.allocate(1), 0, null, new CompletionHandler<Integer, Void>() {
                @Override public void completed(Integer result, Void attachment) {
                    thread.complete(Thread.currentThread().getName());
                }

                @Override public void failed(Throwable exception, Void attachment) {
                    thread.completeExceptionally(exception);
                }
            });
            assertThat(await(thread)).isEqualTo("mine");
        }
    }

    @Test default void anAsynchronousLockCompletesItsFuture() throws Exception {
        needs(NioFeature.LOCKS);
        try (AsynchronousFileChannel channel = writing("text"); FileLock lock = await(channel.lock())) {
            assertThat(lock.isValid()).isTrue();
            assertThat(lock.acquiredBy()).isSameAs(channel);
            assertThat(lock.size()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test default void anAsynchronousLockCallsItsHandler() throws Exception {
        needs(NioFeature.LOCKS);
        try (AsynchronousFileChannel channel = writing("text")) {
            var handler = new Handler<FileLock>();
            channel.lock(2, 3, false, "the attachment", handler);
            Outcome<FileLock> outcome = handler.await();
            assertThat(outcome.attachment()).isEqualTo("the attachment");
            assertThat(outcome.result().position()).isEqualTo(2);
            outcome.result().release();
            assertThat(outcome.result().isValid()).isFalse();
        }
    }

    @Test default void overlappingLocksOfAsynchronousChannelsAreRefused() throws Exception {
        needs(NioFeature.LOCKS);
        try (AsynchronousFileChannel channel = writing("text"); FileLock lock = channel.tryLock(0, 2, false)) {
            assertThat(lock.isValid()).isTrue();
            refuses(OverlappingFileLockException.class, () -> channel.tryLock(1, 2, false));
            refuses(OverlappingFileLockException.class, () -> channel.lock(1, 2, false, "", new Handler<>()));
        }
    }

    @Test default void anAsynchronousLockEndsWithItsChannel() throws Exception {
        needs(NioFeature.LOCKS);
        AsynchronousFileChannel channel = writing("text");
        FileLock lock = channel.tryLock();
        channel.close();
        assertThat(lock.isValid()).isFalse();
    }
}

package org.hexfuse.nio.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.server.Capability;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Locks at a server that has them, and local ones for a server that has none. */
@ParameterizedClass
@CsvSource({"mem:,true", "unix:,true", "mem:,false"})
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class FileLockTest {
    @Parameter(0) String address;
    @Parameter(1) boolean remote;
    private SlowFileSystem slow;
    private ChannelFixture fixture;
    private VfsFileChannel channel;
    /** The same filesystem for another program. */
    private Vfs other;

    private static final class WithoutLocks extends FilterFileSystem {
        WithoutLocks(FuseFileSystem delegate) {
            super(delegate);
        }

        @Override public Set<Capability> capabilities() {
            Set<Capability> some = EnumSet.copyOf(super.capabilities());
            some.removeAll(Set.of(Capability.RECORD_LOCKS, Capability.FLOCK));
            return some;
        }
    }

    @BeforeEach void serve() throws IOException {
        slow = new SlowFileSystem(new MemoryFileSystem(1 << 20, 100));
        fixture = new ChannelFixture(address, remote ? slow : new WithoutLocks(slow));
        channel = fixture.create("/f", "0123456789");
        other = fixture.vfs.as(Credentials.ROOT);
    }

    @AfterEach void close() throws IOException {
        slow.released.countDown();
        fixture.close();
        assertThat(ChannelLocks.lockedFiles()).isZero();
    }

    private VfsFileChannel otherProgram() {
        return fixture.open(other, "/f", OpenFlag.READ, OpenFlag.WRITE);
    }

    @Test void locksAWholeFile() throws IOException {
        FileLock lock = channel.lock();
        assertThat(lock.isValid()).isTrue();
        assertThat(lock.isShared()).isFalse();
        assertThat(lock.position()).isZero();
        assertThat(lock.size()).isEqualTo(Long.MAX_VALUE);
        assertThat(lock.acquiredBy()).isSameAs(channel);
        assertThat(otherProgram().tryLock()).isNull();
        lock.release();
        lock.release();
        assertThat(lock.isValid()).isFalse();
        assertThat(otherProgram().tryLock()).isNotNull();
    }

    @Test void conflictsWithAnotherProgramOnTheSameBytesOnly() throws IOException {
        channel.lock(10, 5, false);
        VfsFileChannel theirs = otherProgram();
        assertThat(theirs.tryLock(14, 1, false)).isNull();
        assertThat(theirs.tryLock(9, 2, true)).isNull();
        assertThat(theirs.tryLock(0, 10, false)).isNotNull();
        assertThat(theirs.tryLock(15, 0, false)).isNotNull();
    }

    @Test void sharesALockWithAnotherProgram() throws IOException {
        FileLock ours = channel.lock(0, 5, true);
        assertThat(ours.isShared()).isTrue();
        VfsFileChannel theirs = otherProgram();
        assertThat(theirs.tryLock(0, 5, false)).isNull();
        assertThat(theirs.tryLock(0, 5, true)).isNotNull();
    }

    @Test void aSizeOfZeroIsUpToTheLargestOffset() throws IOException {
        FileLock lock = channel.lock(7, 0, false);
        assertThat(lock.size()).isEqualTo(Long.MAX_VALUE - 7);
        assertThat(otherProgram().tryLock(Long.MAX_VALUE - 1, 1, true)).isNull();
    }

    @Test void doesNotOverlapInOneProgram() throws IOException {
        VfsFileChannel second = fixture.open("/f", OpenFlag.READ, OpenFlag.WRITE);
        FileLock lock = channel.lock(0, 5, true);
        assertThatThrownBy(() -> channel.lock(4, 5, true)).isInstanceOf(OverlappingFileLockException.class);
        assertThatThrownBy(() -> second.lock(0, 5, true)).isInstanceOf(OverlappingFileLockException.class);
        assertThatThrownBy(() -> second.tryLock(4, 1, true)).isInstanceOf(OverlappingFileLockException.class);
        assertThat(second.tryLock(5, 1, false)).isNotNull();
        lock.release();
        assertThat(second.tryLock(0, 5, false)).isNotNull();
    }

    @Test void doesNotOverlapOnALinkOfTheFile() throws IOException {
        fixture.vfs.link("/f", "/g");
        channel.lock();
        VfsFileChannel link = fixture.open("/g", OpenFlag.READ, OpenFlag.WRITE);
        assertThatThrownBy(link::tryLock).isInstanceOf(OverlappingFileLockException.class);
        assertThat(fixture.create("/h").tryLock()).isNotNull();
    }

    @Test void survivesTheCloseOfAnotherChannelOfTheFile() throws IOException {
        channel.lock();
        fixture.open("/f", OpenFlag.READ).close();
        assertThat(otherProgram().tryLock()).isNull();
    }

    @Test void endsWithItsChannel() throws IOException {
        FileLock lock = channel.lock();
        channel.close();
        assertThat(lock.isValid()).isFalse();
        assertThatThrownBy(lock::release).isInstanceOf(ClosedChannelException.class);
        assertThat(otherProgram().lock().isValid()).isTrue();
        VfsFileChannel again = fixture.open("/f", OpenFlag.READ, OpenFlag.WRITE);
        assertThat(again.tryLock()).isNull();
    }

    /** Locks on another thread; the future has the lock or the exception. */
    private CompletableFuture<FileLock> lockOnAThread(VfsFileChannel of, CompletableFuture<Thread> thread) {
        var result = new CompletableFuture<FileLock>();
        Thread.ofPlatform().daemon().start(() -> {
            thread.complete(Thread.currentThread());
            try {
                result.complete(of.lock());
            } catch (Throwable e) {
                result.completeExceptionally(Thread.currentThread().isInterrupted()
                        ? new IllegalStateException("interrupted", e) : e);
            }
        });
        return result;
    }

    private static void awaitBlocked(CompletableFuture<Thread> thread) {
        await().until(() -> thread.join().getState() == Thread.State.WAITING);
    }

    @Test void waitsUntilAnotherProgramReleases() throws Exception {
        FileLock theirs = otherProgram().lock();
        var thread = new CompletableFuture<Thread>();
        CompletableFuture<FileLock> ours = lockOnAThread(channel, thread);
        awaitBlocked(thread);
        theirs.release();
        assertThat(ours.get(10, TimeUnit.SECONDS).isValid()).isTrue();
    }

    @Test void aWaitOverlapsInOneProgram() throws IOException {
        otherProgram().lock();
        var thread = new CompletableFuture<Thread>();
        CompletableFuture<FileLock> ours = lockOnAThread(channel, thread);
        awaitBlocked(thread);
        VfsFileChannel second = fixture.open("/f", OpenFlag.READ, OpenFlag.WRITE);
        assertThatThrownBy(second::tryLock).isInstanceOf(OverlappingFileLockException.class);
        channel.close();
        assertThatThrownBy(ours::get).hasCauseInstanceOf(AsynchronousCloseException.class);
        assertThat(second.tryLock()).isNull();
    }

    @Test void closingWakesAWaiter() throws Exception {
        FileLock theirs = otherProgram().lock();
        var thread = new CompletableFuture<Thread>();
        CompletableFuture<FileLock> ours = lockOnAThread(channel, thread);
        awaitBlocked(thread);
        channel.close();
        assertThatThrownBy(() -> ours.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(AsynchronousCloseException.class);
        theirs.release();
        // What was granted late is released.
        await().until(() -> {
            try (VfsFileChannel third = fixture.open("/f", OpenFlag.WRITE)) {
                return third.tryLock() != null;
            }
        });
    }

    @Test void anInterruptWakesAWaiterAndClosesItsChannel() throws Exception {
        VfsFileChannel theirs = otherProgram();
        theirs.lock();
        var thread = new CompletableFuture<Thread>();
        CompletableFuture<FileLock> ours = lockOnAThread(channel, thread);
        awaitBlocked(thread);
        thread.join().interrupt();
        assertThatThrownBy(() -> ours.get(10, TimeUnit.SECONDS)).cause().hasMessage("interrupted")
                .hasCauseInstanceOf(FileLockInterruptionException.class);
        assertThat(channel.isOpen()).isFalse();
        assertThat(theirs.write(ByteBuffer.wrap(new byte[1]))).isEqualTo(1);
    }

    @Test void anInterruptedThreadGetsNoLock() throws IOException {
        Thread.currentThread().interrupt();
        assertThatThrownBy(channel::lock).isInstanceOf(FileLockInterruptionException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(otherProgram().tryLock()).isNotNull();
    }

    @Test void anInterruptDoesNotEndWhatDoesNotWait() throws IOException {
        VfsFileChannel theirs = otherProgram();
        Thread.currentThread().interrupt();
        FileLock lock = channel.tryLock();
        assertThat(lock).isNotNull();
        assertThat(theirs.tryLock()).isNull();
        lock.release();
        assertThat(theirs.tryLock()).isNotNull();
        theirs.close();
        assertThat(channel.tryLock()).isNotNull();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test void closingWakesAWaiterOfAServerThatIgnoresInterrupts() throws Exception {
        Assumptions.assumeTrue(remote, "the filesystem has no server for a local lock");
        slow.ignoresInterrupts = true;
        otherProgram().lock();
        var thread = new CompletableFuture<Thread>();
        CompletableFuture<FileLock> ours = lockOnAThread(channel, thread);
        slow.blocked.acquire();
        channel.close();
        assertThatThrownBy(() -> ours.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(AsynchronousCloseException.class);
    }
}

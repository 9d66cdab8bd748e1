package org.hexfuse.nio.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many threads use, close and interrupt the channels of one file: each call ends, by an exception of the channel or none. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class ChannelStressTest {
    private static final int CHANNELS = 4;
    private static final int THREADS = 8;
    private static final int CALLS = 300;

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicReferenceArray<VfsFileChannel> channels = new AtomicReferenceArray<>(CHANNELS);
    private final Thread[] threads = new Thread[THREADS];

    private static VfsFileChannel open(ChannelFixture fixture, int index, Vfs other) {
        return fixture.open(index % 2 == 0 ? fixture.vfs : other, "/f", OpenFlag.READ, OpenFlag.WRITE);
    }

    @ParameterizedTest
    @CsvSource({"mem:,1", "mem:,2", "unix:,3"}) void everyCallEnds(String address, long seed) throws Exception {
        try (var fixture = new ChannelFixture(address, new MemoryFileSystem(16 << 20, 100))) {
            fixture.vfs.writeAllBytes("/f", new byte[10_000]);
            Vfs other = fixture.vfs.as(Credentials.ROOT);
            for (int i = 0; i < CHANNELS; i++) {
                channels.set(i, open(fixture, i, other));
            }
            for (int i = 0; i < THREADS; i++) {
                var random = new Random(seed * 100 + i);
                threads[i] = Thread.ofVirtual().unstarted(() -> calls(fixture, other, random));
            }
            for (Thread thread : threads) {
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            for (int i = 0; i < CHANNELS; i++) {
                channels.get(i).close();
            }
            assertThat(failures).isEmpty();
            assertThat(ChannelLocks.lockedFiles()).isZero();
            VfsFileChannel last = open(fixture, 0, other);
            assertThat(last.tryLock()).as("a lock after all channels are closed").isNotNull();
            last.close();
            fixture.kernel.assertNothingLeaked();
        }
    }

    private void calls(ChannelFixture fixture, Vfs other, Random random) {
        for (int i = 0; i < CALLS; i++) {
            int index = random.nextInt(CHANNELS);
            VfsFileChannel channel = channels.get(index);
            try {
                if (!channel.isOpen()) {
                    replace(fixture, index, channel, other);
                    continue;
                }
                call(channel, random);
            } catch (ClosedChannelException | FileLockInterruptionException | OverlappingFileLockException _) {
                // What the channel says of closes, interrupts and locks of other threads.
            } catch (Throwable e) {
                failures.add(e);
            } finally {
                Thread.interrupted();
            }
        }
    }

    private void replace(ChannelFixture fixture, int index, VfsFileChannel closed, Vfs other) throws IOException {
        VfsFileChannel next;
        try {
            next = open(fixture, index, other);
        } catch (FuseException e) {
            // The Vfs answers an interrupt of open(2) so.
            assertThat(e.errno()).isEqualTo(Errno.EINTR);
            return;
        }
        if (!channels.compareAndSet(index, closed, next)) {
            next.close();
        }
    }

    private void call(VfsFileChannel channel, Random random) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(random.nextInt(5000));
        switch (random.nextInt(10)) {
            case 0 -> channel.read(buffer);
            case 1 -> channel.read(buffer, random.nextInt(10_000));
            case 2 -> channel.write(buffer, random.nextInt(10_000));
            case 3 -> channel.position(random.nextInt(10_000)).write(buffer);
            case 4 -> channel.transferTo(0, 100, channels.get(random.nextInt(CHANNELS)));
            case 5, 6 -> {
                FileLock lock = random.nextBoolean() ? channel.lock() : channel.lock(0, 10, true);
                assertThat(lock.acquiredBy()).isSameAs(channel);
                lock.release();
            }
            case 7 -> {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    lock.release();
                }
            }
            case 8 -> {
                if (random.nextInt(4) == 0) {
                    channel.close();
                } else {
                    channel.size();
                }
            }
            default -> threads[random.nextInt(THREADS)].interrupt();
        }
    }
}

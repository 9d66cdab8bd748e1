package org.hexfuse.testkit.nio;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import org.junit.jupiter.api.Test;

/** {@link FileLock}: of whole files and of regions, within one process. */
public interface FileLockContract extends NioFixture {
    private FileChannel both() throws IOException {
        needs(NioFeature.LOCKS);
        return channel(exists(at("f")) ? at("f") : file("f", "texture"), READ, WRITE);
    }

    @Test default void lockLocksTheWholeFile() throws IOException {
        try (FileChannel channel = both(); FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThat(lock.isShared()).isFalse();
            assertThat(lock.position()).isZero();
            assertThat(lock.size()).isEqualTo(Long.MAX_VALUE);
            assertThat(lock.acquiredBy()).isSameAs(channel);
        }
    }

    @Test default void tryLockLocksTheWholeFile() throws IOException {
        try (FileChannel channel = both(); FileLock lock = channel.tryLock()) {
            assertThat(lock.isValid()).isTrue();
            assertThat(lock.size()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test default void aLockHasItsRegion() throws IOException {
        try (FileChannel channel = both(); FileLock lock = channel.lock(2, 3, false)) {
            assertThat(lock.position()).isEqualTo(2);
            assertThat(lock.size()).isEqualTo(3);
            assertThat(lock.overlaps(4, 10)).isTrue();
            assertThat(lock.overlaps(5, 10)).isFalse();
            assertThat(lock.overlaps(0, 2)).isFalse();
        }
    }

    @Test default void aLockMayLieBeyondTheEnd() throws IOException {
        try (FileChannel channel = both(); FileLock lock = channel.lock(1000, 1000, false)) {
            assertThat(lock.isValid()).isTrue();
            assertThat(channel.size()).isEqualTo(7);
        }
    }

    @Test default void aSharedLockSaysSo() throws IOException {
        try (FileChannel channel = both(); FileLock lock = channel.tryLock(0, 10, true)) {
            assertThat(lock.isShared()).isTrue();
        }
    }

    @Test default void overlappingLocksOfOneChannelAreRefused() throws IOException {
        try (FileChannel channel = both(); FileLock lock = channel.lock(2, 3, false)) {
            assertThat(lock.isValid()).isTrue();
            refuses(OverlappingFileLockException.class, () -> channel.lock(4, 1, false));
            refuses(OverlappingFileLockException.class, () -> channel.tryLock(0, 3, false));
        }
    }

    @Test default void overlappingLocksOfTwoChannelsAreRefused() throws IOException {
        try (FileChannel one = both(); FileChannel two = both(); FileLock lock = one.lock(2, 3, false)) {
            assertThat(lock.isValid()).isTrue();
            refuses(OverlappingFileLockException.class, () -> two.lock(4, 1, false));
            refuses(OverlappingFileLockException.class, two::tryLock);
        }
    }

    @Test default void sharedLocksOfOneProcessMayNotOverlapEither() throws IOException {
        try (FileChannel one = both(); FileChannel two = both(); FileLock lock = one.lock(0, 10, true)) {
            assertThat(lock.isShared()).isTrue();
            refuses(OverlappingFileLockException.class, () -> two.lock(0, 10, true));
        }
    }

    @Test default void locksThatDoNotOverlapAreHeldTogether() throws IOException {
        try (FileChannel one = both();
                FileChannel two = both();
                FileLock first = one.lock(0, 5, false);
                FileLock second = one.lock(5, 5, false);
                FileLock third = two.lock(10, 5, true)) {
            assertThat(first.isValid() && second.isValid() && third.isValid()).isTrue();
        }
    }

    @Test default void aReleasedLockIsInvalid() throws IOException {
        try (FileChannel channel = both()) {
            FileLock lock = channel.lock();
            lock.release();
            assertThat(lock.isValid()).isFalse();
        }
    }

    @Test default void aLockMayBeReleasedTwice() throws IOException {
        try (FileChannel channel = both()) {
            FileLock lock = channel.lock();
            lock.release();
            lock.release();
            assertThat(lock.isValid()).isFalse();
        }
    }

    @Test default void aReleasedRegionMayBeLockedAgain() throws IOException {
        try (FileChannel one = both(); FileChannel two = both()) {
            one.lock(0, 10, false).release();
            try (FileLock lock = two.tryLock(5, 10, false)) {
                assertThat(lock.isValid()).isTrue();
            }
        }
    }

    @Test default void aClosedChannelHoldsNoLock() throws IOException {
        FileChannel channel = both();
        FileLock lock = channel.lock();
        channel.close();
        assertThat(lock.isValid()).isFalse();
        try (FileChannel other = both(); FileLock next = other.tryLock()) {
            assertThat(next.isValid()).isTrue();
        }
    }

    @Test default void theLockOfAClosedChannelCannotBeReleased() throws IOException {
        FileChannel channel = both();
        FileLock lock = channel.lock();
        channel.close();
        refuses(ClosedChannelException.class, lock::release);
    }

    @Test default void aSharedLockNeedsAChannelThatReads() throws IOException {
        needs(NioFeature.LOCKS);
        try (FileChannel channel = channel(file("f", ""), WRITE)) {
            refuses(NonReadableChannelException.class, () -> channel.lock(0, 1, true));
            refuses(NonReadableChannelException.class, () -> channel.tryLock(0, 1, true));
        }
    }

    @Test default void anExclusiveLockNeedsAChannelThatWrites() throws IOException {
        needs(NioFeature.LOCKS);
        try (FileChannel channel = channel(file("f", ""), READ)) {
            refuses(NonWritableChannelException.class, () -> channel.lock(0, 1, false));
            refuses(NonWritableChannelException.class, channel::tryLock);
        }
    }

    @Test default void aRegionHasNoNegativePart() throws IOException {
        try (FileChannel channel = both()) {
            refuses(IllegalArgumentException.class, () -> channel.lock(-1, 1, false));
            refuses(IllegalArgumentException.class, () -> channel.lock(0, -1, false));
            refuses(IllegalArgumentException.class, () -> channel.tryLock(Long.MAX_VALUE, 2, false));
        }
    }

    @Test default void locksOfTwoFilesAreIndependent() throws IOException {
        try (FileChannel one = both();
                FileChannel two = channel(file("g", ""), READ, WRITE);
                FileLock first = one.lock();
                FileLock second = two.lock()) {
            assertThat(first.isValid() && second.isValid()).isTrue();
        }
    }

    @Test default void aLockDoesNotKeepOthersFromReadingAndWriting() throws IOException {
        try (FileChannel one = both(); FileChannel two = both(); FileLock lock = one.lock()) {
            assertThat(lock.isValid()).isTrue();
            two.write(bytes("n"));
        }
        assertThat(content(at("f"))).isEqualTo("nexture");
    }
}

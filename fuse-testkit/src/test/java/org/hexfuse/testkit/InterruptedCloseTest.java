package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.hexfuse.abi.FileType;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.server.Capability;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lock;
import org.hexfuse.server.Lookup;
import org.hexfuse.vfs.OpenFile;
import org.junit.jupiter.api.Test;

/** Closing a file with a lock on an interrupted thread. */
class InterruptedCloseTest {
    /** One file, {@code f}, and the locks that were requested. */
    private static final class Locked implements FuseFileSystem {
        final Queue<LockType> wanted = new ConcurrentLinkedQueue<>();

        @Override public Entry lookup(Lookup op) {
            return op.name().is("f") ? Entry.of(2, attr(2)) : Entry.absent(Duration.ofHours(1));
        }

        @Override public Attr getattr(GetAttr op) {
            return attr(op.node());
        }

        private static Attr attr(long node) {
            return node == ROOT
                    ? Attr.of(FileType.DIRECTORY, 0777).build()
                    : Attr.of(FileType.REGULAR, 0666).build();
        }

        @Override public Set<Capability> capabilities() {
            return Set.of(Capability.RECORD_LOCKS, Capability.FLOCK);
        }

        @Override public LockRange getlk(Lock op) {
            return LockRange.whole(LockType.UNLOCKED);
        }

        @Override public void setlk(Lock op) {
            wanted.add(op.range().type());
        }
    }

    @Test void releasesItsLock() throws IOException {
        var locked = new Locked();
        try (UserKernel kernel = UserKernel.connect("mem:", locked)) {
            OpenFile file = kernel.vfs().open("/f");
            file.ofdLocks().set(LockRange.whole(LockType.READ));
            Thread.currentThread().interrupt();
            file.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(locked.wanted).containsExactly(LockType.READ, LockType.UNLOCKED);
        }
    }
}

package org.hexfuse.transport.linux.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.server.*;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** GETLK, SETLK and SETLKW: from the system call to the typed operation, and back. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class LockOperationsTest {
    @ParameterizedTest
    @EnumSource(Kernels.class) void locksHaveRangeKindAndOwner(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public Set<Capability> capabilities() {
                return Set.of(Capability.RECORD_LOCKS, Capability.FLOCK);
            }

            @Override public LockRange getlk(Lock op) {
                record("getlk", op.node(), op.handle(), op.range().type(), op.range().start(), op.range().end(),
                        op.owner() != 0);
                return new LockRange(LockType.WRITE, 3, 5, 77);
            }

            @Override public void setlk(Lock op) {
                record(op.isFlock() ? "flock" : "record", op.node(), op.handle(), op.range().type(), op.waits(),
                        op.owner() != 0);
            }

            @Override public void release(Release op) {
                record("release", op.flockUnlock());
            }
        };
        kernel.run(recorder, client -> {
            PosixFile file = client.open("/f", OpenFlag.READ, OpenFlag.WRITE);
            LockRange found = file.getlk(new LockRange(LockType.READ, 2, 9, 0)).orElseThrow();
            assertThat(found.start()).isEqualTo(3);
            assertThat(found.end()).isEqualTo(5);
            assertThat(found.type()).isEqualTo(LockType.WRITE);
            file.lock(new LockRange(LockType.WRITE, 2, 9, 0));
            file.lockWaiting(new LockRange(LockType.READ, 2, 9, 0));
            file.flock(LockType.WRITE);
            file.tryFlock(LockType.READ);
            file.close();
        });
        assertThat(recorder.events).contains("getlk 2 20 READ 2 9 true", "record 2 20 WRITE false true",
                "record 2 20 READ true true", "flock 2 20 WRITE true true", "flock 2 20 READ false true",
                "release true");
    }
}

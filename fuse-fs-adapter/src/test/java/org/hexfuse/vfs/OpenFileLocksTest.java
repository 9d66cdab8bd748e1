package org.hexfuse.vfs;

import static org.hexfuse.vfs.FuseAssertions.assertFails;

import org.hexfuse.vfs.lock.LockOwners;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hexfuse.posix.LockType.READ;
import static org.hexfuse.posix.LockType.UNLOCKED;
import static org.hexfuse.posix.LockType.WRITE;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileLock;
import org.hexfuse.abi.FlushIn;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.LkOut;
import org.hexfuse.abi.LockFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.ReleaseFlag;
import org.hexfuse.abi.ReleaseIn;
import org.hexfuse.device.Request;
import org.hexfuse.posix.LockRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OpenFileLocksTest {
    private final StandInServer server = new StandInServer();
    private final Vfs process = Vfs.mount(server, VfsOptions.DEFAULT);
    private final Vfs other = process.as(Credentials.of(1000, 1000));

    @BeforeEach void aFile() {
        server.file(server.root, "f");
        server.file(server.root, "g");
    }

    private static OpenFile open(Vfs vfs, String path) {
        return vfs.open(path, OpenFlag.READ, OpenFlag.WRITE);
    }

    private static void end(OpenFile file) {
        file.close();
    }

    private static LockRange lock(org.hexfuse.posix.LockType type, long start, long length) {
        return LockRange.of(type, start, length);
    }

    /** Of a server without locks. */
    @Nested class Local {
        @Test void areOfProcessesAndSendNoRequest() {
            try (OpenFile one = open(process, "/f");
                    OpenFile again = open(process, "/f");
                    OpenFile others = open(other, "/f")) {
                one.locks().set(lock(WRITE, 0, 10));
                again.locks().set(lock(WRITE, 5, 10));
                assertFails(Errno.EAGAIN, () -> others.locks().set(lock(READ, 14, 1)));
                assertThat(others.locks().getlk(lock(READ, 14, 1)))
                        .contains(new LockRange(WRITE, 0, 14, process.credentials().pid()));
                assertThat(one.locks().getlk(lock(WRITE, 0, 0))).isEmpty();
            }
            assertThat(server.calls).doesNotContain(Opcode.GETLK, Opcode.SETLK, Opcode.SETLKW);
        }

        @Test void ofAProcessAreReleasedWithAnyDescriptor() {
            try (OpenFile one = open(process, "/f"); OpenFile others = open(other, "/f")) {
                one.locks().set(lock(WRITE, 0, 10));
                open(other, "/f").close();
                open(process, "/g").close();
                assertFails(Errno.EAGAIN, () -> others.locks().set(lock(READ, 0, 1)));
                process.open("/f").close();
                others.locks().set(lock(READ, 0, 1));
            }
        }

        @Test void ofAnOpenFileAreReleasedWithIt() {
            try (OpenFile others = open(process, "/f")) {
                OpenFile one = open(process, "/f");
                one.ofdLocks().set(lock(WRITE, 0, 10));
                process.open("/f").close();
                assertFails(Errno.EAGAIN, () -> others.locks().set(lock(READ, 0, 1)));
                assertFails(Errno.EAGAIN, () -> others.ofdLocks().set(lock(READ, 0, 1)));
                one.close();
                others.ofdLocks().set(lock(READ, 0, 1));
            }
        }

        @Test void ofTheWholeFileBelongToTheOpenFile() {
            try (OpenFile others = open(process, "/f")) {
                OpenFile one = open(process, "/f");
                one.flock(WRITE);
                one.locks().set(lock(WRITE, 0, 10));
                assertFails(Errno.EAGAIN, () -> others.tryFlock(READ));
                one.tryFlock(READ);
                others.flock(READ);
                assertFails(Errno.EAGAIN, () -> others.tryFlock(WRITE));
                one.close();
                others.tryFlock(WRITE);
            }
        }

        @Test void needTheAccessModeOfTheLock() {
            try (OpenFile reading = process.open("/f"); OpenFile writing = process.open("/f", OpenFlag.WRITE)) {
                assertFails(Errno.EBADF, () -> reading.locks().set(lock(WRITE, 0, 1)));
                assertFails(Errno.EBADF, () -> writing.locks().setlkw(lock(READ, 0, 1)));
                assertFails(Errno.EINVAL, () -> reading.locks().getlk(lock(UNLOCKED, 0, 1)));
                reading.tryFlock(WRITE);
                end(reading);
                assertFails(Errno.EBADF, () -> reading.locks().set(lock(READ, 0, 1)));
                assertFails(Errno.EBADF, () -> reading.flock(READ));
            }
        }

        private FutureTask<Errno> waiting(OpenFile file, List<Thread> threads) {
            var task = new FutureTask<>(() -> {
                try {
                    file.locks().setlkw(lock(WRITE, 0, 1));
                    return Errno.OK;
                } catch (FuseException e) {
                    return e.errno();
                }
            });
            Thread thread = Thread.ofVirtual().start(task);
            threads.add(thread);
            await().until(() -> thread.getState() == Thread.State.WAITING);
            return task;
        }

        @Test void blockUntilACloseOrAnInterrupt() throws Exception {
            var threads = new ArrayList<Thread>();
            try (OpenFile one = open(process, "/f"); OpenFile others = open(other, "/f")) {
                one.locks().set(lock(WRITE, 0, 10));
                FutureTask<Errno> interrupted = waiting(others, threads);
                threads.getFirst().interrupt();
                assertThat(interrupted.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.EINTR);
                FutureTask<Errno> granted = waiting(others, threads);
                end(one);
                assertThat(granted.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.OK);
                try (OpenFile third = open(process, "/f")) {
                    FutureTask<Errno> tooLate = waiting(third, threads);
                    end(third);
                    others.locks().set(lock(UNLOCKED, 0, 0));
                    assertThat(tooLate.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.EBADF);
                    others.locks().set(lock(WRITE, 0, 0));
                }
            }
        }

        @Test void deadlocksAreEdeadlk() throws Exception {
            var threads = new ArrayList<Thread>();
            try (OpenFile one = open(process, "/f"); OpenFile others = open(other, "/f")) {
                one.locks().set(lock(WRITE, 0, 1));
                others.locks().set(lock(WRITE, 1, 1));
                FutureTask<Errno> waits = waiting(others, threads);
                assertFails(Errno.EDEADLK, () -> one.locks().setlkw(lock(WRITE, 1, 1)));
                one.locks().set(lock(UNLOCKED, 0, 1));
                assertThat(waits.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.OK);
            }
        }
    }

    /** Of a server with POSIX_LOCKS and FLOCK_LOCKS. */
    @Nested class Remote {
        private record SentLock(Opcode opcode, long handle, long owner, boolean flock, LockRange range) {}

        private final List<SentLock> sent = new ArrayList<>();
        private final List<Long> flushed = new ArrayList<>();
        private final List<Long> released = new ArrayList<>();
        private LockRange answer = LockRange.whole(UNLOCKED);

        @BeforeEach void haveLocks() {
            server.flags |= InitFlag.POSIX_LOCKS.mask() | InitFlag.FLOCK_LOCKS.mask();
            for (Opcode opcode : List.of(Opcode.GETLK, Opcode.SETLK, Opcode.SETLKW)) {
                server.answers.put(opcode, this::answer);
            }
            server.answers.put(Opcode.FLUSH, request -> {
                flushed.add(FlushIn.LOCK_OWNER.get(request.arguments()));
                return 0;
            });
            server.answers.put(Opcode.RELEASE, request -> {
                boolean unlocks = ReleaseFlag.FLOCK_UNLOCK.in(ReleaseIn.RELEASE_FLAGS.get(request.arguments()));
                released.add(unlocks ? ReleaseIn.LOCK_OWNER.get(request.arguments()) : 0L);
                return 0;
            });
        }

        private int answer(Request request) {
            long lock = LkIn.LK.offset();
            sent.add(new SentLock(request.opcode(), LkIn.FH.get(request.arguments()),
                    LkIn.OWNER.get(request.arguments()), LockFlag.FLOCK.in(LkIn.LK_FLAGS.get(request.arguments())),
                    new LockRange(org.hexfuse.posix.LockType.byCode(FileLock.TYPE.get(request.arguments(), lock)),
                            FileLock.START.get(request.arguments(), lock), FileLock.END.get(request.arguments(), lock),
                            FileLock.PID.get(request.arguments(), lock))));
            if (request.opcode() != Opcode.GETLK) {
                return 0;
            }
            FileLock.START.set(request.reply(), answer.start());
            FileLock.END.set(request.reply(), answer.end());
            FileLock.TYPE.set(request.reply(), answer.type().code());
            FileLock.PID.set(request.reply(), answer.pid());
            return LkOut.SIZE;
        }

        @Test void carryTheOwnerOfTheProcess() {
            int pid = process.credentials().pid();
            try (OpenFile one = open(process, "/f"); OpenFile again = open(process, "/f")) {
                one.locks().set(lock(WRITE, 3, 4));
                again.locks().setlkw(lock(READ, 0, 0));
                one.locks().set(lock(UNLOCKED, 0, 0));
            }
            long owner = sent.getFirst().owner();
            assertThat(sent).containsExactly(
                    new SentLock(Opcode.SETLK, 7, owner, false, new LockRange(WRITE, 3, 6, pid)),
                    new SentLock(Opcode.SETLKW, 7, owner, false, new LockRange(READ, 0, Long.MAX_VALUE, pid)),
                    new SentLock(Opcode.SETLK, 7, owner, false, new LockRange(UNLOCKED, 0, Long.MAX_VALUE, 0)));
            assertThat(flushed).containsExactly(owner, owner);
            assertThat(released).containsExactly(0L, 0L);
        }

        @Test void areTestedByGetlk() {
            answer = new LockRange(WRITE, 5, 9, 123);
            try (OpenFile file = open(process, "/f")) {
                assertThat(file.locks().getlk(lock(READ, 0, 0))).contains(answer);
                answer = lock(UNLOCKED, 0, 0);
                assertThat(file.locks().getlk(lock(READ, 0, 0))).isEqualTo(Optional.empty());
                server.answers.put(Opcode.GETLK, request -> {
                    request.reply().asSlice(0, LkOut.SIZE).fill((byte) -1);
                    return LkOut.SIZE;
                });
                assertFails(Errno.EIO, () -> file.locks().getlk(lock(READ, 0, 0)));
                server.fail(Opcode.SETLK, Errno.EAGAIN);
                assertFails(Errno.EAGAIN, () -> file.locks().set(lock(READ, 0, 0)));
            }
        }

        @Test void ofTheWholeFileAreReleasedWithRelease() {
            OpenFile file = open(process, "/f");
            file.tryFlock(WRITE);
            file.flock(READ);
            file.close();
            long owner = sent.getFirst().owner();
            assertThat(sent).extracting(SentLock::flock).containsOnly(true);
            assertThat(sent).extracting(SentLock::owner).containsOnly(owner);
            assertThat(released).containsExactly(owner);
            assertThat(flushed).doesNotContain(owner);
        }

        @Test void ofAnOpenFileAreUnlockedBeforeItsRelease() {
            OpenFile file = open(process, "/f");
            file.ofdLocks().set(lock(WRITE, 0, 1));
            file.close();
            assertThat(sent).hasSize(2);
            assertThat(sent.getLast().range()).isEqualTo(LockRange.whole(UNLOCKED));
            assertThat(sent.getLast().owner()).isEqualTo(sent.getFirst().owner()).isNotEqualTo(flushed.getFirst());
            assertThat(server.calls.subList(server.calls.size() - 3, server.calls.size())).containsExactly(Opcode.FLUSH,
                    Opcode.SETLK, Opcode.RELEASE);
        }

        @Test void areUnlockedIfFlushFails() {
            server.fail(Opcode.FLUSH, Errno.EIO);
            OpenFile file = open(process, "/f");
            file.locks().set(lock(WRITE, 0, 1));
            assertFails(Errno.EIO, file::close);
            assertThat(sent.getLast().range()).isEqualTo(LockRange.whole(UNLOCKED));
        }

        @Test void ofAnOpenFileAreTheSameForAllThreads() throws Exception {
            for (int round = 0; round < 200; round++) {
                try (OpenFile file = open(process, "/f")) {
                    var one = new FutureTask<>(file::ofdLocks);
                    Thread.ofVirtual().start(one);
                    assertThat(file.ofdLocks()).isSameAs(one.get(10, TimeUnit.SECONDS));
                }
            }
        }

        @Test void areUnlockedIfNoFlushIsSent() {
            server.answers.put(Opcode.OPEN,
                    request -> StandInServer.opened(request, 0, 7, OpenOutFlag.NOFLUSH.mask()));
            OpenFile file = open(process, "/f");
            file.locks().set(lock(WRITE, 0, 1));
            file.close();
            assertThat(flushed).isEmpty();
            assertThat(sent.getLast().range()).isEqualTo(LockRange.whole(UNLOCKED));
        }
    }

    @Test void ownerIdsAreUniqueAndNotConsecutive() {
        var owners = new LockOwners();
        Set<Long> all = new HashSet<>();
        long last = 0;
        for (int i = 0; i < 100_000; i++) {
            long next = owners.next();
            assertThat(all.add(next)).isTrue();
            assertThat(Math.abs(next - last)).isGreaterThan(1000);
            last = next;
        }
        assertThat(new LockOwners().next()).isNotEqualTo(new LockOwners().next());
    }
}

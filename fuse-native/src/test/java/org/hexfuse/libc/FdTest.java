package org.hexfuse.libc;

import org.hexfuse.posix.OpenFlags;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FdTest {
    @TempDir Path directory;

    @Test void createsWritesAndReadsAFile() throws Exception {
        Path file = directory.resolve("f");
        try (Arena arena = Arena.ofConfined();
                Fd fd = Fd.open(file.toString(), OpenFlags.RDWR | OpenFlags.CREAT | OpenFlags.EXCL, 0640)) {
            MemorySegment memory = arena.allocateFrom("hello");
            assertThat(Syscalls.write(fd, memory, 5)).isEqualTo(5);
            assertThat(Syscalls.pwrite(fd, memory, 1, 4)).isEqualTo(1);
            assertThat(Files.readString(file)).isEqualTo("hellh");
            assertThat(Syscalls.pread(fd, memory, 3, 2)).isEqualTo(3);
            assertThat(memory.getString(0)).isEqualTo("llhlo");
        }
    }

    @Test void aFailedOpenNamesTheFileAndTheErrno() {
        assertThatThrownBy(() -> Fd.open(directory + "/missing", OpenFlags.RDONLY)).isInstanceOf(LibcException.class)
                .hasMessage("open " + directory + "/missing: No such file or directory (ENOENT)")
                .extracting(e -> ((LibcException) e).errno()).isEqualTo(Errno.ENOENT);
        assertThatThrownBy(() -> Fd.open("/proc/self/exe", OpenFlags.RDONLY | OpenFlags.DIRECTORY))
                .hasMessageContaining("ENOTDIR");
        assertThatThrownBy(() -> Fd.open("/proc/self/exe", OpenFlags.RDONLY | OpenFlags.NOFOLLOW))
                .hasMessageContaining("ELOOP");
    }

    @Test void aHotCallReturnsTheNegatedErrno() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pipe = Fd.pipe()) {
            MemorySegment memory = arena.allocate(8);
            assertThat(Syscalls.write(pipe.reader(), memory, 8)).isEqualTo(-Errno.EBADF.code());
            pipe.reader().nonblocking(true);
            assertThat(Syscalls.read(pipe.reader(), memory, 8)).isEqualTo(-Errno.EAGAIN.code());
            pipe.reader().close();
            assertThat(Syscalls.write(pipe.writer(), memory, 8)).isEqualTo(-Errno.EPIPE.code());
        }
    }

    @Test void rejectsLengthsBeyondTheSegment() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pipe = Fd.pipe()) {
            MemorySegment memory = arena.allocate(8);
            assertThatThrownBy(() -> Syscalls.write(pipe.writer(), memory, 9))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> Syscalls.read(pipe.reader(), memory, -1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test void everyDescriptorIsClosedOnExec() throws Exception {
        try (var pipe = Fd.pipe(); Fd event = Fd.eventfd(); Fd file = Fd.open("/dev/null", OpenFlags.RDWR);
                Fd copy = file.duplicate(); var pair = Sockets.pair(SocketType.STREAM);
                Fd socket = Sockets.socket(SocketType.SEQPACKET)) {
            for (Fd fd : new Fd[]{pipe.reader(), pipe.writer(), event, file, copy, pair.first(), pair.second(),
                socket}) {
                assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + fd.value())))
                        .containsPattern("flags:\\s+0?[2367]\\d{6}\\n");
            }
        }
    }

    @Test void closesOnce() throws Exception {
        var pipe = Fd.pipe();
        int number = pipe.reader().value();
        pipe.reader().close();
        try (Fd other = pipe.writer().duplicate()) {
            assertThat(other.value()).as("the kernel gives the lowest number that is free").isEqualTo(number);
            pipe.reader().close();
            assertThat(Path.of("/proc/self/fd/" + other.value())).exists();
        }
        pipe.close();
        assertThat(pipe.reader().isClosed()).isTrue();
    }

    @Test void aClosedDescriptorIsEbadfAndHasNoNumber() throws Exception {
        var pipe = Fd.pipe();
        pipe.close();
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Syscalls.read(pipe.reader(), arena.allocate(1), 1)).isEqualTo(-Errno.EBADF.code());
        }
        assertThatThrownBy(() -> pipe.reader().value()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pipe.reader().ioctl(0x5401, 0)).hasMessageContaining("EBADF");
        assertThatThrownBy(pipe.reader()::duplicate).hasMessageContaining("EBADF");
    }

    @Test void closesWhenTheCallInFlightReturns() throws Exception {
        var pipe = Fd.pipe();
        int number = pipe.reader().value();
        var entered = new CountDownLatch(1);
        var results = new ArrayList<Long>();
        Thread reader = Thread.ofPlatform().start(() -> {
            try (Arena arena = Arena.ofConfined()) {
                entered.countDown();
                results.add(Syscalls.read(pipe.reader(), arena.allocate(8), 8));
            }
        });
        entered.await();
        Awaitility.await().until(() -> reader.getState() == Thread.State.RUNNABLE && inPipeRead(reader));
        pipe.reader().close();
        assertThat(Path.of("/proc/self/fd/" + number)).exists();
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Syscalls.write(pipe.writer(), arena.allocate(3), 3)).isEqualTo(3);
        }
        reader.join();
        assertThat(results).containsExactly(3L);
        assertThat(Path.of("/proc/self/fd/" + number)).doesNotExist();
        pipe.close();
    }

    /** Whether a thread of that name sleeps in the kernel, which truncates names to 15 bytes. */
    private static boolean inPipeRead(Thread thread) throws Exception {
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.anyMatch(task -> {
                try {
                    return Files.readString(task.resolve("comm")).strip().equals(thread.getName())
                            && Files.readString(task.resolve("stat")).contains(") S ");
                } catch (java.io.IOException e) {
                    return false;
                }
            });
        }
    }

    @Test void anEventCounterCounts() throws Exception {
        try (Arena arena = Arena.ofConfined(); Fd event = Fd.eventfd()) {
            MemorySegment memory = arena.allocate(8, 8);
            memory.set(JAVA_LONG, 0, 3);
            assertThat(Syscalls.write(event, memory, 8)).isEqualTo(8);
            assertThat(Syscalls.write(event, memory, 8)).isEqualTo(8);
            assertThat(Syscalls.read(event, memory, 8)).isEqualTo(8);
            assertThat(memory.get(JAVA_LONG, 0)).isEqualTo(6);
        }
    }

    @Test void readsAndWritesVectors() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pipe = Fd.pipe()) {
            var vector = new IoVector(arena, 3);
            MemorySegment text = arena.allocateFrom("abcdefgh");
            vector.add(text, 0, 3).add(text, 6, 2).add(text, 3, 1);
            assertThat(Syscalls.writev(pipe.writer(), vector)).isEqualTo(6);
            MemorySegment target = arena.allocate(16);
            vector.clear().add(target, 8, 2).add(target, 0, 6);
            assertThat(Syscalls.readv(pipe.reader(), vector)).isEqualTo(6);
            assertThat(target.getString(8)).isEqualTo("ab");
            assertThat(target.getString(0)).isEqualTo("cghd");
        }
    }

    @Test void advancingAVectorKeepsTheRest() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pipe = Fd.pipe()) {
            MemorySegment text = arena.allocateFrom("abcdefgh");
            var vector = new IoVector(arena, 3).add(text, 0, 2).add(text, 2, 3).add(text, 5, 3).advance(3);
            assertThat(vector.count()).isEqualTo(2);
            assertThat(Syscalls.writev(pipe.writer(), vector)).isEqualTo(5);
            MemorySegment target = arena.allocate(8);
            assertThat(Syscalls.read(pipe.reader(), target, 8)).isEqualTo(5);
            assertThat(target.getString(0)).isEqualTo("defgh");
            assertThat(vector.advance(5).count()).isZero();
            assertThatThrownBy(() -> vector.advance(1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test void pollReportsReadyAndClosedDescriptors() throws Exception {
        try (Arena arena = Arena.ofConfined(); var one = Fd.pipe(); var other = Fd.pipe()) {
            var set = new PollSet(arena, 3);
            set.set(0, one.reader(), PollSet.IN);
            set.set(1, other.reader(), PollSet.IN);
            set.set(2, other.writer(), PollSet.OUT);
            assertThat(set.poll(0)).isEqualTo(1);
            assertThat(set.events(2)).isEqualTo(PollSet.OUT);
            MemorySegment memory = arena.allocate(1);
            memory.set(JAVA_BYTE, 0, (byte) 1);
            Syscalls.write(one.writer(), memory, 1);
            other.reader().close();
            other.writer().close();
            assertThat(set.poll(1000)).isEqualTo(1);
            assertThat(set.events(0)).isEqualTo(PollSet.IN);
            assertThat(set.events(1)).isZero();
        }
    }

    @Test void anInheritedNumberMustBeOpen() {
        assertThatThrownBy(() -> Fd.inherited(900_000)).hasMessageContaining("EBADF");
        assertThatThrownBy(() -> Fd.of(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void theArchitecturesDifferInTheirFlags() {
        assertThat(SystemCallNumbers.of("arm64")).isEqualTo(SystemCallNumbers.AARCH64);
        assertThatThrownBy(() -> SystemCallNumbers.of("s390x")).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("s390x");
    }

    @Test void returnsTheIdsOfTheProcess() {
        assertThat((long) ProcessIds.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(Path.of("/proc/self/task/" + ProcessIds.tid())).exists();
        assertThat(ProcessIds.uid()).isEqualTo(ProcessIds.euid());
    }
}

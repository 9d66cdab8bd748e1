package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpawnTest {
    @Test void returnsTheExitStatus() throws Exception {
        ChildProcess child = Spawn.command("sh", "-c", "exit 7").start();
        assertThat(child.waitFor()).isEqualTo(7);
        assertThat(child.waitFor()).as("asked once more").isEqualTo(7);
    }

    @Test void reportsTheSignalThatKilledTheChild() throws Exception {
        ChildProcess child = Spawn.command("sleep", "100").start();
        assertThat(child.waitFor(Duration.ofMillis(30))).isEmpty();
        child.signal(ChildProcess.SIGKILL);
        assertThat(child.waitFor()).isEqualTo(128 + ChildProcess.SIGKILL);
        child.signal(ChildProcess.SIGTERM);
    }

    @Test void anInheritedDescriptorHasItsNumberInTheChild() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pipe = Fd.pipe()) {
            ChildProcess child = Spawn.command("sh", "-c", "echo $WORD > /proc/self/fd/" + pipe.writer().value())
                    .environment("WORD", "through").inherit(pipe.writer()).start();
            pipe.writer().close();
            assertThat(child.waitFor()).isZero();
            assertThat(readAll(arena, pipe.reader())).isEqualTo("through\n");
        }
    }

    @Test void aDescriptorCanBecomeAStandardStream() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pipe = Fd.pipe()) {
            ChildProcess child = Spawn.command("sh", "-c", "echo out; echo err >&2").connect(pipe.writer(), 1)
                    .connect(pipe.writer(), 2).start();
            pipe.writer().close();
            assertThat(child.waitFor()).isZero();
            assertThat(readAll(arena, pipe.reader())).isEqualTo("out\nerr\n");
        }
    }

    @Test void theChildInheritsNoOtherDescriptor() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pipe = Fd.pipe(); var other = Fd.pipe()) {
            ChildProcess child = Spawn.command("sh", "-c",
                    "[ -e /proc/self/fd/" + other.reader().value() + " ] || echo none").connect(pipe.writer(), 1)
                    .start();
            pipe.writer().close();
            assertThat(child.waitFor()).isZero();
            assertThat(readAll(arena, pipe.reader())).isEqualTo("none\n");
        }
    }

    @Test void descriptorsAreClosedFromANumberOn() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pipe = Fd.pipe(); var other = Fd.pipe()) {
            ChildProcess child = Spawn.command("sh", "-c", "exec 2>&-; echo /proc/self/fd/*").connect(pipe.writer(), 1)
                    .connect(other.writer(), 3).inherit(other.reader()).closeFrom(4).start();
            pipe.writer().close();
            assertThat(child.waitFor()).isZero();
            assertThat(readAll(arena, pipe.reader())).as("its own directory besides")
                    .matches("/proc/self/fd/0 /proc/self/fd/1 (/proc/self/fd/[0-9]+ )?/proc/self/fd/3( .*/4)?\n");
        }
    }

    @Test void aGroupIsSignalledWholeUntilItsLeaderIsReaped() throws Exception {
        try (Arena arena = Arena.ofConfined(); var pipe = Fd.pipe()) {
            ChildProcess leader = Spawn.command("sh", "-c", "sleep 100 & echo started; exit 3")
                    .connect(pipe.writer(), 1).ownGroup().start();
            pipe.writer().close();
            MemorySegment line = arena.allocate(16);
            assertThat(Syscalls.read(pipe.reader(), line, 16)).as("bytes of a line").isEqualTo(8);
            while (!leader.hasExited()) {
                Thread.sleep(5);
            }
            leader.signalGroup(ChildProcess.SIGTERM);
            assertThat(readAll(arena, pipe.reader())).as("the pipe's last writer has ended").isEmpty();
            assertThat(leader.poll()).hasValue(3);
            assertThat(leader.hasExited()).isTrue();
            leader.signalGroup(ChildProcess.SIGKILL);
        }
    }

    @Test void aRunningProcessHasNotExited() throws Exception {
        ChildProcess child = Spawn.command("sleep", "100").ownGroup().start();
        assertThat(child.hasExited()).isFalse();
        child.signalGroup(ChildProcess.SIGKILL);
        assertThat(child.waitFor()).isEqualTo(128 + ChildProcess.SIGKILL);
    }

    @Test void aMissingProgramIsEnoent() {
        assertThatThrownBy(() -> Spawn.command("/no-such-program").start())
                .hasMessage("start /no-such-program: No such file or directory (ENOENT)");
    }

    @Test void mountErrorsNameThePoint(@TempDir Path directory) {
        assertThatThrownBy(() -> MountCalls.umount(directory + "/none", 0))
                .hasMessageStartingWith("umount " + directory + "/none: ");
        assumeTrue(ProcessIds.euid() == 0, "not root");
        assertThatThrownBy(() -> MountCalls.mount("x", directory.toString(), "no-such-fs", 0, ""))
                .hasMessage("mount " + directory + ": No such device (ENODEV)");
    }

    private static String readAll(Arena arena, Fd fd) {
        MemorySegment memory = arena.allocate(4096);
        var text = new StringBuilder();
        long n;
        while ((n = Syscalls.read(fd, memory, 4095)) > 0) {
            memory.set(JAVA_BYTE, n, (byte) 0);
            text.append(memory.getString(0));
        }
        return text.toString();
    }
}

package org.hexfuse.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.testkit.VirtualClock;
import org.hexfuse.testkit.junit.KernelTest;
import org.hexfuse.testkit.junit.Served;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.testkit.record.Recorder;
import org.hexfuse.vfs.Vfs;

/** The filesystem as a kernel has it. */
class HelloKernelTest {
    @Served final FuseFileSystem hello = new Hello();

    @KernelTest(over = {"mem:", "mem:?inline", "unix:", "unix-seqpacket:"}) void theFileIsListedAndRead(Vfs vfs) {
        assertThat(vfs.list("/")).extracting(entry -> entry.name().toString()).containsExactly("hello.txt");
        assertThat(vfs.readString("/hello.txt")).isEqualTo("Hello, world!\n");
    }

    @KernelTest void theRunningKernelReadsItToo(Path mount) throws IOException {
        try (Stream<Path> files = Files.list(mount)) {
            assertThat(files).containsExactly(mount.resolve("hello.txt"));
        }
        assertThat(mount.resolve("hello.txt")).hasContent("Hello, world!\n");
    }

    @KernelTest void itIsReadInSlicesByEveryKernel(PosixClient calls) {
        byte[] world = new byte[5];
        try (PosixFile file = calls.open("/hello.txt")) {
            assertThat(file.read(world, 7)).isEqualTo(5);
        }
        assertThat(world).asString().isEqualTo("world");
    }

    /** The filesystem says for how long there is no other file. */
    @KernelTest void anAbsentNameIsLookedUpOnceASecond(Vfs vfs, VirtualClock clock, Recorder recorder) {
        assertThat(vfs.exists("/other.txt")).isFalse();
        clock.advance(Duration.ofMillis(900));
        assertThat(vfs.exists("/other.txt")).isFalse();
        assertThat(recorder.count(Opcode.LOOKUP)).isEqualTo(1);
        clock.advance(Duration.ofMillis(200));
        assertThat(vfs.exists("/other.txt")).isFalse();
        assertThat(recorder.requests(Opcode.LOOKUP)).hasSize(2)
                .allMatch(lookup -> lookup.name().equals("other.txt") && lookup.error() == Errno.OK);
    }
}

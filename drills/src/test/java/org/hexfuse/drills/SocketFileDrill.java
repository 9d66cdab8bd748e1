package org.hexfuse.drills;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.transport.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The owner of a directory puts a symbolic link in the place of the socket that a server binds there, all the time. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class SocketFileDrill {
    private static final long SECONDS = Math.min(10, Long.getLong("drill.seconds", 60));

    @TempDir Path directory;

    @Test void aSymbolicLinkInTheSocketsPlaceIsNotFollowed() throws Exception {
        Path other = Files.writeString(directory.resolve("other"), "content");
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-r--r--"));
        Path socket = directory.resolve("socket");
        var stop = new AtomicBoolean();
        var links = new AtomicLong();
        Thread attacker = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                try {
                    Files.deleteIfExists(socket);
                    Files.createSymbolicLink(socket, other);
                    links.incrementAndGet();
                } catch (IOException _) {
                    // The server was faster.
                }
            }
        });
        long bound = 0;
        long refused = 0;
        long deadline = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        while (System.nanoTime() < deadline) {
            try (FuseServer _ = FuseServer.serve(new FuseFileSystem() {}).at(Address.parse("unix:" + socket)).start()) {
                bound++;
            } catch (IOException _) {
                refused++;
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other))).isEqualTo("rw-r--r--");
            assertThat(Files.readString(other)).isEqualTo("content");
        }
        stop.set(true);
        assertThat(attacker.join(Duration.ofSeconds(10))).isTrue();
        System.out.println("DRILL a symbolic link in a socket's place, " + SECONDS + " s: " + links + " links, " + bound
                + " times bound, " + refused + " times refused, the other file never changed");
        assertThat(bound).isPositive();
        assertThat(links).hasPositiveValue();
    }
}

package org.hexfuse.transport.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60) class SocketFileTest {
    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"unix:", "unix-seqpacket:"}) void onlyItsOwnerCanConnect(String scheme)
            throws IOException {
        Path path = directory.resolve("socket");
        try (ServerEndpoint endpoint = Transports.open(Address.parse(scheme + path))) {
            assertThat(endpoint.address()).isNotNull();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-------");
        }
        assertThat(path).doesNotExist();
    }

    @Test void aSymbolicLinkPutInItsPlaceIsNotFollowed() throws Exception {
        Path victim = Files.writeString(directory.resolve("victim"), "x");
        Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path path = directory.resolve("socket");
        var stop = new AtomicBoolean();
        Thread attacker = Thread.ofPlatform().start(() -> {
            Path link = directory.resolve("link");
            while (!stop.get()) {
                try {
                    if (Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(path)) {
                        Files.deleteIfExists(link);
                        Files.createSymbolicLink(link, victim);
                        Files.move(link, path, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
                    }
                } catch (IOException _) {
                    // It lost the race.
                }
            }
        });
        try {
            for (int i = 0; i < 300; i++) {
                try (ServerEndpoint endpoint = Transports.open(Address.parse("unix:" + path))) {
                    assertThat(endpoint.address()).isNotNull();
                } catch (IOException _) {
                    // The attacker's link occupies the path, as any file would.
                }
                Files.deleteIfExists(path);
            }
        } finally {
            stop.set(true);
            attacker.join();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(victim))).isEqualTo("rwxr-xr-x");
    }
}

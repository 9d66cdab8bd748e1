package org.hexfuse.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.hexfuse.abi.Opcode;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.RequestListener;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many requests the calls of {@link Files} need. */
final class RequestsTest {
    private static final int FILES = 3000;

    private final Map<Opcode, Integer> requests = new EnumMap<>(Opcode.class);
    private FuseServer server;
    private Vfs vfs;
    private HexfuseFileSystem files;

    /** Counts requests. */
    private final class Counter implements ServerListener {
        @Override public RequestListener started(ObservedRequest request) {
            synchronized (requests) {
                requests.merge(request.operation(), 1, Integer::sum);
            }
            return RequestListener.NONE;
        }
    }

    @BeforeEach void mount() throws IOException {
        server = FuseServer.serve(new MemoryFileSystem()).listener(new Counter()).start();
        vfs = Vfs.connect(server.address());
        files = HexfuseFileSystem.of(vfs);
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        vfs.close();
        server.close();
    }

    private void forget() {
        vfs.dropCaches();
        synchronized (requests) {
            requests.clear();
        }
    }

    private int count(Opcode opcode) {
        synchronized (requests) {
            return requests.getOrDefault(opcode, 0);
        }
    }

    @Test void aWalkReadsDirectoriesAndNoFile() throws IOException {
        for (int i = 0; i < FILES; i++) {
            Path file = files.getPath("/" + i % 10, "a file with the number " + i);
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
        forget();
        try (var walk = Files.walk(files.getPath("/"))) {
            assertThat(walk.filter(Files::isRegularFile).count()).isEqualTo(FILES);
        }

        assertThat(count(Opcode.READDIRPLUS) + count(Opcode.READDIR)).isLessThan(150);
        assertThat(count(Opcode.OPENDIR)).isEqualTo(11);
        assertThat(count(Opcode.GETATTR) + count(Opcode.LOOKUP) + count(Opcode.ACCESS)).isLessThan(30);
    }

    @Test void aSmallFileIsReadByFewRequests() throws IOException {
        Files.writeString(files.getPath("/a"), "text");
        forget();
        assertThat(Files.readString(files.getPath("/a"))).isEqualTo("text");

        assertThat(count(Opcode.LOOKUP)).isEqualTo(1);
        assertThat(count(Opcode.OPEN)).isEqualTo(1);
        assertThat(count(Opcode.READ)).isLessThanOrEqualTo(2);
        assertThat(count(Opcode.GETATTR)).isLessThanOrEqualTo(1);
    }

    @Test void aMoveNeedsNoMoreThanItsRename() throws IOException {
        Files.writeString(files.getPath("/a"), "text");
        forget();
        Files.move(files.getPath("/a"), files.getPath("/b"));

        assertThat(count(Opcode.RENAME) + count(Opcode.RENAME2)).isEqualTo(1);
        assertThat(count(Opcode.LOOKUP)).isLessThanOrEqualTo(3);
    }
}

package org.hexfuse.nio.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.LongAdder;
import org.hexfuse.abi.Opcode;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.nio.HexfuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.RequestListener;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Walks over many files with their attributes. FORGETs, which have no reply and depend on what the caches evict, are not counted.
 * {@code -Dhexfuse.files=N} for another number of files; the test prints what a walk took.
 */
final class WalkTest {
    private static final int FILES = Integer.getInteger("hexfuse.files", 5000);
    private static final int FILES_OF_A_DIRECTORY = 100;

    private final LongAdder requests = new LongAdder();
    private FuseServer server;
    private Vfs vfs;
    private HexfuseFileSystem files;

    /** Counts requests. */
    private final class Counter implements ServerListener {
        @Override public RequestListener started(ObservedRequest request) {
            if (request.operation() != Opcode.FORGET && request.operation() != Opcode.BATCH_FORGET) {
                requests.increment();
            }
            return RequestListener.NONE;
        }
    }

    @BeforeEach void makeFiles() throws IOException {
        server = FuseServer.serve(new MemoryFileSystem()).listener(new Counter()).start();
        vfs = Vfs.connect(server.address());
        files = HexfuseFileSystem.of(vfs);
        for (int i = 0; i < FILES; i++) {
            Path directory = files.getPath("/" + i / FILES_OF_A_DIRECTORY);
            if (i % FILES_OF_A_DIRECTORY == 0) {
                Files.createDirectory(directory);
            }
            Files.write(directory.resolve("file" + i), new byte[i % 10]);
        }
        vfs.dropCaches();
        requests.reset();
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        vfs.close();
        server.close();
    }

    private void requireFewRequests(String walk, long start) {
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.printf("%s over %d files: %d ms, %.3f requests a file%n", walk, FILES, millis,
                (double) requests.sum() / FILES);
        assertThat(requests.sum()).isLessThan(FILES / 10);
    }

    @Test void aVisitorIsGivenAttributes() throws IOException {
        var sizes = new LongAdder();
        var times = new LongAdder();
        long start = System.nanoTime();
        Files.walkFileTree(files.getPath("/"), new SimpleFileVisitor<>() {
            @Override public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                sizes.add(attributes.size());
                times.add(attributes.lastModifiedTime().toMillis() > 0 ? 1 : 0);
                return FileVisitResult.CONTINUE;
            }
        });

        assertThat(sizes.sum()).isEqualTo(FILES / 10 * 45L);
        assertThat(times.sum()).isEqualTo(FILES);
        requireFewRequests("walkFileTree", start);
    }

    @Test void aStreamOfPathsHasTheirAttributes() throws IOException {
        var sizes = new LongAdder();
        long start = System.nanoTime();
        try (var walk = Files.walk(files.getPath("/"))) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                var attributes = Files.readAttributes(path, BasicFileAttributes.class);
                sizes.add(attributes.isRegularFile() ? attributes.size() : 0);
            }
        }

        assertThat(sizes.sum()).isEqualTo(FILES / 10 * 45L);
        requireFewRequests("walk", start);
    }
}

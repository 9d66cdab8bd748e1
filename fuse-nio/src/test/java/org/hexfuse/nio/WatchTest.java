package org.hexfuse.nio;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Watch services of a filesystem. */
@Timeout(30) final class WatchTest {
    private UserKernel kernel;
    private HexfuseFileSystem files;
    private Path directory;

    @BeforeEach void mount() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
        directory = Files.createDirectory(files.getPath("/d"));
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        kernel.close();
    }

    @Test void aChangeIsAnEvent() throws Exception {
        try (WatchService service = files.newWatchService()) {
            WatchKey key = directory.register(service, ENTRY_CREATE, ENTRY_DELETE);
            kernel.vfs().writeString("/d/f", "text");

            assertThat(service.poll(20, TimeUnit.SECONDS)).isSameAs(key);
            List<WatchEvent<?>> events = key.pollEvents();
            assertThat(events).extracting(event -> (Object) event.kind()).containsExactly(ENTRY_CREATE);
            assertThat(events).extracting(event -> (Object) event.context()).containsExactly(files.getPath("f"));
        }
    }

    @Test void closingTheFilesystemClosesTheService() throws IOException {
        WatchService service = files.newWatchService();
        directory.register(service, ENTRY_CREATE);
        files.close();

        assertThatThrownBy(service::poll).isInstanceOf(ClosedWatchServiceException.class);
    }

    @Test void onlyDirectoriesOfTheFilesystemAreWatched() throws IOException {
        Path file = Files.createFile(directory.resolve("f"));
        try (WatchService service = files.newWatchService();
                HexfuseFileSystem other = HexfuseFileSystem.of(kernel.vfs());
                WatchService others = other.newWatchService();
                WatchService platforms = Path.of("/").getFileSystem().newWatchService()) {
            assertThatThrownBy(() -> file.register(service, ENTRY_CREATE)).isInstanceOf(NotDirectoryException.class);
            assertThatThrownBy(() -> directory.register(others, ENTRY_CREATE))
                    .isInstanceOf(ProviderMismatchException.class);
            assertThatThrownBy(() -> directory.register(platforms, ENTRY_CREATE))
                    .isInstanceOf(ProviderMismatchException.class);
        }
    }
}

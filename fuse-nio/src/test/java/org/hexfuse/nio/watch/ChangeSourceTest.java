package org.hexfuse.nio.watch;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.server.Notifier;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Changes that are found before the next interval, which is an hour. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class ChangeSourceTest {
    private static final WatchEvent.Kind<?>[] ALL = {ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY};

    /** The directory that is looked at, in place of the root of the Vfs. */
    @TempDir Path directory;
    private UserKernel kernel;
    private DirectoryWatchService service;

    @BeforeEach void serve() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem(1 << 20, 100)).failOnLeaks();
        service = new DirectoryWatchService(source(), Duration.ofHours(1), () -> {});
    }

    @AfterEach void close() {
        service.close();
        kernel.close();
    }

    private VfsChangeSource source() {
        return new VfsChangeSource(kernel.vfs(), path -> path.equals(directory) ? "/" : "/" + path.getFileName(),
                (path, name) -> path.getFileSystem().getPath(name.toString()),
                (path, e) -> new IOException(path.toString(), e));
    }

    private List<String> events() throws InterruptedException {
        WatchKey key = service.poll(20, TimeUnit.SECONDS);
        assertThat(key).isNotNull();
        List<String> events = key.pollEvents().stream().map(event -> event.kind().name() + " " + event.context())
                .toList();
        key.reset();
        return events;
    }

    private Notifier notifier() {
        return kernel.server().sessions().iterator().next().notifier();
    }

    @Test void changesThroughTheMountAreLookedAt() throws Exception {
        service.register(directory, ALL);
        Files.createFile(directory.resolve("other"));
        Path file = Files.createFile(directory.resolve("f"));
        kernel.vfs().writeString("/f", "");
        assertThat(events()).containsExactly("ENTRY_CREATE f");
        Files.setLastModifiedTime(file, FileTime.fromMillis(5000));
        kernel.vfs().writeString("/f", "content");
        assertThat(events()).containsExactly("ENTRY_MODIFY f");
        Files.delete(file);
        kernel.vfs().unlink("/f");
        assertThat(events()).containsExactly("ENTRY_DELETE f");
    }

    @Test void namesThatTheServerInvalidatesAreLookedAt() throws Exception {
        service.register(directory, ALL);
        Files.createFile(directory.resolve("other"));
        Files.createFile(directory.resolve("f"));
        notifier().invalidateEntry(1, Name.of("f"));
        assertThat(events()).containsExactly("ENTRY_CREATE f");
        Files.delete(directory.resolve("f"));
        notifier().deleteEntry(1, 4711, Name.of("f"));
        assertThat(events()).containsExactly("ENTRY_DELETE f");
    }

    @Test void theWholeDirectoryIsLookedAtWhenTheServerInvalidatesIt() throws Exception {
        service.register(directory, ALL);
        Files.createFile(directory.resolve("f"));
        notifier().invalidateNode(1);
        assertThat(events()).containsExactly("ENTRY_CREATE f");
    }

    @Test void aChangeThatIsNoneIsNoEvent() throws Exception {
        Files.createFile(directory.resolve("f"));
        service.register(directory, ALL);
        notifier().invalidateEntry(1, Name.of("f"));
        notifier().invalidateEntry(1, Name.of("none"));
        assertThat(service.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test void ofManyNamesTheWholeDirectoryIsLookedAt() throws IOException {
        var key = new DirectoryWatchKey(service, "", directory, Set.of(ALL));
        key.open(ChangeSource.NONE, 100);
        Files.createFile(directory.resolve("elsewhere"));
        for (int i = 0; i < 1000; i++) {
            key.changed(Path.of("f" + i));
        }
        key.look(false);
        assertThat(key.pollEvents()).isEmpty();
        for (int i = 0; i < 1100; i++) {
            key.changed(Path.of("f" + i));
        }
        key.look(false);
        assertThat(key.pollEvents()).singleElement()
                .satisfies(event -> assertThat(event.context()).isEqualTo(Path.of("elsewhere")));
    }

    @Test void aDirectoryThatTheVfsHasNotIsNotWatched() throws IOException {
        Path missing = Files.createDirectory(directory.resolve("missing"));
        assertThatThrownBy(() -> service.register(missing, ALL)).isInstanceOf(IOException.class)
                .hasCauseInstanceOf(FuseException.class);
    }

    @Test void aKeyThatEndsEndsItsRegistration() throws IOException {
        var open = new AtomicInteger();
        ChangeSource counting = (_, _) -> {
            open.incrementAndGet();
            return open::decrementAndGet;
        };
        try (var other = new DirectoryWatchService(counting, Duration.ofHours(1), () -> {})) {
            WatchKey key = other.register(directory, ALL);
            Path file = Files.createFile(directory.resolve("f"));
            assertThatThrownBy(() -> other.register(file, ALL)).isInstanceOf(IOException.class);
            assertThat(open).hasValue(1);
            key.cancel();
            assertThat(open).hasValue(0);
            other.register(directory, ALL);
            assertThat(open).hasValue(1);
        }
        assertThat(open).hasValue(0);
    }
}

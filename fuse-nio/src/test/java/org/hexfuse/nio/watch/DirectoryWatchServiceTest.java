package org.hexfuse.nio.watch;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Without a source of changes, on filesystems of others. */
@ParameterizedClass
@ValueSource(strings = {"default", "jimfs", "jimfs without unix attributes"})
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class DirectoryWatchServiceTest {
    private static final Duration SOON = Duration.ofMillis(20);
    private static final WatchEvent.Kind<?>[] ALL = {ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY};

    @Parameter String provider;
    @TempDir Path temporary;
    private FileSystem jimfs;
    private Path directory;
    private final AtomicInteger closed = new AtomicInteger();
    private final DirectoryWatchService service = new DirectoryWatchService(ChangeSource.NONE, SOON, 20,
            closed::incrementAndGet);

    @BeforeEach void create() throws IOException {
        if (provider.startsWith("jimfs")) {
            jimfs = Jimfs.newFileSystem(provider.equals("jimfs")
                    ? Configuration.unix().toBuilder().setAttributeViews("unix").build()
                    : Configuration.unix());
            directory = Files.createDirectory(jimfs.getPath("/watched"));
        } else {
            directory = Files.createDirectory(temporary.resolve("watched"));
        }
    }

    @AfterEach void close() throws IOException {
        service.close();
        if (jimfs != null) {
            jimfs.close();
        }
    }

    private WatchKey register(Path path, WatchEvent.Kind<?>... kinds) throws IOException {
        return service.register(path, kinds);
    }

    private static String text(WatchEvent<?> event) {
        return event.kind().name() + " " + event.context();
    }

    /** The next events, as text, at least as many as {@code count}. */
    private List<String> events(int count) throws InterruptedException {
        var events = new ArrayList<String>();
        while (events.size() < count) {
            WatchKey key = service.poll(20, TimeUnit.SECONDS);
            assertThat(key).as("a key after %s", events).isNotNull();
            key.pollEvents().forEach(event -> events.add(text(event)));
            key.reset();
        }
        return events;
    }

    private static void touch(Path file, int seconds) throws IOException {
        Files.setLastModifiedTime(file, FileTime.fromMillis(seconds * 1000L));
    }

    @Test void reportsWhatIsCreatedModifiedAndDeleted() throws Exception {
        Path old = Files.writeString(directory.resolve("old"), "x");
        WatchKey key = service.register(directory, ALL);
        assertThat(key.watchable()).isEqualTo(directory);
        assertThat(key.isValid()).isTrue();
        Path file = Files.createFile(directory.resolve("new"));
        assertThat(events(1)).containsExactly("ENTRY_CREATE new");
        touch(file, 5);
        assertThat(events(1)).containsExactly("ENTRY_MODIFY new");
        Files.delete(old);
        assertThat(events(1)).containsExactly("ENTRY_DELETE old");
        Files.move(file, directory.resolve("moved"));
        assertThat(events(2)).containsExactlyInAnyOrder("ENTRY_DELETE new", "ENTRY_CREATE moved");
        Files.createDirectory(directory.resolve("d"));
        assertThat(events(1)).containsExactly("ENTRY_CREATE d");
    }

    @Test void theContextOfAnEventIsTheNameAsAPathOfTheFileSystem() throws Exception {
        service.register(directory, ALL);
        Path file = Files.createFile(directory.resolve("f"));
        WatchKey key = service.take();
        assertThat(key.pollEvents()).singleElement()
                .satisfies(event -> assertThat(event.context()).isEqualTo(file.getFileName()));
    }

    @Test void reportsAReplacedFileAsRemovedAndCreated() throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "x");
        Path other = Files.writeString(directory.resolveSibling("g"), "y");
        service.register(directory, ALL);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(events(2)).containsExactly("ENTRY_DELETE f", "ENTRY_CREATE f");
    }

    @Test void reportsATimeThatIsSet() throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "x");
        register(directory, ENTRY_MODIFY);
        touch(file, 77);
        assertThat(events(1)).containsExactly("ENTRY_MODIFY f");
    }

    @Test void reportsPermissionsThatAreSet() throws Exception {
        Assumptions.assumeTrue(provider.equals("default"), "the provider has no time of the last change of attributes");
        Path file = Files.writeString(directory.resolve("f"), "x");
        service.register(directory, ALL);
        Files.setAttribute(file, "unix:mode", 0400);
        assertThat(events(1)).containsExactly("ENTRY_MODIFY f");
    }

    @Test void reportsNothingOfWhatIsBelowASubdirectory() throws Exception {
        Path below = Files.createDirectory(directory.resolve("d"));
        service.register(directory, ALL);
        Files.createFile(below.resolve("x"));
        Files.createFile(directory.resolve("y"));
        assertThat(events(1)).containsExactly("ENTRY_CREATE y");
    }

    @Test void reportsTheRegisteredKindsOnly() throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "x");
        register(directory, ENTRY_DELETE, OVERFLOW);
        Files.createFile(directory.resolve("g"));
        touch(file, 5);
        Thread.sleep(5 * SOON.toMillis());
        Files.delete(file);
        assertThat(events(1)).containsExactly("ENTRY_DELETE f");
    }

    @Test void aDirectoryIsRegisteredOnce() throws Exception {
        Path file = Files.createFile(directory.resolve("f"));
        WatchKey key = register(directory, ENTRY_CREATE);
        Path again = directory.resolve("..").resolve(directory.getFileName());
        assertThat(register(again, ENTRY_DELETE)).isSameAs(key);
        Files.delete(file);
        assertThat(events(1)).containsExactly("ENTRY_DELETE f");
    }

    @Test void aKeyIsQueuedOnceUntilItIsReset() throws Exception {
        WatchKey key = service.register(directory, ALL);
        Files.createFile(directory.resolve("f"));
        assertThat(service.take()).isSameAs(key);
        Files.createFile(directory.resolve("g"));
        assertThat(service.poll(10 * SOON.toMillis(), TimeUnit.MILLISECONDS)).isNull();
        var events = new ArrayList<String>();
        await().until(() -> {
            key.pollEvents().forEach(event -> events.add(text(event)));
            return events.size() >= 2;
        });
        assertThat(events).containsExactly("ENTRY_CREATE f", "ENTRY_CREATE g");
        assertThat(key.reset()).isTrue();
        assertThat(service.poll()).isNull();
        Files.createFile(directory.resolve("h"));
        assertThat(service.take()).isSameAs(key);
        assertThat(key.reset()).isTrue();
        assertThat(service.poll()).as("events that were not taken queue the key again").isSameAs(key);
    }

    /** A key without a timer: the test takes its snapshots. */
    private DirectoryWatchKey key() throws IOException {
        var key = new DirectoryWatchKey(service, "", directory, Set.of(ALL));
        key.open(ChangeSource.NONE, DirectoryWatchService.MAX_NAMES);
        return key;
    }

    @Test void countsTheModificationsOfAFile() throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "x");
        DirectoryWatchKey key = key();
        for (int i = 1; i <= 3; i++) {
            touch(file, i);
            key.look(true);
        }
        assertThat(key.pollEvents()).singleElement().satisfies(event -> assertThat(event.count()).isEqualTo(3));
    }

    @Test void aDirectoryWithTooManyNamesOverflows() throws Exception {
        for (int i = 0; i < 20; i++) {
            Files.createFile(directory.resolve("f" + i));
        }
        WatchKey key = service.register(directory, ALL);
        Files.createFile(directory.resolve("one more"));
        WatchKey taken = service.take();
        assertThat(taken).isSameAs(key);
        List<WatchEvent<?>> events = key.pollEvents();
        assertThat(events).singleElement().satisfies(event -> assertThat(event.kind()).isEqualTo(OVERFLOW));
        assertThat(events.getFirst().context()).isNull();
        key.reset();
        assertThat(service.poll(10 * SOON.toMillis(), TimeUnit.MILLISECONDS)).as("nothing has changed since").isNull();
        touch(directory, 5);
        assertThat(events(1)).containsExactly("OVERFLOW null");
    }

    @Test void eventsThatNobodyTakesOverflow() throws Exception {
        DirectoryWatchKey key = key();
        for (int i = 0; i < DirectoryWatchKey.MAX_EVENTS; i++) {
            Files.createFile(directory.resolve("f" + i));
        }
        key.look(true);
        assertThat(key.pollEvents()).hasSize(DirectoryWatchKey.MAX_EVENTS);
        Files.createFile(directory.resolve("one more"));
        for (int i = 0; i < DirectoryWatchKey.MAX_EVENTS; i++) {
            Files.delete(directory.resolve("f" + i));
        }
        key.look(true);
        assertThat(key.pollEvents()).extracting(DirectoryWatchServiceTest::text).containsExactly("OVERFLOW null");
    }

    @Test void aCancelledKeyReportsNothing() throws Exception {
        WatchKey key = service.register(directory, ALL);
        key.cancel();
        key.cancel();
        assertThat(key.isValid()).isFalse();
        Files.createFile(directory.resolve("f"));
        assertThat(service.poll(10 * SOON.toMillis(), TimeUnit.MILLISECONDS)).isNull();
        assertThat(key.reset()).isFalse();
        assertThat(service.register(directory, ALL)).isNotSameAs(key);
    }

    @Test void theKeyOfARemovedDirectoryBecomesInvalid() throws Exception {
        WatchKey key = service.register(directory, ALL);
        Files.delete(directory);
        assertThat(service.take()).isSameAs(key);
        assertThat(key.isValid()).isFalse();
        assertThat(key.reset()).isFalse();
    }

    @Test void theKeyOfAReplacedDirectoryBecomesInvalid() throws Exception {
        WatchKey key = service.register(directory, ALL);
        Files.move(directory, directory.resolveSibling("away"));
        Files.createDirectory(directory);
        assertThat(service.take()).isSameAs(key);
        assertThat(key.reset()).isFalse();
    }

    @Test void refusesWhatCannotBeWatched() throws IOException {
        Path file = Files.createFile(directory.resolve("f"));
        WatchEvent.Kind<String> other = new WatchEvent.Kind<>() {
            @Override public String name() {
                return "OTHER";
            }

            @Override public Class<String> type() {
                return String.class;
            }
        };
        assertThatThrownBy(() -> service.register(file, ALL)).isInstanceOf(NotDirectoryException.class);
        assertThatThrownBy(() -> service.register(directory.resolve("none"), ALL))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> register(directory, other)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> register(directory, OVERFLOW)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> register(directory)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> service.register(directory, ALL, () -> "FILE_TREE"))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(service.register(directory, ALL, () -> "HIGH").isValid()).isTrue();
    }

    @Test void closingWakesThoseWhoWait() throws Exception {
        WatchKey key = service.register(directory, ALL);
        CompletableFuture<WatchKey> take = waiting(service::take);
        CompletableFuture<WatchKey> poll = waiting(() -> service.poll(1, TimeUnit.HOURS));
        service.close();
        service.close();
        assertThatThrownBy(() -> take.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ClosedWatchServiceException.class);
        assertThatThrownBy(() -> poll.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedWatchServiceException.class);
        assertThat(key.isValid()).isFalse();
        assertThat(key.reset()).isFalse();
        assertThat(closed).hasValue(1);
        assertThatThrownBy(service::take).isInstanceOf(ClosedWatchServiceException.class);
        assertThatThrownBy(service::poll).isInstanceOf(ClosedWatchServiceException.class);
        assertThatThrownBy(() -> service.register(directory, ALL)).isInstanceOf(ClosedWatchServiceException.class);
    }

    private interface Wait {
        WatchKey run() throws InterruptedException;
    }

    private static CompletableFuture<WatchKey> waiting(Wait wait) throws InterruptedException {
        var result = new CompletableFuture<WatchKey>();
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(wait.run());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.sleep(1);
        }
        return result;
    }

    @Test void anInterruptEndsAWait() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(service::take).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }
}

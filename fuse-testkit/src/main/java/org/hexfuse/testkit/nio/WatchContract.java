package org.hexfuse.testkit.nio;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@link WatchService}. */
public interface WatchContract extends NioFixture {
    private WatchService service() throws IOException {
        needs(NioFeature.WATCH_SERVICES);
        return fileSystem().newWatchService();
    }

    /** Waits until a kind of event of a name was received. */
    private static WatchEvent<?> await(WatchService service, WatchEvent.Kind<Path> kind, Path name) throws Exception {
        var others = new ArrayList<String>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(25);
        while (System.nanoTime() < end) {
            WatchKey key = service.poll(1, TimeUnit.SECONDS);
            if (key == null) {
                continue;
            }
            for (WatchEvent<?> event : key.pollEvents()) {
                if (event.kind().equals(kind) && name.equals(event.context())) {
                    return event;
                }
                others.add(event.kind() + " " + event.context());
            }
            assertThat(key.reset()).isTrue();
        }
        throw new AssertionError("no " + kind + " of " + name + ", but " + others);
    }

    @Test default void aWatchSeesAFileCreated() throws Exception {
        try (WatchService service = service()) {
            directory().register(service, ENTRY_CREATE);
            file("f", "");
            WatchEvent<?> event = await(service, ENTRY_CREATE, path("f"));
            assertThat(event.count()).isEqualTo(1);
            assertThat(event.kind().type()).isEqualTo(Path.class);
        }
    }

    @Test default void aWatchSeesAFileDeleted() throws Exception {
        file("f", "");
        try (WatchService service = service()) {
            directory().register(service, ENTRY_DELETE);
            Files.delete(at("f"));
            assertThat(await(service, ENTRY_DELETE, path("f")).count()).isEqualTo(1);
        }
    }

    @Test default void aWatchSeesAFileModified() throws Exception {
        Files.setLastModifiedTime(file("f", ""), LONG_AGO);
        try (WatchService service = service()) {
            directory().register(service, ENTRY_MODIFY);
            Files.writeString(at("f"), "text");
            assertThat(await(service, ENTRY_MODIFY, path("f")).count()).isPositive();
        }
    }

    @Test default void aWatchSeesAMoveAsADeletedAndACreatedName() throws Exception {
        file("f", "");
        try (WatchService service = service(); WatchService other = service()) {
            directory().register(service, ENTRY_DELETE);
            directory().register(other, ENTRY_CREATE);
            Files.move(at("f"), at("g"));
            assertThat(await(service, ENTRY_DELETE, path("f")).count()).isEqualTo(1);
            assertThat(await(other, ENTRY_CREATE, path("g")).count()).isEqualTo(1);
        }
    }

    @Test default void aWatchKeyNamesItsDirectory() throws IOException {
        try (WatchService service = service()) {
            WatchKey key = directory().register(service, ENTRY_CREATE);
            assertThat(key.watchable()).isEqualTo(directory());
            assertThat(key.isValid()).isTrue();
            assertThat(key.pollEvents()).isEmpty();
        }
    }

    @Test default void aDirectoryHasOneKeyInAService() throws IOException {
        try (WatchService service = service()) {
            WatchKey key = directory().register(service, ENTRY_CREATE);
            assertThat(directory().register(service, ENTRY_DELETE)).isSameAs(key);
        }
    }

    @Test default void aCancelledKeyIsInvalid() throws IOException {
        try (WatchService service = service()) {
            WatchKey key = directory().register(service, ENTRY_CREATE);
            key.cancel();
            key.cancel();
            assertThat(key.isValid()).isFalse();
            assertThat(key.reset()).isFalse();
        }
    }

    @Test default void aServiceWithoutEventsHasNoKey() throws Exception {
        try (WatchService service = service()) {
            directory().register(service, ENTRY_CREATE);
            assertThat(service.poll()).isNull();
            assertThat(service.poll(1, TimeUnit.MILLISECONDS)).isNull();
        }
    }

    @Test default void onlyADirectoryIsWatched() throws IOException {
        try (WatchService service = service()) {
            file("f", "");
            fails(NotDirectoryException.class, at("f"), () -> at("f").register(service, ENTRY_CREATE));
            fails(NoSuchFileException.class, at("g"), () -> at("g").register(service, ENTRY_CREATE));
        }
    }

    @Test default void aWatchNeedsAnEvent() throws IOException {
        try (WatchService service = service()) {
            refuses(IllegalArgumentException.class, () -> directory().register(service));
            refuses(NullPointerException.class, () -> directory().register(service, ENTRY_CREATE, null));
        }
    }

    @Test default void aWatchNeedsAServiceOfItsProvider() throws IOException {
        WatchService other = new WatchService() {
            @Override public void close() {}

            @Override public WatchKey poll() {
                return null;
            }

            @Override public WatchKey poll(long timeout, TimeUnit unit) {
                return null;
            }

            @Override public WatchKey take() {
                return null;
            }
        };
        needs(NioFeature.WATCH_SERVICES);
        refuses(ProviderMismatchException.class, () -> directory().register(other, ENTRY_CREATE));
        other.close();
    }

    @Test default void aClosedServiceWatchesNothing() throws IOException {
        WatchService service = service();
        WatchKey key = directory().register(service, ENTRY_CREATE);
        service.close();
        service.close();
        assertThat(key.isValid()).isFalse();
        refuses(ClosedWatchServiceException.class, service::poll);
        refuses(ClosedWatchServiceException.class, service::take);
        refuses(ClosedWatchServiceException.class, () -> service.poll(1, TimeUnit.SECONDS));
        refuses(ClosedWatchServiceException.class, () -> directory().register(service, ENTRY_CREATE));
    }

    @Test default void closingAServiceWakesItsWaiters() throws Exception {
        WatchService service = service();
        var outcomes = new ArrayList<CompletableFuture<Throwable>>();
        for (int i = 0; i < 2; i++) {
            var outcome = new CompletableFuture<Throwable>();
            outcomes.add(outcome);
            Thread.ofVirtual().start(() -> outcome.complete(catchThrowable(service::take)));
        }
        Thread.sleep(20);
        service.close();
        for (CompletableFuture<Throwable> outcome : outcomes) {
            assertThat(outcome.get(20, TimeUnit.SECONDS)).isExactlyInstanceOf(ClosedWatchServiceException.class);
        }
    }

    @Test default void anInterruptedWaiterStopsWaiting() throws Exception {
        try (WatchService service = service()) {
            var outcome = new CompletableFuture<Throwable>();
            Thread waiter = Thread.ofPlatform().start(() -> outcome.complete(catchThrowable(service::take)));
            waiter.interrupt();
            assertThat(outcome.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            assertThat(service.poll()).isNull();
        }
    }
}

package org.hexfuse.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guide says that a reader sees. */
@Timeout(60) class GuideFileSystemsTest {
    /** What a test does with the files. */
    private interface Use {
        void in(Vfs vfs) throws Exception;
    }

    private static void with(String name, Use test) throws Exception {
        var fileSystem = new GuideProvider().create(Address.of("guide", name));
        try (var kernel = UserKernel.connect("mem:", fileSystem).failOnLeaks()) {
            test.in(kernel.vfs());
        }
    }

    private static List<String> names(Vfs vfs) {
        return vfs.list("/").stream().map(DirectoryEntry::name).map(Object::toString).toList();
    }

    @Test void helloHasOneFile() throws Exception {
        for (String name : List.of("hello", "paths")) {
            with(name, vfs -> {
                assertThat(names(vfs)).containsExactly("hello.txt");
                assertThat(vfs.readString("/hello.txt")).isEqualTo("Hello, world!\n");
            });
        }
    }

    @Test void clockShowsWhenItWasOpened() throws Exception {
        with("clock", vfs -> {
            Instant before = Instant.now();
            Instant first = Instant.parse(vfs.readString("/clock").strip());
            assertThat(first).isBetween(before, Instant.now());
            assertThat(Instant.parse(vfs.readString("/clock").strip())).isAfter(first);
        });
    }

    @Test void clockIsReadByTheRunningKernelToo() throws Exception {
        var fileSystem = new GuideProvider().create(Address.of("guide", "clock"));
        try (var kernel = RunningKernel.mount(fileSystem)) {
            assertThat(Instant.parse(Files.readString(kernel.path().resolve("clock")).strip()))
                    .isBefore(Instant.now().plusSeconds(1));
        }
    }

    @Test void propertiesAreFiles() throws Exception {
        with("properties", vfs -> {
            assertThat(names(vfs)).contains("java.version", "user.dir");
            assertThat(vfs.readString("/java.version")).isEqualTo(System.getProperty("java.version") + "\n");
            assertThat(vfs.exists("/no.such.property")).isFalse();
            assertThatThrownBy(() -> vfs.writeString("/java.version", "26")).isInstanceOf(FuseException.class);
        });
    }

    @Test void notesAreOnTheRunningKernelWhatShellsExpect() throws Exception {
        try (var kernel = RunningKernel.mount(new Notes())) {
            Path point = kernel.path();
            Files.createDirectories(point.resolve("a/b"));
            Files.writeString(point.resolve("a/b/note"), "one");
            Files.move(point.resolve("a/b/note"), point.resolve("note"));
            Files.delete(point.resolve("a/b"));
            try (Stream<Path> all = Files.walk(point)) {
                assertThat(all).containsExactlyInAnyOrder(point, point.resolve("a"), point.resolve("note"));
            }
            assertThat(Files.readString(point.resolve("note"))).isEqualTo("one");
        }
    }

    @Test void notesAreNoLargerThanAMebibyte() throws Exception {
        with("notes", vfs -> {
            assertThatThrownBy(() -> vfs.truncate("/none", 1)).isInstanceOf(FuseException.class);
            vfs.writeAllBytes("/note", new byte[1 << 20]);
            assertThatThrownBy(() -> vfs.truncate("/note", (1 << 20) + 1)).isInstanceOfSatisfying(FuseException.class,
                    e -> assertThat(e.errno()).isEqualTo(Errno.EFBIG));
        });
    }

    /** A service that counts its calls. */
    private static final class CountedService implements Weather.Service {
        private final AtomicInteger calls = new AtomicInteger();

        @Override public Set<String> towns() {
            return Set.of("Bergen");
        }

        @Override public String report(String town) throws NoSuchFileException {
            calls.incrementAndGet();
            if (!town.equals("Bergen")) {
                throw new NoSuchFileException(town);
            }
            return "sun\n";
        }
    }

    @Test void weatherIsAskedForOnceUntilItChanges() throws Exception {
        var service = new CountedService();
        var weather = new Weather(service);
        try (var kernel = RunningKernel.mount(weather)) {
            Path town = kernel.path().resolve("Bergen");
            for (int i = 0; i < 10; i++) {
                assertThat(Files.readString(town)).isEqualTo("sun\n");
                assertThat(Files.exists(kernel.path().resolve("Nowhere"))).isFalse();
            }
            assertThat(service.calls.get()).isEqualTo(2);
            weather.changed("Bergen", "rain and wind\n");
            assertThat(Files.readString(town)).isEqualTo("rain and wind\n");
            assertThat(service.calls.get()).isEqualTo(2);
        }
    }

    @Test void weatherIsAFileATown() throws Exception {
        var service = new CountedService();
        try (var kernel = UserKernel.connect("mem:", new Weather(service)).failOnLeaks()) {
            assertThat(names(kernel.vfs())).containsExactly("Bergen");
            assertThat(kernel.vfs().readString("/Bergen")).isEqualTo("sun\n");
            assertThat(kernel.vfs().exists("/Nowhere")).isFalse();
        }
    }
}

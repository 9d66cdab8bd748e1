package org.hexfuse.nio.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it writes an archive leaves the old or the new one. */
@Timeout(120) class ZipCrashTest {
    private static final int MEMBERS = 40;
    private static final int KILLS = 6;

    @TempDir Path directory;

    /** What the process writes to all members, again and again. */
    static String content(int round) {
        return ("round " + round + " ").repeat(2000);
    }

    /** The process that is killed: each round is one archive, whose number it prints when it was synced. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            try (var files = ZipFileSystem.open(Path.of(arguments[0]), true, false);
                    var kernel = UserKernel.connect("mem:", files)) {
                for (int round = 1;; round++) {
                    byte[] content = content(round).getBytes(UTF_8);
                    for (int i = 0; i < MEMBERS; i++) {
                        kernel.vfs().writeAllBytes("/member " + i, content);
                    }
                    try (OpenFile file = kernel.vfs().open("/member 0", OpenFlag.WRITE)) {
                        file.sync(false);
                    }
                    System.out.println(round);
                }
            }
        }
    }

    @Test void theArchiveIsAlwaysWholeAndWhatWasSyncedIsThere() throws Exception {
        Path archive = directory.resolve("archive.zip");
        for (int kill = 0; kill < KILLS; kill++) {
            int synced = writeAndKill(archive, 2 + kill % 3, kill * 17);
            int found = round(archive);
            // The writer may have been killed after the rename and before it printed.
            assertThat(found).isBetween(synced, synced + 1);
        }
        assertThat(beside()).hasSizeGreaterThan(1);
        try (var files = ZipFileSystem.open(archive, false, false);
                var kernel = UserKernel.connect("mem:", files)) {
            kernel.vfs().writeString("/after", "content");
        }
        assertThat(beside()).containsExactly("archive.zip");
    }

    private List<String> beside() throws IOException {
        try (Stream<Path> names = Files.list(directory)) {
            return names.map(path -> path.getFileName().toString()).toList();
        }
    }

    /** Kills a writer after some rounds, and some milliseconds; returns the last round that it printed. */
    private static int writeAndKill(Path archive, int rounds, int millis) throws Exception {
        Path printed = Files.createTempFile("rounds", ".txt");
        Process writer = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Writer.class.getName(), archive.toString()).redirectOutput(printed.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            while (Files.readAllLines(printed).size() < rounds) {
                assertThat(writer.isAlive()).isTrue();
                Thread.sleep(5);
            }
            Thread.sleep(millis);
            writer.destroyForcibly();
            assertThat(writer.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return Files.readAllLines(printed).size();
        } finally {
            writer.destroyForcibly();
            Files.delete(printed);
        }
    }

    /** The round that all members of an archive are of. */
    private static int round(Path archive) throws IOException {
        var rounds = new ArrayList<Integer>();
        try (var zip = new ZipFile(archive.toFile())) {
            assertThat(zip.size()).isEqualTo(MEMBERS);
            for (int i = 0; i < MEMBERS; i++) {
                String text = new String(zip.getInputStream(zip.getEntry("member " + i)).readAllBytes(), UTF_8);
                int round = Integer.parseInt(text.split(" ", 3)[1]);
                assertThat(text).isEqualTo(content(round));
                rounds.add(round);
            }
        }
        assertThat(rounds.stream().distinct()).hasSize(1);
        return rounds.getFirst();
    }
}

package org.hexfuse.transport.unix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.Vfs;

/** What is done with the files of each foreign server. With {@code -Dforeign.times=true} it prints how long that takes. */
final class ForeignTree {
    static final int LARGE = 20 << 20;
    private static final int DIRECTORIES = 20;
    private static final int FILES = 25;
    private static final int LONGEST = 20_000;
    private static final int CALLERS = 4;

    private static final boolean PRINTS = Boolean.getBoolean("foreign.times");

    private final Vfs vfs;
    private final String root;
    private long before;

    /** A tree in a directory of the server, which is there and may be the root: the empty string. */
    ForeignTree(Vfs vfs, String root) {
        this.vfs = vfs;
        this.root = root;
    }

    private void begin() {
        before = System.nanoTime();
    }

    private ForeignTree end(String what) {
        if (PRINTS) {
            System.out.printf("FOREIGN %s: %d ms%n", what, (System.nanoTime() - before) / 1_000_000);
        }
        return this;
    }

    private static String directory(int i) {
        return "/d" + i;
    }

    private static String file(int i, int j) {
        return directory(i) + "/f" + j;
    }

    private static byte[] content(int i, int j) {
        byte[] bytes = new byte[(i * FILES + j) * 7919 % LONGEST];
        new Random(i * 1000L + j).nextBytes(bytes);
        return bytes;
    }

    private static byte[] large() {
        byte[] bytes = new byte[LARGE - 12_345];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    /** Makes the same 500 files and the large one in a directory of this machine. */
    static void makeOn(Path host) throws IOException {
        for (int i = 0; i < DIRECTORIES; i++) {
            Files.createDirectory(host.resolve(directory(i).substring(1)));
            for (int j = 0; j < FILES; j++) {
                Files.write(host.resolve(file(i, j).substring(1)), content(i, j));
            }
        }
        Files.write(host.resolve("large"), large());
        Files.createSymbolicLink(host.resolve("link"), Path.of("d1/f1"));
    }

    /** Writes 500 files. */
    ForeignTree write() {
        begin();
        for (int i = 0; i < DIRECTORIES; i++) {
            vfs.mkdir(root + directory(i));
            for (int j = 0; j < FILES; j++) {
                vfs.writeAllBytes(root + file(i, j), content(i, j));
            }
        }
        return end("500 files written");
    }

    /** Reads them again, after everything that is cached was dropped. */
    ForeignTree read() {
        begin();
        vfs.dropCaches();
        for (int i = 0; i < DIRECTORIES; i++) {
            assertThat(vfs.list(root + directory(i))).extracting(DirectoryEntry::name).hasSize(FILES);
            for (int j = 0; j < FILES; j++) {
                assertThat(vfs.readAllBytes(root + file(i, j))).isEqualTo(content(i, j));
            }
        }
        return end("500 files read");
    }

    /** The server's files are where it keeps them. */
    ForeignTree compare(Path backing) throws IOException {
        for (int i = 0; i < DIRECTORIES; i++) {
            for (int j = 0; j < FILES; j++) {
                assertThat(Files.readAllBytes(backing.resolve(file(i, j).substring(1)))).isEqualTo(content(i, j));
            }
        }
        return this;
    }

    ForeignTree writeLarge() {
        byte[] content = large();
        begin();
        vfs.writeAllBytes(root + "/large", content);
        return end("20 MiB written");
    }

    /** Several callers read the large file at once, as many replies to READ as there are threads in the server. */
    ForeignTree readLarge() throws Exception {
        vfs.dropCaches();
        byte[] expected = large();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        begin();
        try (OpenFile file = vfs.open(root + "/large")) {
            var parts = new ArrayList<Future<Boolean>>();
            int length = expected.length / CALLERS + 1;
            for (int i = 0; i < CALLERS; i++) {
                int from = i * length;
                int to = Math.min(expected.length, from + length);
                parts.add(callers.submit(() -> {
                    byte[] part = new byte[to - from];
                    return file.read(part, from) == part.length
                            && Arrays.equals(part, 0, part.length, expected, from, to);
                }));
            }
            for (Future<Boolean> part : parts) {
                assertThat(part.get()).isTrue();
            }
        } finally {
            callers.shutdownNow();
        }
        return end("20 MiB read");
    }

    ForeignTree symlinks() {
        vfs.symlink("d1/f1", root + "/link");
        return readSymlink();
    }

    ForeignTree readSymlink() {
        assertThat(vfs.readlink(root + "/link")).isEqualTo("d1/f1");
        assertThat(vfs.readAllBytes(root + "/link")).isEqualTo(content(1, 1));
        return this;
    }

    /** Files and directories, over others and across directories. The tree is no longer what it was. */
    ForeignTree rename() {
        vfs.rename(root + file(2, 1), root + file(3, 1));
        assertThat(vfs.exists(root + file(2, 1))).isFalse();
        assertThat(vfs.readAllBytes(root + file(3, 1))).isEqualTo(content(2, 1));
        vfs.rename(root + directory(4), root + "/moved");
        assertThat(vfs.readAllBytes(root + "/moved/f3")).isEqualTo(content(4, 3));
        vfs.unlink(root + "/moved/f3");
        assertThat(vfs.exists(root + "/moved/f3")).isFalse();
        vfs.truncate(root + "/moved/f4", 3);
        assertThat(vfs.readAllBytes(root + "/moved/f4")).isEqualTo(Arrays.copyOf(content(4, 4), 3));
        return this;
    }

    ForeignTree xattrs() {
        String file = root + file(5, 1);
        byte[] value = "value".getBytes(UTF_8);
        vfs.setxattr(file, "user.one", value, 0);
        vfs.setxattr(file, "user.two", new byte[1000], 0);
        assertThat(vfs.getxattr(file, "user.one")).isEqualTo(value);
        assertThat(vfs.getxattr(file, "user.two")).hasSize(1000);
        assertThat(vfs.listxattr(file)).contains(Name.of("user.one"), Name.of("user.two"));
        vfs.removexattr(file, "user.one");
        assertThatThrownBy(() -> vfs.getxattr(file, "user.one")).isInstanceOf(FuseException.class);
        return this;
    }

    /** The names in the root. */
    List<String> names() {
        return vfs.list(root.isEmpty() ? "/" : root).stream().map(entry -> entry.name().toString()).toList();
    }
}

package org.hexfuse.examples.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.filter.ReadOnlyFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that this and other programs made, read through a kernel. */
@Timeout(60) class ArchiveFileSystemTest {
    private static final Instant TIME = Instant.parse("2020-02-29T12:34:56Z");

    @TempDir Path directory;

    /** What a test does with the files of an archive. */
    private interface Use {
        void in(Vfs vfs) throws Exception;
    }

    private static void read(Path archive, Use test) throws Exception {
        try (var files = ArchiveFileSystem.open(archive);
                var kernel = UserKernel.connect("mem:", new ReadOnlyFileSystem(files)).failOnLeaks()) {
            test.in(kernel.vfs());
        }
    }

    /** What fills a tar. */
    private interface Members {
        void to(TarArchiveOutputStream tar) throws IOException;
    }

    private Path tar(Members members) throws IOException {
        Path file = directory.resolve("test.tar");
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(file), "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            members.to(tar);
        }
        return file;
    }

    private static void add(TarArchiveOutputStream tar, String name, byte... data) throws IOException {
        var entry = new TarArchiveEntry(name, true);
        entry.setSize(data.length);
        entry.setMode(0640);
        entry.setUserId(7);
        entry.setGroupId(8);
        entry.setLastModifiedTime(FileTime.from(TIME));
        tar.putArchiveEntry(entry);
        tar.write(data);
        tar.closeArchiveEntry();
    }

    private static void link(TarArchiveOutputStream tar, byte type, String name, String target) throws IOException {
        var entry = new TarArchiveEntry(name, type, true);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private static List<String> names(Vfs vfs, String path) {
        return vfs.list(path).stream().map(DirectoryEntry::name).map(Object::toString).toList();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(42).nextBytes(bytes);
        return bytes;
    }

    private static Errno errno(ThrowingRunnable action) throws Exception {
        try {
            action.run();
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    /** What may throw. */
    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    private static int run(Path in, String... command) throws Exception {
        Process process = new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Nested class ATar {
        @Test void hasItsMembersAsFiles() throws Exception {
            Path file = tar(tar -> {
                add(tar, "./a/b/text", "hello".getBytes(UTF_8));
                add(tar, "/absolute", (byte) 1);
                link(tar, TarConstants.LF_SYMLINK, "a/link", "b/text");
            });
            read(file, vfs -> {
                assertThat(vfs.readString("/a/b/text")).isEqualTo("hello");
                assertThat(vfs.readString("/a/link")).isEqualTo("hello");
                assertThat(vfs.stat("/absolute").size()).isEqualTo(1);
                var stat = vfs.stat("/a/b/text");
                assertThat(stat.mode()).isEqualTo(FileType.REGULAR.mode() | 0640);
                assertThat(stat.uid()).isEqualTo(7);
                assertThat(stat.gid()).isEqualTo(8);
                assertThat(stat.mtime().toInstant()).isEqualTo(TIME);
            });
        }

        @Test void hasHardLinksAsOneFile() throws Exception {
            Path file = tar(tar -> {
                add(tar, "one", "x".getBytes(UTF_8));
                link(tar, TarConstants.LF_LINK, "two", "one");
                link(tar, TarConstants.LF_LINK, "lost", "nowhere");
            });
            read(file, vfs -> {
                assertThat(vfs.stat("/two").ino()).isEqualTo(vfs.stat("/one").ino());
                assertThat(vfs.stat("/one").nlink()).isEqualTo(2);
                assertThat(vfs.readString("/two")).isEqualTo("x");
                assertThat(errno(() -> vfs.stat("/lost"))).isEqualTo(Errno.ENOENT);
            });
        }

        @Test void keepsItsInodeNumbers() throws Exception {
            Path file = tar(tar -> {
                add(tar, "d/one");
                add(tar, "d/two");
            });
            long[] first = new long[3];
            read(file, vfs -> {
                first[0] = vfs.stat("/d/two").ino();
                first[1] = vfs.stat("/d/one").ino();
                first[2] = vfs.stat("/d").ino();
            });
            read(file, vfs -> {
                assertThat(vfs.stat("/d").ino()).isEqualTo(first[2]);
                assertThat(vfs.stat("/d/one").ino()).isEqualTo(first[1]);
                assertThat(vfs.stat("/d/two").ino()).isEqualTo(first[0]);
            });
            assertThat(first).doesNotHaveDuplicates();
        }

        @Test void leavesOutWhatLeadsOutOfItOrThroughAFile() throws Exception {
            Path file = tar(tar -> {
                add(tar, "../evil", (byte) 1);
                add(tar, "a/../../evil", (byte) 1);
                add(tar, "file", (byte) 1);
                add(tar, "file/below", (byte) 1);
                add(tar, "directory/file", (byte) 1);
                add(tar, "directory", (byte) 1);
            });
            read(file, vfs -> {
                assertThat(names(vfs, "/")).containsExactlyInAnyOrder("file", "directory");
                assertThat(vfs.stat("/file").size()).isEqualTo(1);
                assertThat(names(vfs, "/directory")).containsExactly("file");
            });
        }

        @Test void showsTheLastOfMembersWithOnePath() throws Exception {
            Path file = tar(tar -> {
                add(tar, "f", "old".getBytes(UTF_8));
                add(tar, "f", "newer".getBytes(UTF_8));
            });
            read(file, vfs -> assertThat(vfs.readString("/f")).isEqualTo("newer"));
        }

        @Test void hasNamesThatAreNotUtf8() throws Exception {
            Path file = directory.resolve("latin.tar");
            try (var tar = new TarArchiveOutputStream(Files.newOutputStream(file), "ISO-8859-1")) {
                add(tar, "\u00fcber", (byte) 1);
            }
            read(file, vfs -> {
                var names = vfs.list("/");
                assertThat(names).anySatisfy(entry -> assertThat(entry.name().bytes())
                        .isEqualTo(new byte[]{(byte) 0xfc, 'b', 'e', 'r'}));
            });
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true}) void hasNamesOfUtf8InHeadersAndInPaxRecords(boolean pax)
                throws Exception {
            Path file = directory.resolve("utf8.tar");
            try (var tar = new TarArchiveOutputStream(Files.newOutputStream(file), "UTF-8")) {
                tar.setAddPaxHeadersForNonAsciiNames(pax);
                add(tar, "\u00fcber", (byte) 1);
                add(tar, "\u65e5\u672c", (byte) 1);
                link(tar, TarConstants.LF_SYMLINK, "link", "\u00fcber");
            }
            read(file, vfs -> {
                assertThat(names(vfs, "/")).containsExactlyInAnyOrder("\u00fcber", "\u65e5\u672c", "link");
                assertThat(vfs.stat("/link").size()).isEqualTo(1);
            });
        }

        @Test void cannotBeChanged() throws Exception {
            Path file = tar(tar -> add(tar, "f", (byte) 1));
            read(file, vfs -> {
                assertThat(errno(() -> vfs.unlink("/f"))).isEqualTo(Errno.EROFS);
                assertThat(errno(() -> vfs.mkdir("/d", 0755))).isEqualTo(Errno.EROFS);
                assertThat(errno(() -> vfs.writeString("/f", "x"))).isEqualTo(Errno.EROFS);
            });
        }

        @Test void hasAMemberOfTenGigabytesThatIsReadByRanges() throws Exception {
            long size = 10L << 30;
            byte[] data = random(10_000);
            Path file = directory.resolve("large.tar");
            var entry = new TarArchiveEntry("large");
            entry.setSize(size);
            byte[] header = new byte[512];
            entry.writeEntryHeader(header, ZipEncodingHelper.getZipEncoding("UTF-8"), true);
            try (var out = new RandomAccessFile(file.toFile(), "rw")) {
                out.write(header);
                out.seek(512 + (9L << 30));
                out.write(data);
                out.setLength(512 + size + 1024);
            }
            read(file, vfs -> {
                assertThat(vfs.stat("/large").size()).isEqualTo(size);
                try (var open = vfs.open("/large", OpenFlag.READ)) {
                    byte[] part = new byte[data.length];
                    assertThat(open.read(part, 9L << 30)).isEqualTo(part.length);
                    assertThat(part).isEqualTo(data);
                    assertThat(open.read(part, size - 3)).isEqualTo(3);
                    assertThat(open.read(part, size)).isZero();
                }
            });
        }

        @ParameterizedTest
        @ValueSource(strings = {"gnu", "posix", "oldgnu"}) void thatGnuTarMadeOfASparseFileHasItsHoles(String format)
                throws Exception {
            Path sparse = directory.resolve("sparse");
            long size = 2_000_000_000;
            byte[] data = random(10_000);
            try (var out = new RandomAccessFile(sparse.toFile(), "rw")) {
                out.setLength(size);
                out.seek(1L << 30);
                out.write(data);
                out.seek(size - 1);
                out.write(9);
            }
            Assumptions.assumeTrue(run(directory, "tar", "--version") == 0, "no tar here");
            assertThat(run(directory, "tar", "-cSf", "s.tar", "--format=" + format, "sparse")).isZero();
            assertThat(Files.size(directory.resolve("s.tar"))).isLessThan(1 << 20);
            read(directory.resolve("s.tar"), vfs -> {
                assertThat(vfs.stat("/sparse").size()).isEqualTo(size);
                try (var open = vfs.open("/sparse", OpenFlag.READ)) {
                    byte[] part = new byte[data.length + 100];
                    assertThat(open.read(part, (1L << 30) - 50)).isEqualTo(part.length);
                    assertThat(Arrays.copyOfRange(part, 50, 50 + data.length)).isEqualTo(data);
                    assertThat(Arrays.copyOfRange(part, 0, 50)).containsOnly(0);
                    assertThat(open.read(part, size - 3)).isEqualTo(3);
                    assertThat(Arrays.copyOf(part, 3)).isEqualTo(new byte[]{0, 0, 9});
                    assertThat(open.read(part, 1L << 29)).isEqualTo(part.length);
                    assertThat(part).containsOnly(0);
                }
            });
        }

        @ParameterizedTest
        @ValueSource(strings = {"-cf", "-czf", "-cjf", "-cJf"}) void thatTarMadeOfATreeHasTheSameFiles(String option)
                throws Exception {
            Path tree = Files.createDirectories(directory.resolve("tree/deep"));
            byte[] data = random(300_000);
            Files.write(tree.resolve("data"), data);
            Files.createSymbolicLink(tree.resolve("link"), Path.of("data"));
            Files.write(tree.resolve("n".repeat(200)), new byte[]{1});
            Assumptions.assumeTrue(run(directory, "tar", option, "t", "tree") == 0, "no tar or compressor here");
            read(directory.resolve("t"), vfs -> {
                assertThat(vfs.readAllBytes("/tree/deep/link")).isEqualTo(data);
                assertThat(names(vfs, "/tree/deep")).containsExactlyInAnyOrder("data", "link", "n".repeat(200));
            });
        }

        @Test void thatEndsWithinAMemberGivesAnError() throws Exception {
            Path file = tar(tar -> add(tar, "f", random(100_000)));
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(whole, 50_000));
            assertThatThrownBy(() -> read(file, vfs -> vfs.readAllBytes("/f"))).isInstanceOfAny(IOException.class,
                    FuseException.class);
        }
    }

    @Nested class AZip {
        private Path zip(int method, byte[] data) throws IOException {
            Path file = directory.resolve("test.zip");
            try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
                var entry = new ZipEntry("d/data");
                entry.setMethod(method);
                entry.setSize(data.length);
                var crc = new CRC32();
                crc.update(data);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(data);
                zip.closeEntry();
            }
            return file;
        }

        @ParameterizedTest
        @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED}) void isReadFromTheStartAndAtRandom(int method)
                throws Exception {
            byte[] data = random(1 << 20);
            Path file = zip(method, data);
            read(file, vfs -> {
                assertThat(vfs.readAllBytes("/d/data")).isEqualTo(data);
                var random = new Random(7);
                try (var open = vfs.open("/d/data", OpenFlag.READ)) {
                    for (int i = 0; i < 50; i++) {
                        int offset = random.nextInt(data.length);
                        byte[] part = new byte[5000];
                        int read = open.read(part, offset);
                        assertThat(read).isEqualTo(Math.min(5000, data.length - offset));
                        assertThat(Arrays.equals(part, 0, read, data, offset, offset + read)).isTrue();
                    }
                }
            });
        }

        @Test void isReadByManyThreadsOverOneOpenFile() throws Exception {
            byte[] data = random(1 << 20);
            Path file = zip(ZipEntry.DEFLATED, data);
            read(file, vfs -> {
                try (var open = vfs.open("/d/data", OpenFlag.READ)) {
                    var failures = new ConcurrentLinkedQueue<Throwable>();
                    List<Thread> threads = IntStream.range(0, 8).mapToObj(k -> Thread.ofVirtual().start(() -> {
                        try {
                            for (int offset = k * 1000; offset < data.length; offset += 100_000) {
                                byte[] part = new byte[1000];
                                int read = open.read(part, offset);
                                assertThat(Arrays.equals(part, 0, read, data, offset, offset + read)).isTrue();
                            }
                        } catch (Throwable e) {
                            failures.add(e);
                        }
                    })).toList();
                    for (Thread thread : threads) {
                        thread.join();
                    }
                    assertThat(failures).isEmpty();
                }
            });
        }

        @Test void thatZipMadeHasSymbolicLinksAndPermissions() throws Exception {
            Path tree = Files.createDirectories(directory.resolve("tree"));
            Files.write(tree.resolve("run"), new byte[]{1});
            Files.setPosixFilePermissions(tree.resolve("run"), PosixFilePermissions.fromString("rwxr-x---"));
            Files.createSymbolicLink(tree.resolve("link"), Path.of("run"));
            Assumptions.assumeTrue(hasZip(), "no zip here");
            assertThat(run(directory, "zip", "-qry", "z.zip", "tree")).isZero();
            read(directory.resolve("z.zip"), vfs -> {
                assertThat(vfs.readlink("/tree/link")).isEqualTo("run");
                assertThat(vfs.stat("/tree/run").mode()).isEqualTo(FileType.REGULAR.mode() | 0750);
            });
        }

        private boolean hasZip() throws Exception {
            try {
                return run(directory, "zip", "-v") == 0;
            } catch (IOException _) {
                return false;
            }
        }

        @Test void withASymbolicLinkThatCannotBeReadHasItsOtherMembers() throws Exception {
            Path file = directory.resolve("links.zip");
            String target = "somewhere";
            try (var zip = new ZipArchiveOutputStream(file)) {
                zip.setMethod(ZipEntry.DEFLATED);
                for (String name : List.of("good", "broken", "empty", "nul")) {
                    var entry = new ZipArchiveEntry(name);
                    entry.setUnixMode(FileType.SYMLINK.mode() | 0777);
                    zip.putArchiveEntry(entry);
                    zip.write((name.equals("empty") ? "" : name.equals("nul") ? "a\0b" : target).getBytes(UTF_8));
                    zip.closeArchiveEntry();
                }
            }
            byte[] whole = Files.readAllBytes(file);
            int name = new String(whole, ISO_8859_1).indexOf("broken");
            int data = name + "broken".length() + whole[name - 2] + (whole[name - 1] << 8);
            whole[data] = (byte) 0xff;
            Files.write(file, whole);
            read(file, vfs -> {
                assertThat(names(vfs, "/")).containsExactly("good");
                assertThat(vfs.readlink("/good")).isEqualTo(target);
            });
        }

        @Test void withBrokenDataGivesEioAndGoesOn() throws Exception {
            byte[] data = random(100_000);
            Path file = zip(ZipEntry.DEFLATED, data);
            byte[] whole = Files.readAllBytes(file);
            Arrays.fill(whole, 200, 90_000, (byte) 0xee);
            Files.write(file, whole);
            read(file, vfs -> {
                assertThat(errno(() -> vfs.readAllBytes("/d/data"))).isEqualTo(Errno.EIO);
                assertThat(names(vfs, "/d")).containsExactly("data");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"",
        "no archive at all, but text that goes on for a while"}) void anythingElseIsRefusedInOneLine(String text)
                throws Exception {
        Path file = Files.writeString(directory.resolve("x"), text);
        assertThatThrownBy(() -> ArchiveFileSystem.open(file)).isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString()).hasMessageNotContaining("\n");
    }

    @Test void aFileThatIsTooLargeWhenItIsDecompressedIsRefused() throws Exception {
        Path file = directory.resolve("bomb.tar.gz");
        Path tar = tar(members -> add(members, "zeros", new byte[10 << 20]));
        try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
            Files.copy(tar, out);
        }
        Archives.open(file, 20 << 20).close();
        assertThatThrownBy(() -> Archives.open(file, 1 << 20)).isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("decompressed");
    }

    @Test void aFileWhoseDecompressorNeedsTooMuchMemoryIsRefused() throws Exception {
        Path file = Files.write(directory.resolve("bomb.Z"), new byte[]{0x1f, (byte) 0x9d, (byte) 0x9e, 0, 0, 0, 0});
        assertThatThrownBy(() -> ArchiveFileSystem.open(file)).isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("memory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"test.zip", "test.tar.gz"}) void aFileThatEndsEarlyIsNamed(String name) throws Exception {
        Path file = directory.resolve(name);
        try (var out = Files.newOutputStream(file)) {
            out.write(name.endsWith("zip") ? new byte[]{'P', 'K', 3, 4, 10, 0, 0, 0, 0, 0, 0, 0}
                    : new byte[]{0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 1, 1, 1});
        }
        assertThatThrownBy(() -> ArchiveFileSystem.open(file)).isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString()).hasMessageNotContaining("\n");
    }
}

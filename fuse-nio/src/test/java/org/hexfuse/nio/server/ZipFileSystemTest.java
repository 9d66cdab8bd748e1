package org.hexfuse.nio.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Timestamp;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zips that this and other programs make, read and written through a kernel. */
@Timeout(60) class ZipFileSystemTest {
    private static final Instant TIME = Instant.parse("2020-02-29T12:34:56Z");

    @TempDir Path directory;

    /** What a test does with the files of an archive. */
    private interface Use {
        void in(Vfs vfs) throws Exception;
    }

    private static void mounted(Path archive, Use test) throws Exception {
        try (var files = ZipFileSystem.open(archive, true, false);
                var kernel = UserKernel.connect("mem:", files).failOnLeaks()) {
            test.in(kernel.vfs());
        }
    }

    private Path archive() {
        return directory.resolve("archive.zip");
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        var random = new Random(seed);
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(8));
        }
        return bytes;
    }

    /** An archive of the JDK's streams. */
    private Path made(Map<String, byte[]> members, int method) throws IOException {
        try (var out = new ZipOutputStream(Files.newOutputStream(archive()))) {
            for (var member : members.entrySet()) {
                var entry = new ZipEntry(member.getKey());
                entry.setMethod(method);
                entry.setLastModifiedTime(FileTime.from(TIME));
                if (method == ZipEntry.STORED) {
                    var crc = new CRC32();
                    crc.update(member.getValue());
                    entry.setSize(member.getValue().length);
                    entry.setCrc(crc.getValue());
                }
                out.putNextEntry(entry);
                out.write(member.getValue());
                out.closeEntry();
            }
        }
        return archive();
    }

    /** All members of an archive by the JDK's other implementation. */
    private static Map<String, String> members(Path archive) throws IOException {
        var members = new TreeMap<String, String>();
        try (var zip = new ZipFile(archive.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                members.put(entry.getName(), new String(zip.getInputStream(entry).readAllBytes(), UTF_8));
            }
        }
        return members;
    }

    private List<String> beside() throws IOException {
        try (Stream<Path> names = Files.list(directory)) {
            return names.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED}) void membersAreReadAtAnyOffset(int method)
            throws Exception {
        byte[] content = bytes(1_000_003, 1);
        mounted(made(Map.of("first", bytes(10, 2), "d/large", content), method), vfs -> {
            var random = new Random(3);
            try (OpenFile file = vfs.open("/d/large")) {
                for (int i = 0; i < 200; i++) {
                    int from = random.nextInt(content.length);
                    byte[] piece = new byte[1 + random.nextInt(20_000)];
                    int got = file.read(piece, from);
                    assertThat(got).isEqualTo(Math.min(piece.length, content.length - from));
                    assertThat(Arrays.mismatch(piece, 0, got, content, from, from + got)).isEqualTo(-1);
                }
                assertThat(file.read(new byte[1], content.length)).isZero();
                assertThat(file.read(new byte[1], content.length + 1000)).isZero();
            }
            assertThat(vfs.readAllBytes("/d/large")).isEqualTo(content);
            assertThat(vfs.stat("/d/large").size()).isEqualTo(content.length);
            assertThat(vfs.stat("/d/large").mtime().toInstant()).isEqualTo(TIME);
        });
    }

    @Test void membersAreListedWithTheirDirectories() throws Exception {
        mounted(made(Map.of("a", bytes(1, 1), "d/b", bytes(2, 2), "d/e/c", bytes(3, 3)), ZipEntry.DEFLATED), vfs -> {
            assertThat(vfs.list("/").stream().map(entry -> entry.name().toString())).contains("a", "d");
            assertThat(vfs.list("/d").stream().map(entry -> entry.name().toString())).contains("b", "e");
            assertThat(vfs.stat("/d/e").isDirectory()).isTrue();
            assertThat(vfs.stat("/d/e").permissions()).isEqualTo(0755);
            assertThat(vfs.stat("/a").permissions()).isEqualTo(0644);
        });
    }

    @Test void whatIsWrittenIsInTheArchive() throws Exception {
        mounted(archive(), vfs -> {
            vfs.mkdir("/d", 0750);
            vfs.writeString("/d/f", "content");
            vfs.writeAllBytes("/large", bytes(6_000_000, 1));
            vfs.chmod("/d/f", 0600);
            vfs.utimens("/d/f", Timestamp.of(TIME), Timestamp.of(TIME));
        });
        assertThat(members(archive())).containsEntry("d/f", "content").containsEntry("d/", "").containsEntry("large",
                new String(bytes(6_000_000, 1), UTF_8));
        run("unzip", "-t", archive().toString());
        run(System.getProperty("java.home") + "/bin/jar", "tf", archive().toString());
        assertThat(beside()).containsExactly("archive.zip");
        mounted(archive(), vfs -> {
            assertThat(vfs.readString("/d/f")).isEqualTo("content");
            assertThat(vfs.stat("/d/f").permissions()).isEqualTo(0600);
            assertThat(vfs.stat("/d/f").mtime().toInstant()).isEqualTo(TIME);
            assertThat(vfs.stat("/d").permissions()).isEqualTo(0750);
        });
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @Test void anArchiveThatIsOnlyReadIsNotRewritten() throws Exception {
        Path archive = made(Map.of("f", bytes(100, 1)), ZipEntry.DEFLATED);
        byte[] before = Files.readAllBytes(archive);
        Object key = Files.getAttribute(archive, "unix:ino");
        mounted(archive, vfs -> {
            vfs.readAllBytes("/f");
            vfs.sync();
            assertThat(beside()).containsExactly("archive.zip");
        });
        assertThat(Files.getAttribute(archive, "unix:ino")).isEqualTo(key);
        assertThat(Files.readAllBytes(archive)).isEqualTo(before);
    }

    @Test void anArchiveWhoseChangeFailedIsNotRewritten() throws Exception {
        Path archive = made(Map.of("d/f", bytes(100, 1)), ZipEntry.DEFLATED);
        Object key = Files.getAttribute(archive, "unix:ino");
        mounted(archive, vfs -> fails(Errno.ENOTEMPTY, () -> vfs.rmdir("/d")));
        assertThat(Files.getAttribute(archive, "unix:ino")).isEqualTo(key);
        assertThat(beside()).containsExactly("archive.zip");
    }

    private static void fails(Errno errno, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test void syncingAFileWritesTheArchiveAndLeavesFilesOpen() throws Exception {
        mounted(made(Map.of("old", bytes(300_000, 1), "gone", bytes(200_000, 2)), ZipEntry.DEFLATED), vfs -> {
            try (OpenFile read = vfs.open("/old"); OpenFile gone = vfs.open("/gone", OpenFlag.READ, OpenFlag.WRITE);
                    OpenFile written = vfs.open("/new", 0644, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE)) {
                byte[] piece = new byte[1000];
                read.read(piece, 100_000);
                vfs.unlink("/gone");
                written.write("one".getBytes(UTF_8), 0);
                written.sync(false);
                assertThat(members(archive())).containsEntry("new", "one").containsKey("old").doesNotContainKey("gone");
                written.write(" two".getBytes(UTF_8), 3);
                assertThat(written.readAll(0)).asString(UTF_8).isEqualTo("one two");
                assertThat(read.read(piece, 200_000)).isEqualTo(1000);
                assertThat(piece).isEqualTo(Arrays.copyOfRange(bytes(300_000, 1), 200_000, 201_000));
                assertThat(gone.readAll(0)).isEqualTo(bytes(200_000, 2));
                assertThat(gone.stat().nlink()).isZero();
                gone.write("still".getBytes(UTF_8), 0);
                assertThat(Arrays.copyOf(gone.readAll(0), 5)).asString(UTF_8).isEqualTo("still");
            }
            vfs.sync();
        });
        assertThat(members(archive())).containsEntry("new", "one two").doesNotContainKey("gone");
    }

    @Test void partsOfAMemberAreReplaced() throws Exception {
        byte[] content = bytes(500_000, 1);
        mounted(made(Map.of("f", content), ZipEntry.DEFLATED), vfs -> {
            try (OpenFile file = vfs.open("/f", OpenFlag.WRITE)) {
                file.write("XXX".getBytes(UTF_8), 250_000);
            }
            try (OpenFile file = vfs.open("/f", OpenFlag.WRITE, OpenFlag.APPEND)) {
                file.write("end".getBytes(UTF_8), 0);
            }
        });
        System.arraycopy("XXX".getBytes(UTF_8), 0, content, 250_000, 3);
        assertThat(members(archive())).containsEntry("f", new String(content, UTF_8) + "end");
    }

    @Test void filesAreTruncatedAndExtended() throws Exception {
        mounted(made(Map.of("short", bytes(1000, 1), "long", bytes(10, 2), "empty", bytes(100, 3)), ZipEntry.DEFLATED),
                vfs -> {
                    vfs.truncate("/short", 3);
                    vfs.truncate("/long", 12);
                    vfs.open("/empty", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
                    assertThat(vfs.stat("/short").size()).isEqualTo(3);
                });
        assertThat(members(archive())).containsEntry("short", new String(bytes(1000, 1), 0, 3, UTF_8))
                .containsEntry("long", new String(bytes(10, 2), UTF_8) + "\0\0").containsEntry("empty", "");
    }

    @Test void directoriesAreRenamedWithWhatIsInThem() throws Exception {
        mounted(made(Map.of("d/a", bytes(10, 1), "d/e/b", bytes(20, 2), "other", bytes(30, 3)), ZipEntry.DEFLATED),
                vfs -> {
                    try (OpenFile open = vfs.open("/d/e/b", OpenFlag.READ, OpenFlag.WRITE)) {
                        vfs.rename("/d", "/moved");
                        assertThat(open.readAll(0)).isEqualTo(bytes(20, 2));
                        open.write("!".getBytes(UTF_8), 0);
                    }
                    vfs.rename("/other", "/moved/a");
                    assertThat(vfs.exists("/d")).isFalse();
                });
        String b = new String(bytes(20, 2), UTF_8);
        assertThat(members(archive())).containsEntry("moved/a", new String(bytes(30, 3), UTF_8))
                .containsEntry("moved/e/b", "!" + b.substring(1)).doesNotContainKeys("d/a", "other");
    }

    @Test void aRenameKeepsTheTime() throws Exception {
        mounted(made(Map.of("f", bytes(10, 1)), ZipEntry.DEFLATED), vfs -> vfs.rename("/f", "/g"));
        mounted(archive(), vfs -> assertThat(vfs.stat("/g").mtime().toInstant()).isEqualTo(TIME));
    }

    @Test void whatZipsLackIsNotSupported() throws Exception {
        mounted(archive(), vfs -> {
            vfs.writeString("/f", "");
            fails(Errno.EOPNOTSUPP, () -> vfs.symlink("f", "/s"));
            fails(Errno.EOPNOTSUPP, () -> vfs.link("/f", "/g"));
            fails(Errno.EOPNOTSUPP, () -> vfs.chown("/f", 7, 8));
            fails(Errno.EOPNOTSUPP, () -> vfs.chmod("/f", 04755));
            fails(Errno.EOPNOTSUPP, () -> vfs.setxattr("/f", "user.a", new byte[1], 0));
            fails(Errno.EOPNOTSUPP, () -> vfs.mknod("/p", 010644, 0));
            vfs.chown("/f", vfs.stat("/f").uid(), vfs.stat("/f").gid());
        });
    }

    @Test void manySmallFilesReachTheArchive() throws Exception {
        mounted(archive(), vfs -> {
            for (int i = 0; i < 2000; i++) {
                vfs.writeString("/f" + i, "content " + i);
            }
        });
        Map<String, String> members = members(archive());
        assertThat(members).hasSize(2000).containsEntry("f1999", "content 1999");
    }

    @Test void moreLargeFilesThanMayWaitReachTheArchive() throws Exception {
        byte[] large = new byte[4_200_000];
        mounted(archive(), vfs -> {
            for (int i = 0; i < 70; i++) {
                large[0] = (byte) ('0' + i % 10);
                vfs.writeAllBytes("/f" + i, large);
            }
        });
        try (var zip = new ZipFile(archive().toFile())) {
            assertThat(zip.size()).isEqualTo(70);
            assertThat(zip.getInputStream(zip.getEntry("f69")).read()).isEqualTo('9');
        }
        run("unzip", "-tq", archive().toString());
    }

    @Test void anArchiveThatAnotherProgramChangedIsNotReplaced() throws Exception {
        Path archive = made(Map.of("f", bytes(10, 1)), ZipEntry.DEFLATED);
        var files = ZipFileSystem.open(archive, false, false);
        try (var kernel = UserKernel.connect("mem:", files)) {
            kernel.vfs().writeString("/g", "content");
            made(Map.of("theirs", bytes(20, 2)), ZipEntry.DEFLATED);
            fails(Errno.EIO, () -> {
                try (OpenFile file = kernel.vfs().open("/g", OpenFlag.WRITE)) {
                    file.sync(false);
                }
            });
        }
        assertThatThrownBy(files::close).isInstanceOf(IOException.class).hasMessageContaining("another program");
        assertThat(members(archive)).containsOnlyKeys("theirs");
        assertThat(beside()).containsExactly("archive.zip");
    }

    @Test void anInterruptedCallerClosesNothing() throws Exception {
        byte[] content = bytes(300_000, 1);
        try (var files = ZipFileSystem.open(made(Map.of("f", content), ZipEntry.STORED), false, false);
                var kernel = UserKernel.connect("mem:?inline", files)) {
            for (int i = 0; i < 20; i++) {
                Thread caller = Thread.ofPlatform().start(() -> {
                    Thread.currentThread().interrupt();
                    try (OpenFile file = kernel.vfs().open("/f")) {
                        file.read(new byte[100_000], 5);
                    } catch (FuseException _) {
                        // The call may be interrupted, but not the archive of all others.
                    }
                });
                caller.join(TimeUnit.SECONDS.toMillis(20));
                assertThat(caller.isAlive()).isFalse();
            }
            assertThat(kernel.vfs().readAllBytes("/f")).isEqualTo(content);
        }
    }

    @Test void aWorkplaceOfAProcessThatIsGoneIsRemoved() throws Exception {
        Path abandoned = Files.createDirectory(directory.resolve(".archive.zip.hexfuse-12345"));
        Files.createFile(abandoned.resolve("lock"));
        Files.createFile(abandoned.resolve("zipfstmp1.tmp"));
        mounted(archive(), vfs -> {
            assertThat(abandoned).exists();
            vfs.writeString("/f", "content");
            assertThat(abandoned).doesNotExist();
        });
        assertThat(beside()).containsExactly("archive.zip");
    }

    @Test void aSecondMountDoesNotDisturbTheWorkplaceOfTheFirst() throws Exception {
        Path archive = made(Map.of("f", bytes(10, 1)), ZipEntry.DEFLATED);
        mounted(archive, first -> {
            first.writeString("/g", "content");
            mounted(archive, second -> assertThat(second.readAllBytes("/f")).hasSize(10));
            first.sync();
        });
        assertThat(members(archive)).containsEntry("g", "content");
    }
}

package org.hexfuse.examples.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hexfuse.examples.remote.script.ScriptedStore.ANY;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.examples.remote.script.ScriptedStore;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** The filesystem over a store that does what a script says, with a kernel in memory. */
@Timeout(60) class RemoteFileSystemTest {
    private static final int BLOCK = 4096;

    private final ScriptedStore store = new ScriptedStore();

    /** What a test does with the files. */
    private interface Use {
        void in(Vfs vfs) throws Exception;
    }

    private UserKernel mount(String parameters) throws IOException {
        Address address = Address.parse("remote:script?block=4k&ttl=0ms&ahead=0&" + parameters);
        return UserKernel.connect("mem:", new RemoteFileSystem(store, RemoteOptions.of(address)));
    }

    private void with(String parameters, Use test) throws Exception {
        try (UserKernel kernel = mount(parameters).failOnLeaks()) {
            test.in(kernel.vfs());
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(42).nextBytes(bytes);
        return bytes;
    }

    private static Errno errno(Executable action) throws Exception {
        try {
            action.execute();
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** A system call on a thread of its own. */
    private static final class Call<T> {
        private final FutureTask<T> result;
        private final Thread thread;

        Call(Callable<T> call) {
            result = new FutureTask<>(call);
            thread = Thread.ofPlatform().daemon().start(result);
        }

        T get() throws Exception {
            return result.get();
        }

        Errno errno() throws Exception {
            try {
                result.get();
                return Errno.OK;
            } catch (ExecutionException e) {
                return ((FuseException) e.getCause()).errno();
            }
        }
    }

    @Nested class Reading {
        @Test void showsWhatTheStoreHas() throws Exception {
            byte[] data = random(3 * BLOCK + 17);
            store.directory("/d");
            store.file("/d/f", data);
            with("uid=7&gid=8", vfs -> {
                assertThat(vfs.readAllBytes("/d/f")).isEqualTo(data);
                assertThat(vfs.stat("/d/f").size()).isEqualTo(data.length);
                assertThat(vfs.stat("/d/f").uid()).isEqualTo(7);
                assertThat(vfs.list("/d")).extracting(DirectoryEntry::name).extracting(Object::toString)
                        .containsExactly("f");
                assertThat(errno(() -> vfs.stat("/d/none"))).isEqualTo(Errno.ENOENT);
            });
        }

        @Test void readsPartsAcrossBlocks() throws Exception {
            byte[] data = random(3 * BLOCK + 17);
            store.file("/f", data);
            with("", vfs -> {
                try (var open = vfs.open("/f", OpenFlag.READ)) {
                    byte[] part = new byte[BLOCK + 2];
                    assertThat(open.read(part, BLOCK - 1)).isEqualTo(part.length);
                    assertThat(part).isEqualTo(Arrays.copyOfRange(data, BLOCK - 1, 2 * BLOCK + 1));
                    assertThat(open.read(part, data.length - 3)).isEqualTo(3);
                    assertThat(open.read(part, data.length)).isZero();
                    assertThat(open.read(part, data.length + BLOCK)).isZero();
                }
            });
        }

        @Test void fetchesEachBlockOnce() throws Exception {
            store.file("/f", random(3 * BLOCK));
            with("", vfs -> {
                vfs.readAllBytes("/f");
                vfs.readAllBytes("/f");
                assertThat(store.calls("read", "/f")).isEqualTo(3);
            });
        }

        @Test void keepsNoMoreBlocksThanTheCacheHas() throws Exception {
            store.file("/f", random(64 * BLOCK));
            with("cache=32k", vfs -> {
                vfs.readAllBytes("/f");
                await().untilAsserted(() -> {
                    long before = store.calls("read", "/f");
                    vfs.readAllBytes("/f");
                    assertThat(store.calls("read", "/f") - before).isGreaterThan(48);
                });
            });
        }

        @Test void looksAtAttributesOnceInTheirTime() throws Exception {
            store.file("/f", random(3 * BLOCK));
            with("ttl=60s", vfs -> {
                for (int i = 0; i < 5; i++) {
                    vfs.readAllBytes("/f");
                    vfs.stat("/f");
                }
                assertThat(store.calls("stat", "/f")).isEqualTo(1);
            });
        }

        @Test void hasManyReadersShareOneFetch() throws Exception {
            byte[] data = random(BLOCK);
            store.file("/f", data);
            CountDownLatch latch = store.hang("read", "/f");
            with("", vfs -> {
                List<Call<byte[]>> readers = IntStream.range(0, 8)
                        .mapToObj(_ -> new Call<>(() -> vfs.readAllBytes("/f")))
                        .toList();
                await().until(() -> store.calls("stat", "/f") >= 8 && store.calls("read", "/f") == 1);
                latch.countDown();
                for (Call<byte[]> reader : readers) {
                    assertThat(reader.get()).isEqualTo(data);
                }
                assertThat(store.calls("read", "/f")).isEqualTo(1);
            });
        }

        @Test void readsAheadOfASequentialReaderOnly() throws Exception {
            store.file("/f", random(64 * BLOCK));
            store.file("/g", random(64 * BLOCK));
            with("ahead=4&ttl=60s", vfs -> {
                byte[] part = new byte[BLOCK];
                try (var open = vfs.open("/f", OpenFlag.READ)) {
                    for (int i = 0; i < 4; i++) {
                        open.read(part, (long) i * BLOCK);
                    }
                    await().until(() -> store.calls("read", "/f") == 8);
                }
                try (var open = vfs.open("/g", OpenFlag.READ)) {
                    for (int i : new int[]{40, 7, 33, 21}) {
                        open.read(part, (long) i * BLOCK);
                    }
                    assertThat(store.calls("read", "/g")).isEqualTo(4);
                }
            });
        }

        /** The file is 2^50 bytes long: memory is sized by what is read. */
        @Test void takesNoMemoryForTheSizeThatAStoreClaims() throws Exception {
            store.file("/huge", new ScriptedStore.Data() {
                @Override public long size() {
                    return 1L << 50;
                }

                @Override public byte[] read(long offset, int length) {
                    byte[] data = new byte[length];
                    Arrays.fill(data, (byte) (offset / BLOCK));
                    return data;
                }
            });
            with("ahead=4", vfs -> {
                try (var open = vfs.open("/huge", OpenFlag.READ)) {
                    byte[] part = new byte[10];
                    assertThat(open.read(part, (1L << 49) + 3 * BLOCK)).isEqualTo(10);
                    assertThat(part).containsOnly(3);
                }
            });
        }

        @Test void endsWhereAStoreEndsThatClaimedMore() throws Exception {
            store.file("/short", new ScriptedStore.Data() {
                @Override public long size() {
                    return 10 * BLOCK;
                }

                @Override public byte[] read(long offset, int length) {
                    return new byte[Math.clamp(BLOCK + 5 - offset, 0, length)];
                }
            });
            with("", vfs -> assertThat(vfs.readAllBytes("/short")).hasSize(BLOCK + 5));
        }
    }

    @Nested class AStoreThatIsInTrouble {
        @Test void isTriedAgain() throws Exception {
            byte[] data = random(2 * BLOCK);
            store.file("/f", data);
            store.fail("read", "/f", 3);
            store.fail("stat", "/f", 2);
            store.fail("list", "/", 2);
            with("attempts=4", vfs -> {
                assertThat(vfs.readAllBytes("/f")).isEqualTo(data);
                assertThat(vfs.list("/")).hasSize(1);
            });
        }

        @Test void isGivenUpOnAfterTheLastAttempt() throws Exception {
            store.file("/f", random(BLOCK));
            store.fail("read", "/f", 2);
            with("attempts=2", vfs -> {
                assertThat(errno(() -> vfs.readAllBytes("/f"))).isEqualTo(Errno.EIO);
                assertThat(store.calls("read", "/f")).isEqualTo(2);
                assertThat(vfs.readAllBytes("/f")).hasSize(BLOCK);
            });
        }

        @Test void thatHangsTimesOut() throws Exception {
            store.file("/f", random(BLOCK));
            store.hang("read", "/f");
            with("timeout=200ms", vfs -> assertThat(errno(() -> vfs.readAllBytes("/f"))).isEqualTo(Errno.ETIMEDOUT));
        }

        @Test void thatHangsHarmsNoOtherFileAndNoUnmount() throws Exception {
            store.file("/f", random(BLOCK));
            store.file("/g", random(BLOCK));
            store.hang("read", "/f");
            UserKernel kernel = mount("timeout=9999s");
            var hanging = new Call<>(() -> kernel.vfs().readAllBytes("/f"));
            try {
                await().until(() -> store.calls("read", "/f") == 1);
                assertThat(kernel.vfs().readAllBytes("/g")).hasSize(BLOCK);
                assertThat(kernel.vfs().list("/")).hasSize(2);
            } finally {
                kernel.close();
            }
            assertThat(hanging.errno()).isNotEqualTo(Errno.OK);
        }

        @Test void isLeftByWhoeverIsInterruptedAndByNobodyElse() throws Exception {
            byte[] data = random(BLOCK);
            store.file("/f", data);
            CountDownLatch latch = store.hang("read", "/f");
            with("timeout=9999s", vfs -> {
                var first = new Call<>(() -> vfs.readAllBytes("/f"));
                await().until(() -> store.calls("read", "/f") == 1);
                var other = new Call<>(() -> vfs.readAllBytes("/f"));
                await().until(() -> store.calls("stat", "/f") >= 4);
                first.thread.interrupt();
                assertThat(first.errno()).isEqualTo(Errno.EINTR);
                latch.countDown();
                assertThat(other.get()).isEqualTo(data);
                assertThat(store.calls("read", "/f")).isEqualTo(1);
            });
        }

        @Test void keepsAPageForAListingThatWasInterrupted() throws Exception {
            store.file("/f", random(BLOCK));
            CountDownLatch latch = store.hang("list", "/");
            with("timeout=9999s", vfs -> {
                try (var open = vfs.opendir("/")) {
                    var first = new Call<>(open::next);
                    await().until(() -> store.calls("list", "/") == 1);
                    first.thread.interrupt();
                    assertThat(first.errno()).isEqualTo(Errno.EINTR);
                    latch.countDown();
                    assertThat(open.next()).isPresent();
                }
            });
        }
    }

    @Nested class AChangeInTheStore {
        @Test void isSeen() throws Exception {
            store.file("/f", "old".getBytes(UTF_8));
            with("", vfs -> {
                assertThat(vfs.readString("/f")).isEqualTo("old");
                store.file("/f", "newer".getBytes(UTF_8));
                assertThat(vfs.readString("/f")).isEqualTo("newer");
                store.remove("/f");
                assertThat(errno(() -> vfs.readString("/f"))).isEqualTo(Errno.ENOENT);
            });
        }

        @Test void isSeenByAnOpenFileAfterTheTimeOfItsAttributes() throws Exception {
            store.file("/f", "old".getBytes(UTF_8));
            with("ttl=200ms", vfs -> {
                try (var open = vfs.open("/f", OpenFlag.READ)) {
                    byte[] data = new byte[5];
                    assertThat(open.read(data, 0)).isEqualTo(3);
                    store.file("/f", "newer".getBytes(UTF_8));
                    await().untilAsserted(() -> {
                        assertThat(open.read(data, 0)).isEqualTo(5);
                        assertThat(data).asString(UTF_8).isEqualTo("newer");
                    });
                }
            });
        }

        /** The attributes say the old version: it is the block that says that there is another one. */
        @Test void isNeverMixedWithWhatWasThereBefore() throws Exception {
            store.file("/f", new byte[2 * BLOCK]);
            with("ttl=60s", vfs -> {
                try (var open = vfs.open("/f", OpenFlag.READ)) {
                    open.read(new byte[10], 0);
                    byte[] other = new byte[2 * BLOCK];
                    Arrays.fill(other, (byte) 1);
                    store.file("/f", other);
                    assertThat(open.readAll(0)).containsOnly(1);
                }
            });
        }

        @Test void ofAFileToADirectoryIsAnotherNode() throws Exception {
            store.file("/x", new byte[1]);
            with("", vfs -> {
                long ino = vfs.stat("/x").ino();
                store.remove("/x");
                store.directory("/x");
                store.file("/x/y", "in".getBytes(UTF_8));
                assertThat(vfs.readString("/x/y")).isEqualTo("in");
                assertThat(vfs.stat("/x").ino()).isNotEqualTo(ino);
            });
        }
    }

    @Nested class ADirectoryOfManyNames {
        private static final int MANY = 10_000;

        @Test void isListedAndItsAttributesAreKnownThen() throws Exception {
            store.directory("/many");
            IntStream.range(0, MANY).forEach(i -> store.file("/many/" + i, new byte[i % 10]));
            with("ttl=60s", vfs -> {
                assertThat(vfs.list("/many")).hasSize(MANY).extracting(DirectoryEntry::name).doesNotHaveDuplicates();
                long stats = store.calls("stat", ANY);
                for (int i = 0; i < MANY; i += 7) {
                    assertThat(vfs.stat("/many/" + i).size()).isEqualTo(i % 10);
                }
                assertThat(store.calls("stat", ANY)).isEqualTo(stats);
            });
        }

        @Test void isReadFromTheStoreAsFarAsTheCallerReads() throws Exception {
            store.directory("/many");
            IntStream.range(0, MANY).forEach(i -> store.file("/many/" + i, new byte[0]));
            with("ttl=60s", vfs -> {
                try (var open = vfs.opendir("/many")) {
                    assertThat(open.next()).isPresent();
                    assertThat(store.calls("list", "/many")).isLessThan(5);
                }
            });
        }
    }

    @Nested class Writing {
        @Test void isInTheStoreWhenTheFileIsClosed() throws Exception {
            byte[] data = random(5 * BLOCK + 1);
            with("", vfs -> {
                try (var open = vfs.open("/f", OpenFlag.WRITE, OpenFlag.CREATE)) {
                    open.write(data, 0);
                    assertThat(store.content("/f")).isEmpty();
                    assertThat(vfs.stat("/f").size()).isEqualTo(data.length);
                    assertThat(vfs.readAllBytes("/f")).isEqualTo(data);
                }
                assertThat(store.content("/f")).isEqualTo(data);
                assertThat(store.calls("put", "/f")).isEqualTo(1);
                assertThat(vfs.readAllBytes("/f")).isEqualTo(data);
            });
        }

        @Test void replacesAFileByOneUpload() throws Exception {
            store.file("/f", random(10 * BLOCK));
            with("", vfs -> {
                vfs.writeString("/f", "short");
                assertThat(store.content("/f")).asString(UTF_8).isEqualTo("short");
                assertThat(store.calls("put", "/f")).isEqualTo(1);
                assertThat(store.calls("read", "/f")).isZero();
            });
        }

        @Test void ofAPartKeepsTheRest() throws Exception {
            byte[] data = random(3 * BLOCK);
            store.file("/f", data);
            with("", vfs -> {
                try (var open = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                    open.write(new byte[]{1, 2, 3}, BLOCK);
                }
                System.arraycopy(new byte[]{1, 2, 3}, 0, data, BLOCK, 3);
                assertThat(store.content("/f")).isEqualTo(data);
            });
        }

        @Test void appendsAndTruncates() throws Exception {
            store.file("/f", "0123456789".getBytes(UTF_8));
            with("", vfs -> {
                try (var open = vfs.open("/f", OpenFlag.WRITE, OpenFlag.APPEND)) {
                    open.write("ab".getBytes(UTF_8));
                }
                assertThat(store.content("/f")).asString(UTF_8).isEqualTo("0123456789ab");
                vfs.truncate("/f", 4);
                assertThat(store.content("/f")).asString(UTF_8).isEqualTo("0123");
                try (var open = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                    open.truncate(6);
                    open.sync(false);
                    assertThat(store.content("/f")).isEqualTo("0123\0\0".getBytes(UTF_8));
                }
            });
        }

        @Test void nothingUploadsNothing() throws Exception {
            store.file("/f", "x".getBytes(UTF_8));
            with("", vfs -> {
                vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE).close();
                assertThat(store.calls("put", ANY)).isZero();
            });
        }

        @Test void isUploadedAgainAfterAFailure() throws Exception {
            store.fail("put", "/f", 2);
            with("attempts=3", vfs -> {
                vfs.writeString("/f", "at last");
                assertThat(store.content("/f")).asString(UTF_8).isEqualTo("at last");
            });
        }

        @Test void thatCannotBeUploadedFailsAtClose() throws Exception {
            store.fail("put", "/f", 1);
            with("attempts=1", vfs -> {
                var open = vfs.open("/f", OpenFlag.WRITE, OpenFlag.CREATE);
                open.write(new byte[10], 0);
                assertThat(errno(open::close)).isEqualTo(Errno.EIO);
                await().until(() -> store.content("/f").length == 10);
            });
        }

        @Test void overSomebodyElsesChangeFailsAtClose() throws Exception {
            store.file("/f", "old".getBytes(UTF_8));
            with("", vfs -> {
                var open = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE);
                open.write("mine".getBytes(UTF_8), 0);
                store.file("/f", "theirs".getBytes(UTF_8));
                assertThat(errno(open::close)).isEqualTo(Errno.ESTALE);
                await().until(() -> vfs.readString("/f").equals("theirs"));
            });
        }

        @Test void beyondTheSpaceOfDraftsIsRefusedAndTheSpaceComesBack() throws Exception {
            with("drafts=64k", vfs -> {
                assertThat(errno(() -> vfs.writeAllBytes("/f", new byte[100_000]))).isEqualTo(Errno.ENOSPC);
                for (int i = 0; i < 4; i++) {
                    vfs.writeAllBytes("/g", new byte[60_000]);
                }
            });
        }

        @Test void toAFileThatWasRemovedIsNotUploaded() throws Exception {
            with("", vfs -> {
                try (var open = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE)) {
                    open.write("x".getBytes(UTF_8), 0);
                    vfs.unlink("/f");
                    byte[] data = new byte[1];
                    assertThat(open.read(data, 0)).isEqualTo(1);
                }
                assertThat(store.calls("put", ANY)).isZero();
                assertThat(vfs.exists("/f")).isFalse();
            });
        }

        @Test void toPermissionsIsRefusedUnlessTheyStay() throws Exception {
            store.file("/f", new byte[1]);
            with("uid=0&gid=0", vfs -> {
                vfs.chmod("/f", 0644);
                vfs.chown("/f", 0, -1);
                assertThat(errno(() -> vfs.chmod("/f", 0600))).isEqualTo(Errno.EPERM);
                assertThat(errno(() -> vfs.chown("/f", 1, -1))).isEqualTo(Errno.EPERM);
            });
        }
    }

    @Nested class Names {
        @Test void areMadeMovedAndRemovedInTheStore() throws Exception {
            with("", vfs -> {
                vfs.mkdir("/d");
                vfs.writeString("/d/f", "x");
                vfs.rename("/d/f", "/d/g");
                assertThat(store.content("/d/g")).asString(UTF_8).isEqualTo("x");
                assertThat(errno(() -> vfs.rmdir("/d"))).isEqualTo(Errno.ENOTEMPTY);
                vfs.rename("/d", "/e");
                assertThat(vfs.readString("/e/g")).isEqualTo("x");
                assertThat(vfs.exists("/d")).isFalse();
                vfs.unlink("/e/g");
                vfs.rmdir("/e");
                assertThat(store.list("/").next()).isEmpty();
            });
        }

        @Test void followARenameOfAnOpenFileAndOfItsDirectory() throws Exception {
            store.directory("/d");
            store.file("/d/f", "0123".getBytes(UTF_8));
            with("", vfs -> {
                try (var open = vfs.open("/d/f", OpenFlag.READ, OpenFlag.WRITE)) {
                    vfs.rename("/d/f", "/d/g");
                    vfs.rename("/d", "/e");
                    vfs.mkdir("/d");
                    vfs.writeString("/d/f", "another");
                    assertThat(open.readAll(0)).asString(UTF_8).isEqualTo("0123");
                    open.write("x".getBytes(UTF_8), 0);
                }
                assertThat(store.content("/e/g")).asString(UTF_8).isEqualTo("x123");
                assertThat(store.content("/d/f")).asString(UTF_8).isEqualTo("another");
            });
        }

        @Test void areReplacedAsPosixAsks() throws Exception {
            store.file("/f", "f".getBytes(UTF_8));
            store.file("/g", "g".getBytes(UTF_8));
            store.directory("/d");
            store.directory("/full");
            store.file("/full/x", new byte[1]);
            with("", vfs -> {
                assertThat(errno(() -> vfs.renameNoReplace("/f", "/g"))).isEqualTo(Errno.EEXIST);
                vfs.rename("/f", "/g");
                assertThat(store.content("/g")).asString(UTF_8).isEqualTo("f");
                assertThat(errno(() -> vfs.rename("/d", "/full"))).isEqualTo(Errno.ENOTEMPTY);
                vfs.rename("/full", "/d");
                assertThat(vfs.exists("/d/x")).isTrue();
                assertThat(errno(() -> vfs.exchange("/d", "/g"))).isEqualTo(Errno.EINVAL);
            });
        }

        /** A server removes a directory with all that is in it, so it must not be asked to remove a file that became one. */
        @Test void areRemovedOnlyIfTheyAreWhatTheCallerSaw() throws Exception {
            store.file("/f", new byte[1]);
            with("ttl=60s", vfs -> {
                vfs.stat("/f");
                store.remove("/f");
                store.directory("/f");
                store.file("/f/precious", new byte[1]);
                assertThat(errno(() -> vfs.unlink("/f"))).isEqualTo(Errno.EISDIR);
                assertThat(store.content("/f/precious")).hasSize(1);
            });
        }

        @Test void thatManyLookUpAtOnceAreOneFile() throws Exception {
            store.file("/f", new byte[1]);
            CountDownLatch latch = store.hang("stat", "/f");
            with("timeout=9999s", vfs -> {
                var inodes = new ArrayList<Call<Long>>();
                for (int i = 0; i < 8; i++) {
                    inodes.add(new Call<>(() -> vfs.stat("/f").ino()));
                }
                await().until(() -> store.calls("stat", "/f") >= 1);
                latch.countDown();
                long first = inodes.getFirst().get();
                for (Call<Long> each : inodes) {
                    assertThat(each.get()).isEqualTo(first);
                }
            });
        }

        @Test void areCreatedOnce() throws Exception {
            with("", vfs -> {
                vfs.open("/f", OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.EXCLUSIVE).close();
                assertThat(errno(() -> vfs.open("/f", OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.EXCLUSIVE).close()))
                        .isEqualTo(Errno.EEXIST);
                vfs.open("/f", OpenFlag.WRITE, OpenFlag.CREATE).close();
                assertThat(store.calls("create", ANY)).isEqualTo(1);
            });
        }
    }

    @Nested class Addresses {
        @Test void makeFilesystems() throws Exception {
            var fileSystem = new RemoteProvider().create(Address.parse("remote:script?latency=1ms&ttl=1s&ro"));
            try (UserKernel kernel = UserKernel.connect("mem:", fileSystem)) {
                assertThat(kernel.vfs().readString("/readme.txt")).contains("clock.txt");
                assertThat(kernel.vfs().readString("/flaky.txt")).isEqualTo("here at last\n");
                assertThat(errno(() -> kernel.vfs().writeString("/new", "x"))).isEqualTo(Errno.EROFS);
            }
        }

        @Test void thatAreMalformedAreRefusedWithTheReason() {
            for (String address : List.of("remote:", "remote:ftp://host", "remote:script?latency=soon",
                    "remote:script?block=1k&blocks=4", "remote:http:///path", "remote:script?attempts=0")) {
                assertThatThrownBy(() -> new RemoteProvider().create(Address.parse(address)))
                        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'")
                        .hasMessageNotContaining("\n");
            }
        }
    }
}

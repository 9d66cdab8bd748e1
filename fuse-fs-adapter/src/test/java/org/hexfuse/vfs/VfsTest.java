package org.hexfuse.vfs;

import static org.hexfuse.vfs.FuseAssertions.assertFails;

import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.InodeTable;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.CreateIn;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.DirentPlus;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.FlushIn;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetattrFlag;
import org.hexfuse.abi.GetattrIn;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.LinkIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenIn;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.Rename2In;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VfsTest {
    private static final Credentials USER = Credentials.of(1000, 1000);

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);

    private Vfs with(VfsOptions options) {
        return Vfs.mount(server, options);
    }

    @Nested class Paths {
        private final Node a = server.directory(server.root, "a");
        private final Node file = server.file(a, "f");

        @ParameterizedTest
        @CsvSource({"/a/f", "a/f", "//a///f", "/a/./f", "/a/../a/f", "/../../a/f", "/a/abs", "/a/rel",
            "/a/up", "/loop-free/f"}) void resolveToTheSameNode(String path) {
            server.symlink(a, "abs", "/a/f");
            server.symlink(a, "rel", "f");
            server.symlink(a, "up", "../a/f");
            server.symlink(server.root, "loop-free", "a/");
            assertThat(vfs.stat(path).ino()).isEqualTo(file.number);
        }

        @ParameterizedTest
        @CsvSource({"'',ENOENT", "/nothing,ENOENT", "/a/nothing,ENOENT", "/a/f/x,ENOTDIR",
            "/a/f/,ENOTDIR", "/a/f/.,ENOTDIR", "/a/f/..,ENOTDIR", "/loop,ELOOP", "/dangling,ENOENT",
            "/empty,ENOENT"}) void failAsInLinux(String path, Errno errno) {
            server.symlink(server.root, "loop", "loop");
            server.symlink(server.root, "dangling", "gone");
            server.symlink(server.root, "empty", "");
            assertFails(errno, () -> vfs.stat(path));
        }

        @Test void haveLimits() {
            assertFails(Errno.ENOENT, () -> vfs.stat("/" + "n".repeat(1025)));
            server.flags &= ~InitFlag.MAX_PAGES.mask();
            assertFails(Errno.ENAMETOOLONG, () -> vfs.stat("/" + "n".repeat(1025)));
            assertFails(Errno.ENAMETOOLONG, () -> vfs.stat("/a".repeat(2048)));
            assertFails(Errno.ENOENT, () -> vfs.stat("/" + "n".repeat(1024)));
            assertFails(Errno.EINVAL, () -> vfs.stat("/a\0b"));
        }

        @Test void lstatShowsALinkUnlessASlashFollows() {
            Node link = server.symlink(server.root, "link", "a");
            assertThat(vfs.lstat("/link").ino()).isEqualTo(link.number);
            assertThat(vfs.lstat("/link/").ino()).isEqualTo(a.number);
            assertThat(vfs.readlink("/link")).isEqualTo("a");
            assertFails(Errno.EINVAL, () -> vfs.readlink("/a"));
        }

        @Test void fortyLinksAreFollowedAndNoMore() {
            for (int i = 1; i <= 41; i++) {
                server.symlink(server.root, "l" + i, i == 1 ? "a" : "l" + (i - 1));
            }
            assertThat(vfs.stat("/l40").ino()).isEqualTo(a.number);
            assertFails(Errno.ELOOP, () -> vfs.stat("/l41"));
        }

        @Test void namesNeedNotBeUtf8() {
            String odd = new String(new char[]{'x', 0xDCFF});
            Node node = server.file(a, odd);
            assertThat(vfs.stat("/a/" + odd).ino()).isEqualTo(node.number);
        }
    }

    @Nested class Caches {
        private final Node a = server.directory(server.root, "a");
        private final Node file = server.file(a, "f");

        @Test void aDentryIsValidForItsEntryTimeout() {
            server.entrySeconds = 60;
            server.attributeSeconds = 60;
            vfs.stat("/a/f");
            vfs.stat("/a/f");
            assertThat(server.calls).containsExactly(Opcode.LOOKUP, Opcode.LOOKUP);
        }

        @Test void withoutEntryTimeoutANameIsLookedUpEachTime() {
            vfs.stat("/a");
            vfs.stat("/a");
            assertThat(server.count(Opcode.LOOKUP)).isEqualTo(2);
        }

        @Test void withoutAttributeTimeoutAttributesAreRequestedEachTime() {
            server.entrySeconds = 60;
            vfs.stat("/a");
            vfs.stat("/a");
            assertThat(server.count(Opcode.LOOKUP)).isEqualTo(1);
            assertThat(server.count(Opcode.GETATTR)).isEqualTo(2);
        }

        @Test void aNegativeDentryNeedsAnEntryTimeout() {
            assertFails(Errno.ENOENT, () -> vfs.stat("/x"));
            assertFails(Errno.ENOENT, () -> vfs.stat("/x"));
            assertThat(server.count(Opcode.LOOKUP)).isEqualTo(2);
            server.answers.put(Opcode.LOOKUP, request -> {
                request.reply().asSlice(0, EntryOut.SIZE).fill((byte) 0);
                EntryOut.ENTRY_VALID.set(request.reply(), 60);
                return EntryOut.SIZE;
            });
            assertFails(Errno.ENOENT, () -> vfs.stat("/x"));
            assertFails(Errno.ENOENT, () -> vfs.stat("/x"));
            assertThat(server.count(Opcode.LOOKUP)).isEqualTo(3);
        }

        @Test void everyLookupIsForgottenWhenTheDentriesAreDropped() {
            server.entrySeconds = 60;
            vfs.stat("/a/f");
            assertThat(server.lookups).containsEntry(a.number, 1L).containsEntry(file.number, 1L);
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
            assertThat(vfs.knownNodes()).isEqualTo(1);
        }

        @Test void twoLookupsOfANodeAreForgottenTogether() {
            for (int i = 0; i < 5; i++) {
                vfs.stat("/a/f");
            }
            assertThat(server.lookups).containsEntry(file.number, 5L);
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void aNodeIsForgottenWhenItsNameIsGone() {
            vfs.stat("/a/f");
            a.children.clear();
            assertFails(Errno.ENOENT, () -> vfs.stat("/a/f"));
            assertThat(server.lookups).containsEntry(file.number, 0L);
        }

        @Test void anOpenFileHoldsItsInode() {
            OpenFile open = vfs.open("/a/f");
            vfs.dropCaches();
            assertThat(server.lookups).containsEntry(file.number, 1L).containsEntry(a.number, 0L);
            open.close();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void theDentryCacheIsBounded() {
            server.entrySeconds = 60;
            Vfs small = with(VfsOptions.DEFAULT.withCachedNames(10));
            for (int i = 0; i < 50; i++) {
                server.file(a, "n" + i);
                small.stat("/a/n" + i);
            }
            assertThat(small.knownNodes()).isLessThanOrEqualTo(12);
            assertThat(server.lookups.values().stream().mapToLong(Long::longValue).sum()).isLessThanOrEqualTo(11);
            small.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void aLookupOfAnotherNodeReplacesTheDentry() {
            vfs.stat("/a/f");
            Node other = server.file(a, "f");
            assertThat(vfs.stat("/a/f").ino()).isEqualTo(other.number);
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void aReusedNodeIdMakesTheOldInodeBad() {
            OpenFile open = vfs.open("/a/f", OpenFlag.READ);
            file.generation = 2;
            vfs.stat("/a/f");
            assertFails(Errno.EIO, () -> open.read(new byte[1], 0));
            assertFails(Errno.EIO, open::close);
            assertThat(server.count(Opcode.RELEASE)).isEqualTo(1);
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void attributesOlderThanAChangeAreDropped() {
            server.entrySeconds = 60;
            server.attributeSeconds = 60;
            file.size = 10;
            vfs.stat("/a/f");
            try (OpenFile open = vfs.open("/a/f", OpenFlag.READ, OpenFlag.WRITE)) {
                server.answers.put(Opcode.WRITE, VfsTest::acceptWrite);
                // While GETATTR is in flight the file grows, and the reply is older.
                server.answers.put(Opcode.GETATTR, request -> {
                    int length = server.attributes(request, file);
                    server.answers.remove(Opcode.GETATTR);
                    open.write(new byte[20], 0);
                    return length;
                });
                open.write(new byte[1], 0);
                open.stat();
                file.size = 20;
                assertThat(open.stat().size()).isEqualTo(20);
            }
        }

        @Test void invalEntryAndInvalInodeInvalidate() {
            server.entrySeconds = 60;
            var dentries = new DentryCache(100, CacheClock.SYSTEM);
            InodeTable inodes = dentries.inodes();
            var sink = new NotificationHandler(dentries, new PollTable());
            var superblock = new Superblock(server, dentries, new PollTable(), VfsOptions.DEFAULT);
            var requests = new NodeRequests(superblock, Credentials.ROOT);
            Inode directory = requests.lookup(inodes.root(), Name.of("a"));
            inodes.release(directory);
            assertThat(sink.invalidateEntry(1, Name.of("b"), false)).isEqualTo(Errno.ENOENT);
            assertThat(sink.invalidateNode(directory.nodeId, 0, 0)).isEqualTo(Errno.OK);
            assertThat(sink.invalidateEntry(1, Name.of("a"), false)).isEqualTo(Errno.OK);
            assertThat(server.isForgotten()).isTrue();
            assertThat(sink.invalidateNode(directory.nodeId, 0, 0)).isEqualTo(Errno.ENOENT);
        }

        @Test void aNewEpochInvalidatesAllDentries() {
            server.entrySeconds = 60;
            var dentries = new DentryCache(100, CacheClock.SYSTEM);
            InodeTable inodes = dentries.inodes();
            var superblock = new Superblock(server, dentries, new PollTable(), VfsOptions.DEFAULT);
            var requests = new NodeRequests(superblock, Credentials.ROOT);
            inodes.release(requests.lookup(inodes.root(), Name.of("a")));
            assertThat(dentries.find(inodes.root(), Name.of("a"))).isPresent()
                    .hasValueSatisfying(inodes::release);
            new NotificationHandler(dentries, new PollTable()).incrementEpoch();
            assertThat(dentries.find(inodes.root(), Name.of("a"))).isEmpty();
        }
    }

    @Nested class Answers {
        private final Node file = server.file(server.root, "f");

        private void answerLookup(Consumer<MemorySegment> change) {
            server.answers.put(Opcode.LOOKUP, request -> {
                int length = server.entry(request, file);
                change.accept(request.reply());
                return length;
            });
        }

        @Test void aNodeThatIsTheRootIsAnError() {
            answerLookup(out -> EntryOut.NODEID.set(out, 1));
            assertFails(Errno.EIO, () -> vfs.stat("/f"));
        }

        @Test void aModeWithoutTypeIsAnError() {
            answerLookup(out -> AttrData.MODE.set(out, EntryOut.ATTR.offset(), 0644));
            assertFails(Errno.EIO, () -> vfs.stat("/f"));
        }

        @Test void aNegativeSizeIsAnError() {
            answerLookup(out -> AttrData.SIZE_FIELD.set(out, EntryOut.ATTR.offset(), -1));
            assertFails(Errno.EIO, () -> vfs.stat("/f"));
        }

        @Test void anotherTypeInAttributesMakesTheNodeBad() {
            server.entrySeconds = 60;
            assertThat(vfs.exists("/f")).isTrue();
            file.mode = FileType.DIRECTORY.mode() | 0755;
            assertFails(Errno.EIO, () -> vfs.stat("/f"));
            assertThat(vfs.stat("/f").isDirectory()).isTrue();
        }

        @Test void nanosecondsAreClampedToASecond() {
            answerLookup(out -> {
                AttrData.MTIME.set(out, EntryOut.ATTR.offset(), 5);
                AttrData.MTIMENSEC.set(out, EntryOut.ATTR.offset(), -1);
            });
            server.attributeSeconds = 60;
            assertThat(vfs.stat("/f").mtime().toInstant()).isEqualTo(Instant.ofEpochSecond(5, 999_999_999));
        }

        @Test void anEndlessTimeoutIsClamped() {
            server.entrySeconds = -1;
            server.attributeSeconds = -1;
            vfs.stat("/f");
            vfs.stat("/f");
            assertThat(server.calls).containsExactly(Opcode.LOOKUP);
        }

        @Test void moreWrittenThanSentIsAnError() {
            server.answers.put(Opcode.WRITE, request -> {
                WriteOut.SIZE_FIELD.set(request.reply(), 11);
                return WriteOut.SIZE;
            });
            try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
                assertFails(Errno.EIO, () -> open.write(new byte[10], 0));
            }
        }

        @Test void estaleIsRetriedOnceWithoutDentries() {
            server.entrySeconds = 60;
            vfs.stat("/f");
            int[] times = {0};
            server.answers.put(Opcode.GETATTR, request -> {
                if (times[0]++ == 0) {
                    throw FuseException.of(Errno.ESTALE);
                }
                return server.attributes(request, file);
            });
            assertThat(vfs.stat("/f").ino()).isEqualTo(file.number);
            assertThat(server.count(Opcode.LOOKUP)).isEqualTo(2);
            server.fail(Opcode.GETATTR, Errno.ESTALE);
            assertFails(Errno.ESTALE, () -> vfs.stat("/f"));
        }
    }

    private static int acceptWrite(Request request) {
        WriteOut.SIZE_FIELD.set(request.reply(), WriteIn.SIZE_FIELD.get(request.arguments()));
        return WriteOut.SIZE;
    }

    @Nested class Files {
        private final Node file = server.file(server.root, "f");

        @Test void aLongReadIsManyRequestsUntilAShortReply() {
            byte[] content = new byte[20_000];
            new Random(5).nextBytes(content);
            List<Long> offsets = new ArrayList<>();
            server.answers.put(Opcode.READ, request -> {
                long offset = ReadIn.OFFSET.get(request.arguments());
                offsets.add(offset);
                int length = Math.clamp(content.length - offset, 0,
                        ReadIn.SIZE_FIELD.get(request.arguments()));
                MemorySegment.copy(content, (int) offset, request.reply(), JAVA_BYTE, 0, length);
                return length;
            });
            try (OpenFile open = vfs.open("/f")) {
                byte[] target = new byte[30_000];
                assertThat(open.read(target, 0)).isEqualTo(20_000);
                assertThat(Arrays.copyOf(target, 20_000)).isEqualTo(content);
                assertThat(offsets).containsExactly(0L, 8192L, 16_384L);
                assertThat(open.readAll(0)).isEqualTo(content);
            }
        }

        @Test void aReplyLongerThanRequestedIsAnError() {
            server.answers.put(Opcode.READ, _ -> 11);
            try (OpenFile open = vfs.open("/f")) {
                assertFails(Errno.EIO, () -> open.read(new byte[10], 0));
            }
        }

        @Test void anOpenFileIsChangedWithoutItsName() {
            List<Integer> valid = new ArrayList<>();
            server.answers.put(Opcode.SETATTR, request -> {
                valid.add(SetattrIn.VALID.get(request.arguments()));
                return server.attributes(request, file);
            });
            List<Long> linked = new ArrayList<>();
            server.answers.put(Opcode.LINK, request -> {
                linked.add(LinkIn.OLDNODEID.get(request.arguments()));
                return server.entry(request, file);
            });
            OpenFile open = vfs.open("/f", OpenFlag.READ);
            server.root.children.remove("f");
            open.chmod(0600);
            open.utimens(Timestamp.OMIT, Timestamp.NOW);
            open.utimens(Timestamp.OMIT, Timestamp.OMIT);
            vfs.link(open, "/g");
            open.close();
            assertFails(Errno.EBADF, () -> open.chmod(0600));
            assertFails(Errno.EBADF, () -> vfs.link(open, "/h"));
            assertThat(valid).containsExactly((int) SetattrFlag.MODE.mask(),
                    (int) Flag.of(SetattrFlag.MTIME, SetattrFlag.MTIME_NOW));
            assertThat(linked).containsExactly(file.number);
        }

        @Test void aCopyThatTheServerDoesNotSupportIsReadAndWritten() {
            file.size = 10;
            server.answers.put(Opcode.READ, request -> ReadIn.SIZE_FIELD.get(request.arguments()));
            List<Long> offsets = new ArrayList<>();
            server.answers.put(Opcode.WRITE, request -> {
                offsets.add(WriteIn.OFFSET.get(request.arguments()));
                return acceptWrite(request);
            });
            try (OpenFile open = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                assertThat(open.copyFileRange(open, 4, 20, 100)).isEqualTo(6);
                file.size = 10;
                assertThat(open.copyFileRange(open, 0, 30, 3)).isEqualTo(3);
            }
            assertThat(offsets).containsExactly(20L, 30L);
            assertThat(server.count(Opcode.COPY_FILE_RANGE)).isEqualTo(1);
        }

        @Test void aShortWriteEndsWithItsCount() {
            server.answers.put(Opcode.WRITE, request -> {
                WriteOut.SIZE_FIELD.set(request.reply(), 5000);
                return WriteOut.SIZE;
            });
            try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
                assertThat(open.write(new byte[20_000], 0)).isEqualTo(5000);
            }
        }

        @Test void anErrorAfterSomeBytesIsTheirCount() {
            int[] times = {0};
            server.answers.put(Opcode.WRITE, request -> {
                if (times[0]++ == 1) {
                    throw FuseException.of(Errno.ENOSPC);
                }
                return acceptWrite(request);
            });
            try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
                assertThat(open.write(new byte[20_000], 0)).isEqualTo(8192);
                times[0] = 1;
                assertFails(Errno.ENOSPC, () -> open.write(new byte[10], 0));
            }
        }

        @Test void appendingGoesToTheEnd() {
            file.size = 100;
            List<Long> offsets = new ArrayList<>();
            server.answers.put(Opcode.WRITE, request -> {
                offsets.add(WriteIn.OFFSET.get(request.arguments()));
                file.size += WriteIn.SIZE_FIELD.get(request.arguments());
                return acceptWrite(request);
            });
            try (OpenFile open = vfs.open("/f", OpenFlag.APPEND)) {
                open.write(new byte[10], 0);
                open.write(new byte[10], 0);
            }
            assertThat(offsets).containsExactly(100L, 110L);
        }

        @Test void theAccessModeIsChecked() {
            try (OpenFile reader = vfs.open("/f", OpenFlag.READ); OpenFile writer = vfs.open("/f", OpenFlag.WRITE)) {
                assertFails(Errno.EBADF, () -> reader.write(new byte[1], 0));
                assertFails(Errno.EBADF, () -> writer.read(new byte[1], 0));
                assertFails(Errno.EINVAL, () -> reader.read(new byte[1], -1));
            }
        }

        @Test void closingFlushesAndReleasesOnce() {
            OpenFile open = vfs.open("/f");
            server.calls.clear();
            open.close();
            open.close();
            assertThat(server.calls).startsWith(Opcode.FLUSH, Opcode.RELEASE);
            assertThat(server.count(Opcode.RELEASE)).isEqualTo(1);
            assertFails(Errno.EBADF, open::stat);
        }

        @Test void anErrorOfFlushReachesTheCallerAndTheFileIsReleased() {
            server.fail(Opcode.FLUSH, Errno.EDQUOT);
            OpenFile open = vfs.open("/f");
            assertFails(Errno.EDQUOT, open::close);
            assertThat(server.count(Opcode.RELEASE)).isEqualTo(1);
        }

        @Test void aFileIsReleasedWhenItsLastCallReturns() {
            OpenFile open = vfs.open("/f");
            server.answers.put(Opcode.READ, _ -> {
                open.close();
                assertThat(server.count(Opcode.RELEASE)).isZero();
                return 0;
            });
            open.read(new byte[1], 0);
            assertThat(server.count(Opcode.RELEASE)).isEqualTo(1);
        }

        @Test void openIsNotSentAgainAfterEnosys() {
            server.fail(Opcode.OPEN, Errno.ENOSYS);
            vfs.open("/f").close();
            vfs.open("/f").close();
            assertThat(server.count(Opcode.OPEN)).isEqualTo(1);
            assertThat(server.count(Opcode.RELEASE)).isZero();
            assertThat(server.count(Opcode.FLUSH)).isEqualTo(2);
        }

        @Test void noFlushIsSentWithNoflushOrAfterEnosys() {
            server.answers.put(Opcode.OPEN,
                    request -> StandInServer.opened(request, 0, 1, OpenOutFlag.NOFLUSH.mask()));
            vfs.open("/f").close();
            assertThat(server.count(Opcode.FLUSH)).isZero();
            server.answers.remove(Opcode.OPEN);
            server.fail(Opcode.FLUSH, Errno.ENOSYS);
            vfs.open("/f").close();
            vfs.open("/f").close();
            assertThat(server.count(Opcode.FLUSH)).isEqualTo(1);
        }

        @Test void creatingSendsTheUmaskAndAppliesIt() {
            List<Integer> sent = new ArrayList<>();
            server.answers.put(Opcode.CREATE, request -> {
                sent.add(CreateIn.MODE.get(request.arguments()));
                sent.add(CreateIn.UMASK.get(request.arguments()));
                int length = server.entry(request, server.file(server.root, StandInServer.name(request)));
                return StandInServer.opened(request, length, 3, 0);
            });
            vfs.as(Credentials.ROOT.withUmask(027)).open("/new", 0666, OpenFlag.CREATE, OpenFlag.WRITE).close();
            assertThat(sent).containsExactly(FileType.REGULAR.mode() | 0640, 027);
            server.flags |= InitFlag.DONT_MASK.mask();
            vfs.as(Credentials.ROOT.withUmask(027)).open("/new2", 0666, OpenFlag.CREATE, OpenFlag.WRITE).close();
            assertThat(sent).endsWith(FileType.REGULAR.mode() | 0666, 027);
        }

        @Test void withoutCreateAFileIsMadeByMknodAndOpened() {
            server.answers.put(Opcode.MKNOD,
                    request -> server.entry(request, server.file(server.root, StandInServer.name(request))));
            vfs.open("/new", OpenFlag.CREATE, OpenFlag.WRITE).close();
            vfs.open("/new2", OpenFlag.CREATE, OpenFlag.WRITE).close();
            assertThat(server.count(Opcode.CREATE)).isEqualTo(1);
            assertThat(server.count(Opcode.MKNOD)).isEqualTo(2);
            assertThat(server.count(Opcode.OPEN)).isEqualTo(2);
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void exclusiveMeansNew() {
            assertFails(Errno.EEXIST, () -> vfs.open("/f", OpenFlag.CREATE, OpenFlag.EXCLUSIVE, OpenFlag.WRITE));
            server.symlink(server.root, "link", "nowhere");
            assertFails(Errno.EEXIST, () -> vfs.open("/link", OpenFlag.CREATE, OpenFlag.EXCLUSIVE, OpenFlag.WRITE));
        }

        @Test void aFileThatAnotherCallerCreatedMeanwhileIsOpened() {
            server.root.children.remove("f");
            server.answers.put(Opcode.CREATE, _ -> {
                server.root.children.put("f", file);
                throw FuseException.of(Errno.EEXIST);
            });
            vfs.open("/f", OpenFlag.CREATE, OpenFlag.WRITE).close();
            assertThat(server.count(Opcode.OPEN)).isEqualTo(1);
        }

        @Test void creatingThroughASymlinkCreatesItsTarget() {
            Node d = server.directory(server.root, "d");
            server.symlink(server.root, "link", "d/new");
            List<Long> parents = new ArrayList<>();
            server.answers.put(Opcode.CREATE, request -> {
                parents.add(request.node());
                int length = server.entry(request, server.file(d, StandInServer.name(request)));
                return StandInServer.opened(request, length, 3, 0);
            });
            vfs.open("/link", OpenFlag.CREATE, OpenFlag.WRITE).close();
            assertThat(parents).containsExactly(d.number);
            assertThat(d.children).containsKey("new");
        }

        @Test void openingChecksPermissions() {
            server.directory(server.root, "d");
            server.symlink(server.root, "link", "f");
            server.add(server.root, "fifo", FileType.FIFO.mode() | 0644);
            assertFails(Errno.EISDIR, () -> vfs.open("/d", OpenFlag.WRITE));
            assertFails(Errno.EISDIR, () -> vfs.open("/d", OpenFlag.CREATE, OpenFlag.READ));
            assertFails(Errno.ENOTDIR, () -> vfs.open("/f", OpenFlag.DIRECTORY));
            assertFails(Errno.ELOOP, () -> vfs.open("/link", OpenFlag.NO_FOLLOW));
            assertFails(Errno.EISDIR, () -> vfs.open("/new/", OpenFlag.CREATE));
            assertFails(Errno.ENXIO, () -> vfs.open("/fifo"));
        }

        @Test void truncationIsAtomicOrASetattrAfterOpen() {
            List<Integer> flags = new ArrayList<>();
            server.answers.put(Opcode.OPEN, request -> {
                flags.add(OpenIn.FLAGS.get(request.arguments()));
                return StandInServer.opened(request, 0, 1, 0);
            });
            List<Integer> valid = new ArrayList<>();
            server.answers.put(Opcode.SETATTR, request -> {
                valid.add(SetattrIn.VALID.get(request.arguments()));
                return server.attributes(request, file);
            });
            vfs.open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
            assertThat(flags).containsExactly(01001);
            assertThat(valid).isEmpty();
            server.flags &= ~InitFlag.ATOMIC_O_TRUNC.mask();
            vfs.open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
            assertThat(flags).endsWith(01);
            assertThat(valid).containsExactly((int) Flag.of(SetattrFlag.SIZE, SetattrFlag.LOCKOWNER));
        }

        @Test void truncatingCarriesTheLockOwnerOfTheProcess() {
            List<Long> owners = new ArrayList<>();
            server.answers.put(Opcode.SETATTR, request -> {
                boolean carried = SetattrFlag.LOCKOWNER.in(SetattrIn.VALID.getUnsigned(request.arguments(), 0));
                owners.add(carried ? SetattrIn.LOCK_OWNER.get(request.arguments()) : 0);
                return server.attributes(request, file);
            });
            server.answers.put(Opcode.FLUSH, request -> {
                owners.add(FlushIn.LOCK_OWNER.get(request.arguments()));
                return 0;
            });
            try (OpenFile open = vfs.open("/f", OpenFlag.WRITE)) {
                open.truncate(5);
            }
            assertThat(owners).hasSize(2).doesNotContain(0L);
            assertThat(owners.getFirst()).isEqualTo(owners.getLast());
            vfs.truncate("/f", 6);
            assertThat(owners).endsWith(owners.getFirst());
        }

        @Test void seekingLocallyRequestsTheSizeOfTheOpenFile() {
            server.answers.put(Opcode.OPEN, request -> StandInServer.opened(request, 0, 4711, 0));
            List<Long> handles = new ArrayList<>();
            try (OpenFile open = vfs.open("/f", OpenFlag.READ)) {
                server.answers.put(Opcode.GETATTR, request -> {
                    boolean carried = GetattrFlag.FH.in(GetattrIn.GETATTR_FLAGS.getUnsigned(request.arguments(), 0));
                    handles.add(carried ? GetattrIn.FH.get(request.arguments()) : 0);
                    file.size = 30;
                    return server.attributes(request, file);
                });
                assertThat(open.seekHole(10)).isEqualTo(30);
                assertThat(handles).containsExactly(4711L);
                open.stat();
                assertThat(handles).containsExactly(4711L, 0L);
            }
        }

        @Test void enosysBecomesTheErrorOfTheCall() {
            try (OpenFile open = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                assertFails(Errno.EOPNOTSUPP, () -> open.fallocate(0, 0, 10));
                file.size = 30;
                assertThat(open.seekData(10)).isEqualTo(10);
                assertThat(open.seekHole(10)).isEqualTo(30);
                assertFails(Errno.ENXIO, () -> open.seekData(30));
                open.sync(true);
            }
            assertFails(Errno.EOPNOTSUPP, () -> vfs.setxattr("/f", "user.a", new byte[1], 0));
            assertFails(Errno.EOPNOTSUPP, () -> vfs.getxattr("/f", "user.a"));
            assertFails(Errno.EOPNOTSUPP, () -> vfs.tmpfile("/", 0600));
            assertFails(Errno.EINVAL, () -> vfs.renameNoReplace("/f", "/g"));
            assertFails(Errno.EPERM, () -> vfs.link("/f", "/g"));
            vfs.access("/f", 4);
            long before = server.calls.size();
            vfs.sync();
            vfs.sync();
            assertThat(server.calls.size() - before).isEqualTo(1);
        }
    }

    @Nested class Names {
        private final Node d = server.directory(server.root, "d");
        private final Node e = server.directory(d, "e");
        private final Node file = server.file(server.root, "f");

        @ParameterizedTest
        @CsvSource({"/d,EISDIR", "/d/,EISDIR", "/,EISDIR", "/d/.,EISDIR", "/x,ENOENT",
            "/f/,ENOTDIR"}) void unlinkRefuses(String path, Errno errno) {
            assertFails(errno, () -> vfs.unlink(path));
            assertThat(server.count(Opcode.UNLINK)).isZero();
        }

        @ParameterizedTest
        @CsvSource({"/f,ENOTDIR", "/,EBUSY", "/d/.,EINVAL", "/d/..,ENOTEMPTY",
            "/x,ENOENT"}) void rmdirRefuses(String path, Errno errno) {
            assertFails(errno, () -> vfs.rmdir(path));
            assertThat(server.count(Opcode.RMDIR)).isZero();
        }

        @ParameterizedTest
        @CsvSource({"/d,EEXIST", "/f,EEXIST", "/,EEXIST", "/d/.,EEXIST", "/x/y,ENOENT",
            "/f/y,ENOTDIR"}) void mkdirRefuses(String path, Errno errno) {
            assertFails(errno, () -> vfs.mkdir(path));
            assertThat(server.count(Opcode.MKDIR)).isZero();
        }

        @ParameterizedTest
        @CsvSource({"/x,/y,ENOENT", "/d,/d/e/x,EINVAL", "/d,/d,OK", "/d/e,/d,ENOTEMPTY",
            "/f,/d,EISDIR", "/d,/f,ENOTDIR", "/f,/new/,ENOTDIR", "/,/x,EBUSY", "/d/.,/x,EBUSY",
            "/f,/x/y,ENOENT"}) void renameRefuses(String from, String to, Errno errno) {
            if (errno == Errno.OK) {
                vfs.rename(from, to);
            } else {
                assertFails(errno, () -> vfs.rename(from, to));
            }
            assertThat(server.count(Opcode.RENAME)).isZero();
        }

        @Test void renameWithFlagsChecksThemHere() {
            assertFails(Errno.EEXIST, () -> vfs.renameNoReplace("/f", "/d"));
            assertFails(Errno.ENOENT, () -> vfs.exchange("/f", "/x"));
            assertFails(Errno.EINVAL, () -> vfs.exchange("/d", "/d/e"));
            assertFails(Errno.EINVAL, () -> vfs.rename("/f", "/x", 3));
            assertFails(Errno.EINVAL, () -> vfs.rename("/f", "/x", 8));
            assertThat(server.count(Opcode.RENAME2)).isZero();
        }

        @Test void aRenameMovesTheDentry() {
            server.entrySeconds = 60;
            server.attributeSeconds = 60;
            vfs.stat("/f");
            server.answers.put(Opcode.RENAME, _ -> 0);
            vfs.rename("/f", "/d/g");
            server.calls.clear();
            assertThat(vfs.stat("/d/g").ino()).isEqualTo(file.number);
            assertThat(server.count(Opcode.LOOKUP)).isZero();
            server.root.children.remove("f");
            assertFails(Errno.ENOENT, () -> vfs.stat("/f"));
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void anExchangeSwapsTheDentries() {
            server.entrySeconds = 60;
            vfs.stat("/d/e");
            List<Integer> flags = new ArrayList<>();
            server.answers.put(Opcode.RENAME2, request -> {
                flags.add(Rename2In.FLAGS.get(request.arguments()));
                return 0;
            });
            vfs.exchange("/f", "/d/e");
            assertThat(flags).containsExactly(2);
            server.calls.clear();
            assertThat(vfs.stat("/f").ino()).isEqualTo(e.number);
            assertThat(vfs.stat("/d/e").ino()).isEqualTo(file.number);
            assertThat(server.count(Opcode.LOOKUP)).isZero();
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void hardLinksOfOneFileAreNotRenamed() {
            server.root.children.put("same", file);
            vfs.rename("/f", "/same");
            assertThat(server.count(Opcode.RENAME)).isZero();
        }

        @Test void aRemovalThatMayHaveSucceededInvalidatesTheDentry() {
            server.entrySeconds = 60;
            server.fail(Opcode.UNLINK, Errno.ENOENT);
            vfs.stat("/f");
            assertFails(Errno.ENOENT, () -> vfs.unlink("/f"));
            long before = server.count(Opcode.LOOKUP);
            vfs.stat("/f");
            assertThat(server.count(Opcode.LOOKUP)).isEqualTo(before + 1);
        }

        @Test void aCreatedNodeOfAnotherTypeIsRefusedAndForgotten() {
            server.answers.put(Opcode.MKDIR, request -> server.entry(request, file));
            assertFails(Errno.EIO, () -> vfs.mkdir("/new"));
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }
    }

    @Nested class Directories {
        private int add(MemorySegment out, int at, String name, long cookie, Node plus) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            int before = plus == null ? 0 : DirentPlus.DIRENT.offset();
            int record = plus == null ? Dirent.recordSize(bytes.length) : DirentPlus.recordSize(bytes.length);
            out.asSlice(at, record).fill((byte) 0);
            Dirent.INO.set(out, at + before, 5);
            Dirent.OFF.set(out, at + before, cookie);
            Dirent.NAMELEN.set(out, at + before, bytes.length);
            Dirent.TYPE.set(out, at + before, FileType.REGULAR.dtype());
            MemorySegment.copy(bytes, 0, out, JAVA_BYTE, at + before + Dirent.SIZE, bytes.length);
            if (plus != null && plus.number != 0) {
                EntryOut.NODEID.set(out, at, plus.number);
                EntryOut.ENTRY_VALID.set(out, at, 60);
                AttrData.MODE.set(out, at + EntryOut.ATTR.offset(), plus.mode);
                server.lookups.merge(plus.number, 1L, Long::sum);
            }
            return at + record;
        }

        private List<String> names() {
            return vfs.list("/").stream().map(entry -> entry.name().toString()).toList();
        }

        @Test void areReadInBatchesByCookie() {
            server.answers.put(Opcode.READDIR, request -> {
                long offset = ReadIn.OFFSET.get(request.arguments());
                return offset >= 6 ? 0 : add(request.reply(), 0, offset == 0 ? "." : "n" + offset, offset + 2, null);
            });
            assertThat(names()).containsExactly("n2", "n4");
        }

        @Test void areEnoentAfterTheirRemoval() {
            server.root.children.put("d", new Node(9, FileType.DIRECTORY.mode() | 0755));
            server.answers.put(Opcode.RMDIR, _ -> 0);
            server.answers.put(Opcode.READDIR, request -> add(request.reply(), 0, "ghost", 1, null));
            try (OpenDirectory open = vfs.opendir("/d")) {
                vfs.rmdir("/d");
                assertFails(Errno.ENOENT, open::next);
            }
        }

        @Test void invalidNamesAreAnError() {
            for (String bad : List.of("", "a/b", "a\0b")) {
                server.answers.put(Opcode.READDIR, request -> add(request.reply(), 0, bad, 1, null));
                assertFails(Errno.EIO, this::names);
            }
        }

        @Test void aPartialEntryAtTheEndIsIgnored() {
            server.answers.put(Opcode.READDIR, request -> {
                if (ReadIn.OFFSET.get(request.arguments()) != 0) {
                    return 0;
                }
                int at = add(request.reply(), 0, "whole", 1, null);
                return add(request.reply(), at, "partial-entry", 2, null) - 8;
            });
            assertThat(names()).containsExactly("whole");
        }

        @Test void readdirplusCachesDentries() {
            server.flags |= InitFlag.DO_READDIRPLUS.mask();
            Node one = server.file(server.root, "one");
            var none = new Node(0, 0);
            server.answers.put(Opcode.READDIRPLUS, request -> {
                if (ReadIn.OFFSET.get(request.arguments()) != 0) {
                    return 0;
                }
                int at = add(request.reply(), 0, ".", 1, none);
                at = add(request.reply(), at, "one", 2, one);
                var bad = new Node(99, 0644);
                at = add(request.reply(), at, "typeless", 3, bad);
                return add(request.reply(), at, "two", 4, none);
            });
            assertThat(names()).containsExactly("one", "typeless", "two");
            assertThat(server.lookups).containsEntry(one.number, 1L).containsEntry(99L, 0L);
            vfs.stat("/one");
            assertThat(server.count(Opcode.LOOKUP)).isZero();
            vfs.dropCaches();
            assertThat(server.isForgotten()).isTrue();
        }

        @Test void readdirplusAutoGoesOnWhenItsEntriesAreUsed() {
            server.flags |= Flag.of(InitFlag.DO_READDIRPLUS, InitFlag.READDIRPLUS_AUTO);
            server.entrySeconds = 10;
            Node a = server.file(server.root, "a");
            server.answers.put(Opcode.READDIRPLUS, request -> ReadIn.OFFSET.get(request.arguments()) != 0 ? 0
                    : add(request.reply(), 0, "a", 1, a));
            try (OpenDirectory directory = vfs.opendir("/")) {
                directory.next();
                vfs.stat("/a");
                directory.next();
            }
            assertThat(server.count(Opcode.LOOKUP)).isZero();
            assertThat(server.count(Opcode.READDIRPLUS)).isEqualTo(2);
        }

        @Test void readdirplusAutoAppliesAtTheStartOrAfterLookups() {
            server.flags |= Flag.of(InitFlag.DO_READDIRPLUS, InitFlag.READDIRPLUS_AUTO);
            server.answers.put(Opcode.READDIRPLUS,
                    request -> add(request.reply(), 0, "a", 1, new Node(0, 0)));
            server.answers.put(Opcode.READDIR, _ -> 0);
            names();
            assertThat(server.count(Opcode.READDIRPLUS)).isEqualTo(1);
            assertThat(server.count(Opcode.READDIR)).isEqualTo(1);
        }
    }

    @Nested class Users {
        private final Node d = server.directory(server.root, "d");
        private final Node file = server.file(d, "f");
        private final Vfs checked = with(VfsOptions.DEFAULT.withDefaultPermissions(true));

        @Test void withoutDefaultPermissionsTheFilesystemChecks() {
            d.mode = FileType.DIRECTORY.mode();
            file.mode = FileType.REGULAR.mode();
            vfs.as(USER).open("/d/f", OpenFlag.READ, OpenFlag.WRITE).close();
        }

        @ParameterizedTest
        @CsvSource({"1000,1000,0400,true", "1000,1000,0040,false", "1,1000,0040,true",
            "1,1,0040,false", "1,1,0004,true", "1000,1,0044,false", "0,0,0000,true",
            "1,77,0040,true"}) void ownerGroupAndOthersHaveTheirBits(int uid, int gid, String mode, boolean may) {
            file.uid = 1000;
            file.gid = gid == 77 ? 77 : 1000;
            file.mode = FileType.REGULAR.mode() | Integer.parseInt(mode, 8);
            Vfs user = checked.as(Credentials.of(uid, gid == 77 ? 5 : gid).withGroups(Set.of(gid == 77 ? 77 : 9)));
            if (may) {
                user.open("/d/f", OpenFlag.READ).close();
            } else {
                assertFails(Errno.EACCES, () -> user.open("/d/f", OpenFlag.READ));
            }
        }

        @Test void aDirectoryWithoutExecuteIsNotSearched() {
            d.mode = FileType.DIRECTORY.mode() | 0644;
            assertFails(Errno.EACCES, () -> checked.as(USER).stat("/d/f"));
            checked.stat("/d/f");
        }

        @Test void aStickyDirectoryProtectsFilesOfOthers() {
            d.mode = FileType.DIRECTORY.mode() | 01777;
            assertFails(Errno.EPERM, () -> checked.as(USER).unlink("/d/f"));
            server.answers.put(Opcode.UNLINK, _ -> 0);
            file.uid = 1000;
            checked.as(USER).unlink("/d/f");
        }

        @Test void onlyTheOwnerChangesAttributes() {
            assertFails(Errno.EPERM, () -> checked.as(USER).chmod("/d/f", 0777));
            assertFails(Errno.EPERM, () -> checked.as(USER).chown("/d/f", 1000, -1));
            assertFails(Errno.EACCES, () -> checked.as(USER).truncate("/d/f", 0));
            assertFails(Errno.EACCES, () -> checked.as(USER).utimens("/d/f", Timestamp.NOW, Timestamp.NOW));
            assertFails(Errno.EACCES, () -> checked.as(USER).mkdir("/d/x"));
            assertThat(server.count(Opcode.SETATTR)).isZero();
        }

        @Test void aDenialIsCheckedAgainstFreshAttributes() {
            server.attributeSeconds = 60;
            server.entrySeconds = 60;
            file.mode = FileType.REGULAR.mode() | 0600;
            assertFails(Errno.EACCES, () -> checked.as(USER).open("/d/f"));
            file.mode = FileType.REGULAR.mode() | 0644;
            checked.as(USER).open("/d/f").close();
        }

        @Test void withoutAllowOtherOnlyTheOwnerEnters() {
            Vfs owners = with(VfsOptions.DEFAULT.withAllowOther(false).withCredentials(USER));
            owners.stat("/d/f");
            assertFails(Errno.EACCES, () -> owners.as(Credentials.of(1001, 1001)).stat("/"));
            assertFails(Errno.EACCES, () -> owners.as(Credentials.ROOT).stat("/"));
        }

        @Test void extendedAttributesFollowTheirNamespaces() {
            server.symlink(server.root, "link", "gone");
            assertFails(Errno.EPERM, () -> vfs.as(USER).setxattr("/d/f", "trusted.a", new byte[0], 0));
            assertFails(Errno.ENODATA, () -> vfs.as(USER).getxattr("/d/f", "trusted.a"));
            assertFails(Errno.ERANGE, () -> vfs.getxattr("/d/f", ""));
            assertFails(Errno.E2BIG, () -> vfs.setxattr("/d/f", "user.a", new byte[65_537], 0));
        }
    }
}

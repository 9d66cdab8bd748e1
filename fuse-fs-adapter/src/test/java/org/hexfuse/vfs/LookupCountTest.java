package org.hexfuse.vfs;

import static org.hexfuse.vfs.FuseAssertions.assertFails;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.DirentPlus;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each lookup that the server counted is forgotten once: also that of an entry that is refused. */
@Timeout(60) class LookupCountTest {
    private static final long AWAITED = Duration.ofSeconds(20).toNanos();

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);

    @BeforeEach void negotiate() {
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
    }

    private void assertAllForgotten() {
        vfs.dropCaches();
        assertThat(vfs.knownNodes()).isEqualTo(1);
        assertThat(server.lookups).allSatisfy((_, count) -> assertThat(count).isZero());
    }

    /** A READDIRPLUS with one entry. */
    private int entry(Request request, String name, Node node) {
        if (ReadIn.OFFSET.get(request.arguments()) != 0) {
            return 0;
        }
        byte[] bytes = name.getBytes(UTF_8);
        int dirent = DirentPlus.DIRENT.offset();
        int size = DirentPlus.recordSize(bytes.length);
        MemorySegment out = request.reply();
        out.asSlice(0, size).fill((byte) 0);
        server.entry(request, node);
        Dirent.OFF.set(out, dirent, 1);
        Dirent.NAMELEN.set(out, dirent, bytes.length);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, out, dirent + Dirent.SIZE, bytes.length);
        return size;
    }

    @Test void aDirectoryThatReaddirplusListsBelowItselfIsForgottenOnce() {
        server.flags |= InitFlag.DO_READDIRPLUS.mask();
        Node d = server.directory(server.root, "d");
        server.answers.put(Opcode.READDIRPLUS, request -> entry(request, "up", d));
        assertThat(vfs.list("/d")).hasSize(1);
        assertAllForgotten();
    }

    @Test void theRootIsNeverForgotten() {
        server.flags |= InitFlag.DO_READDIRPLUS.mask();
        server.answers.put(Opcode.READDIRPLUS, request -> {
            int size = entry(request, "root", server.root);
            server.lookups.clear();
            return size;
        });
        assertThat(vfs.list("/")).hasSize(1);
        assertThat(server.count(Opcode.FORGET)).isZero();
    }

    static Stream<Arguments> refusedEntries() {
        Map<String, Consumer<MemorySegment>> changes = Map.of(
                "of an unknown type", out -> AttrData.MODE.set(out, EntryOut.ATTR.offset(), 0644),
                "of a size beyond Long.MAX_VALUE", out -> AttrData.SIZE_FIELD.set(out, EntryOut.ATTR.offset(), -1),
                "of another type than was created",
                out -> AttrData.MODE.set(out, EntryOut.ATTR.offset(), FileType.FIFO.mode() | 0644));
        Map<Opcode, Consumer<Vfs>> creations = Map.of(
                Opcode.MKNOD, vfs -> vfs.mknod("/new", 0644, 0),
                Opcode.MKDIR, vfs -> vfs.mkdir("/new"),
                Opcode.SYMLINK, vfs -> vfs.symlink("target", "/new"),
                Opcode.LINK, vfs -> vfs.link("/f", "/new"),
                Opcode.CREATE, vfs -> vfs.open("/new", OpenFlag.CREATE, OpenFlag.WRITE),
                Opcode.TMPFILE, vfs -> vfs.tmpfile("/", 0600));
        return creations.entrySet().stream().flatMap(creation -> changes.entrySet().stream().map(
                change -> Arguments.of(creation.getKey(), change.getKey(), creation.getValue(), change.getValue())));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("refusedEntries") void aCreatedNodeIsForgottenIfItsEntryIsRefused(
            Opcode opcode, String what, Consumer<Vfs> creation, Consumer<MemorySegment> change) {
        assertThat(what).isNotEmpty();
        server.file(server.root, "f");
        var created = new Node(100, FileType.REGULAR.mode() | 0644);
        server.answers.put(opcode, request -> {
            int size = server.entry(request, created);
            change.accept(request.reply());
            return opcode == Opcode.CREATE || opcode == Opcode.TMPFILE
                    ? StandInServer.opened(request, size, 7, 0)
                    : size;
        });
        assertFails(Errno.EIO, () -> creation.accept(vfs));
        assertAllForgotten();
    }

    @Test void aLookedUpNodeIsForgottenIfItsEntryIsRefused() {
        Node file = server.file(server.root, "f");
        file.size = -1;
        assertFails(Errno.EIO, () -> vfs.stat("/f"));
        assertAllForgotten();
    }

    @Test void aReusedNodeIdIsForgottenForEachOfItsInodes() {
        Node file = server.file(server.root, "f");
        server.answers.put(Opcode.READ, _ -> 0);
        try (OpenFile open = vfs.open("/f")) {
            vfs.dropCaches();
            server.renew(file.number);
            assertThat(vfs.stat("/f").ino()).isEqualTo(file.number);
            assertFails(Errno.EIO, () -> open.read(new byte[1], 0));
            assertThat(server.count(Opcode.READ)).isZero();
        } catch (FuseException e) {
            assertThat(e.errno()).as("FLUSH of a bad inode").isEqualTo(Errno.EIO);
        }
        assertAllForgotten();
        assertThat(server.count(Opcode.FORGET)).isEqualTo(2);
    }

    @Test void aBadInodeIsReplacedByTheNextLookup() {
        Node file = server.file(server.root, "f");
        server.attributeSeconds = 0;
        vfs.exists("/f");
        file.mode = FileType.DIRECTORY.mode() | 0755;
        assertFails(Errno.EIO, () -> vfs.stat("/f"));
        file.mode = FileType.REGULAR.mode() | 0644;
        assertThat(vfs.stat("/f").isRegular()).isTrue();
        assertAllForgotten();
    }

    @Test void aNodeIsForgottenAfterItsReleaseWasAnswered() throws InterruptedException {
        server.file(server.root, "f");
        server.answers.put(Opcode.UNLINK, _ -> 0);
        var background = new ArrayDeque<Runnable>();
        server.background = background::add;
        OpenFile open = vfs.open("/f");
        vfs.unlink("/f");
        open.close();
        assertThat(server.calls).doesNotContain(Opcode.FORGET);
        background.remove().run();
        long start = System.nanoTime();
        while (vfs.knownNodes() > 1 || server.count(Opcode.FORGET) == 0) {
            assertThat(System.nanoTime() - start).isLessThan(AWAITED);
            Thread.sleep(1);
        }
        assertThat(server.calls).containsSubsequence(Opcode.RELEASE, Opcode.FORGET);
        assertAllForgotten();
    }

    @Test void aBadRootIsNotForgotten() {
        server.root.mode = FileType.REGULAR.mode() | 0644;
        assertFails(Errno.EIO, () -> vfs.stat("/"));
        assertThat(vfs.knownNodes()).isEqualTo(1);
        assertThat(server.count(Opcode.FORGET)).isZero();
        assertThat(Protocol.ROOT_ID).isEqualTo(server.root.number);
    }
}

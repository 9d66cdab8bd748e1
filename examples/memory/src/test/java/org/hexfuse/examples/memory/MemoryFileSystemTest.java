package org.hexfuse.examples.memory;

import static org.hexfuse.examples.memory.TreeFixture.failure;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.CreateIn;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.DirentPlus;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FallocateIn;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.KStatfs;
import org.hexfuse.abi.LseekIn;
import org.hexfuse.abi.LseekOut;
import org.hexfuse.abi.MkdirIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.WriteFlag;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.server.FuseServer;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The filesystem through FUSE messages. */
class MemoryFileSystemTest {
    private static final Caller ANNA = new Caller(1000, 100, 42);
    private static final int O_RDWR = 2;
    private static final int O_EXCL = 0200;
    private static final int O_TRUNC = 01000;
    private static final int O_APPEND = 02000;

    private final MemoryFileSystem fileSystem = new MemoryFileSystem(1 << 20, 50);
    private FuseServer server;
    private FuseConnection kernel;

    @BeforeEach void serve() throws Exception {
        server = FuseServer.serve(fileSystem).at(Address.parse("mem:")).start();
        kernel = FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ofSeconds(20)));
    }

    @AfterEach void end() {
        kernel.close();
        server.close();
    }

    private interface Answer<T> {
        T read(MemorySegment reply, long size);
    }

    private <T> T call(Opcode opcode, long node, UnaryOperator<Request> arguments, Answer<T> answer) {
        try (Request request = arguments.apply(kernel.newRequest(opcode, node, ANNA))) {
            kernel.call(request);
            return answer.read(request.reply(), request.replySize());
        }
    }

    private long create(String name, int flags) {
        return call(Opcode.CREATE, 1, request -> {
            CreateIn.FLAGS.set(request.arguments(), flags | O_RDWR);
            CreateIn.MODE.set(request.arguments(), 0100644);
            CreateIn.UMASK.set(request.arguments(), 022);
            return request.name(Name.of(name));
        }, (reply, _) -> EntryOut.NODEID.get(reply));
    }

    private int write(long node, long offset, String text, int flags, int writeFlags) {
        byte[] data = text.getBytes(UTF_8);
        return call(Opcode.WRITE, node, request -> {
            WriteIn.OFFSET.set(request.arguments(), offset);
            WriteIn.SIZE_FIELD.set(request.arguments(), data.length);
            WriteIn.FLAGS.set(request.arguments(), flags);
            WriteIn.WRITE_FLAGS.set(request.arguments(), writeFlags);
            return request.data(MemorySegment.ofArray(data), 0, data.length);
        }, (reply, _) -> reply.get(java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED, 0));
    }

    private String read(long node, long offset, int size) {
        return call(Opcode.READ, node, request -> {
            ReadIn.OFFSET.set(request.arguments(), offset);
            ReadIn.SIZE_FIELD.set(request.arguments(), size);
            return request.replyRoom(size);
        }, (reply, length) -> new String(reply.asSlice(0, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
                UTF_8));
    }

    private long lookup(String name) {
        return call(Opcode.LOOKUP, 1, request -> request.name(Name.of(name)),
                (reply, _) -> EntryOut.NODEID.get(reply));
    }

    private void unlink(String name) {
        call(Opcode.UNLINK, 1, request -> request.name(Name.of(name)), (_, _) -> true);
    }

    private int mode(long node) {
        return call(Opcode.GETATTR, node, request -> request,
                (reply, _) -> AttrData.MODE.get(reply, org.hexfuse.abi.AttrOut.ATTR.offset()));
    }

    @Test void aFileIsCreatedWrittenAndRead() {
        long file = create("f", O_EXCL);
        assertThat(write(file, 2, "abc", 0, 0)).isEqualTo(3);
        assertThat(read(file, 0, 100)).isEqualTo("\0\0abc");
        assertThat(read(file, 3, 1)).isEqualTo("b");
        assertThat(read(file, 5, 1)).isEmpty();
        assertThat(lookup("f")).isEqualTo(file);
        assertThat(mode(file)).isEqualTo(0100644);
    }

    @Test void aNameThatIsNotThereIsNoNode() {
        assertThat(lookup("f")).isZero();
    }

    @Test void aFileThatAnotherKernelMadeIsOpenedAndCutOff() {
        long file = create("f", 0);
        write(file, 0, "abc", 0, 0);
        assertThat(create("f", 0)).isEqualTo(file);
        assertThat(read(file, 0, 10)).isEqualTo("abc");
        assertThat(failure(() -> create("f", O_EXCL))).isEqualTo(Errno.EEXIST);
        assertThat(create("f", O_TRUNC)).isEqualTo(file);
        assertThat(read(file, 0, 10)).isEmpty();
    }

    @Test void appendingGoesToTheEndUnlessPagesAreWrittenBack() {
        long file = create("f", 0);
        write(file, 0, "abc", 0, 0);
        write(file, 0, "d", O_APPEND, 0);
        write(file, 0, "X", O_APPEND, (int) WriteFlag.CACHE.mask());
        assertThat(read(file, 0, 10)).isEqualTo("Xbcd");
    }

    @Test void privilegesEndWhenTheKernelSaysSo() {
        assertThat(kernel.negotiated().has(InitFlag.HANDLE_KILLPRIV_V2)).isTrue();
        long file = create("f", 0);
        call(Opcode.SETATTR, file, request -> {
            SetattrIn.VALID.set(request.arguments(), (int) SetattrFlag.MODE.mask());
            SetattrIn.MODE.set(request.arguments(), 06755);
            return request;
        }, (_, _) -> true);
        write(file, 0, "a", 0, 0);
        assertThat(mode(file)).isEqualTo(0106755);
        write(file, 0, "a", 0, (int) WriteFlag.KILL_SUIDGID.mask());
        assertThat(mode(file)).isEqualTo(0100755);
    }

    @Test void aListingThatLooksUpCountsWhatItShows() {
        create("a", 0);
        create("b", 0);
        assertThat(listPlus(0, 4096)).containsExactly(".", "..", "a", "b");
        int oneRecord = DirentPlus.recordSize(1);
        assertThat(listPlus(2, oneRecord)).containsExactly("a");
        assertThat(listPlus(3, oneRecord)).containsExactly("b");
        assertThat(listPlus(4, 4096)).isEmpty();
        unlink("a");
        unlink("b");
        kernel.close();
        await().untilAsserted(() -> assertThat(fileSystem.limits().usedNodes()).isEqualTo(1));
    }

    private List<String> listPlus(long offset, int size) {
        return call(Opcode.READDIRPLUS, 1, request -> {
            ReadIn.OFFSET.set(request.arguments(), offset);
            ReadIn.SIZE_FIELD.set(request.arguments(), size);
            return request.replyRoom(size);
        }, (reply, length) -> {
            List<String> names = new ArrayList<>();
            for (long at = 0; at < length;) {
                long dirent = at + DirentPlus.DIRENT.offset();
                int nameLength = Dirent.NAMELEN.get(reply, dirent);
                names.add(Name.of(reply, dirent + Dirent.SIZE, nameLength).toString());
                at += DirentPlus.recordSize(nameLength);
            }
            return names;
        });
    }

    @Test void whatASessionHeldOpenIsGoneAfterIt() {
        long file = create("f", 0);
        write(file, 0, "abc", 0, 0);
        unlink("f");
        assertThat(read(file, 0, 10)).isEqualTo("abc");
        assertThat(fileSystem.limits().usedNodes()).isEqualTo(2);
        kernel.close();
        await().untilAsserted(() -> assertThat(fileSystem.limits().usedNodes()).isEqualTo(1));
        assertThat(fileSystem.limits().usedBytes()).isZero();
    }

    @Test void whatHasANameIsThereForTheNextSession() throws Exception {
        long file = create("f", 0);
        write(file, 0, "abc", 0, 0);
        end();
        serve();
        assertThat(lookup("f")).isEqualTo(file);
        assertThat(read(file, 0, 10)).isEqualTo("abc");
    }

    @Test void aNodeThatIsNotKnownIsStale() {
        assertThat(failure(() -> mode(99))).isEqualTo(Errno.ESTALE);
        assertThat(failure(() -> read(99, 0, 1))).isEqualTo(Errno.ESTALE);
        assertThat(failure(() -> read(1, 0, 1))).isEqualTo(Errno.EISDIR);
    }

    @Test void theLimitsAreShown() {
        write(create("f", 0), 0, "x".repeat(100_000), 0, 0);
        call(Opcode.STATFS, 1, request -> request, (reply, _) -> {
            assertThat(KStatfs.BLOCKS.get(reply)).isEqualTo(256);
            assertThat(KStatfs.BFREE.get(reply)).isBetween(220L, 232L);
            assertThat(KStatfs.FILES.get(reply)).isEqualTo(50);
            assertThat(KStatfs.FFREE.get(reply)).isEqualTo(48);
            return true;
        });
    }

    @Test void spaceIsAllocatedAndPunched() {
        long file = create("f", 0);
        write(file, 0, "x".repeat(200_000), 0, 0);
        assertThat(fallocate(file, 0, 131_072, 3)).isEqualTo(Errno.OK);
        assertThat(seek(file, 0, 3)).isEqualTo(131_072);
        assertThat(seek(file, 0, 4)).isZero();
        assertThat(fallocate(file, 0, 2 << 20, 0)).isEqualTo(Errno.ENOSPC);
        assertThat(fallocate(file, 0, 1, 2)).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(fallocate(file, 0, 65_536, 8)).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(fallocate(1, 0, 1, 0)).isEqualTo(Errno.ENODEV);
    }

    private Errno fallocate(long node, long offset, long length, int mode) {
        return failure(() -> call(Opcode.FALLOCATE, node, request -> {
            FallocateIn.OFFSET.set(request.arguments(), offset);
            FallocateIn.LENGTH.set(request.arguments(), length);
            FallocateIn.MODE.set(request.arguments(), mode);
            return request;
        }, (_, _) -> true));
    }

    private long seek(long node, long offset, int whence) {
        return call(Opcode.LSEEK, node, request -> {
            LseekIn.OFFSET.set(request.arguments(), offset);
            LseekIn.WHENCE.set(request.arguments(), whence);
            return request;
        }, (reply, _) -> LseekOut.OFFSET.get(reply));
    }

    @Test void theUmaskIsTakenHere() {
        long directory = call(Opcode.MKDIR, 1, request -> {
            MkdirIn.MODE.set(request.arguments(), 0777);
            MkdirIn.UMASK.set(request.arguments(), 022);
            return request.name(Name.of("d"));
        }, (reply, _) -> EntryOut.NODEID.get(reply));
        assertThat(mode(directory)).isEqualTo(0040755);
    }
}

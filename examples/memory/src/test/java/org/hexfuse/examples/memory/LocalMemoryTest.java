package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.Arrays;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.KernelProfile;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.Session;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.record.Recorder;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a filesystem of one kernel spares that kernel. */
@Timeout(60) class LocalMemoryTest {
    private static final int MANY = 100;

    private final FuseFileSystemProvider provider = new MemoryProvider();
    private final Recorder recorder = new Recorder();
    private UserKernel kernel;
    private Vfs vfs;

    @BeforeEach void mount() throws Exception {
        kernel = UserKernel.serving(provider.create(Address.parse("memory:?local"))).at("mem:").recorder(recorder)
                .connect();
        vfs = kernel.vfs();
        vfs.writeAllBytes("/file", new byte[]{1, 2, 3});
        readWhole();
        recorder.clear();
    }

    @AfterEach void unmount() {
        kernel.close();
    }

    private byte[] readWhole() {
        try (OpenFile file = vfs.open("/file", OpenFlag.READ)) {
            var bytes = new byte[4096];
            int got = file.read(bytes, 0);
            return Arrays.copyOf(bytes, got);
        }
    }

    @Test void opensReadsAndClosesAFileByOneRequest() {
        assertThat(readWhole()).containsExactly(1, 2, 3);
        assertThat(recorder.opcodes()).containsExactly(Opcode.READ);
    }

    @Test void listsADirectoryByItsEntriesOnly() {
        vfs.list("/");
        recorder.clear();
        vfs.list("/");
        assertThat(recorder.opcodes()).isSubsetOf(Opcode.READDIR, Opcode.READDIRPLUS);
    }

    @Test void truncatesAFileThatIsOpenedSo() {
        vfs.open("/file", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
        assertThat(readWhole()).isEmpty();
        assertThat(recorder.opcodes()).contains(Opcode.SETATTR).doesNotContain(Opcode.OPEN);
    }

    @Test void readsAFileThatWasRemovedWhileItIsOpen() {
        try (OpenFile file = vfs.open("/file", OpenFlag.READ)) {
            vfs.unlink("/file");
            assertThat(file.read(new byte[10], 0)).isEqualTo(3);
        }
    }

    @Test void freesARemovedFileWithItsLastClose() throws Exception {
        var memory = MemoryFileSystem.local(1 << 20, 10);
        try (var other = UserKernel.connect("mem:?inline", memory)) {
            OpenFile file = other.vfs().open("/file", OpenFlag.WRITE, OpenFlag.CREATE);
            file.write(new byte[1 << 19], 0);
            other.vfs().unlink("/file");
            long free = memory.limits().freeBytes();
            file.close();
            assertThat(memory.limits().freeBytes()).isGreaterThanOrEqualTo(free + (1 << 19));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {39, 45}) void countsNoHandleOfAFileThatIsClosed(int minor) throws Exception {
        var profile = KernelProfile.linux().withMinor(minor);
        try (var other = UserKernel.serving(MemoryFileSystem.local(1 << 20, 2 * MANY)).at("mem:").kernel(profile)
                .recorder(recorder).connect()) {
            other.vfs().writeAllBytes("/first", new byte[1]);
            other.vfs().readAllBytes("/first");
            recorder.clear();
            for (int i = 0; i < MANY; i++) {
                other.vfs().writeAllBytes("/new-" + i, new byte[0]);
            }
            Session session = other.server().sessions().getFirst();
            await().untilAsserted(() -> assertThat(session.references().handles()).isEmpty());
            assertThat(recorder.count(Opcode.RELEASE)).isEqualTo(minor < 40 ? 0 : MANY);
        }
    }

    @Test void refusesASecondKernelWhileItServesOne() throws Exception {
        var memory = MemoryFileSystem.local(1 << 20, 100);
        try (var server = FuseServer.serve(memory).at(Address.parse("mem:")).start()) {
            try (Vfs first = Vfs.connect(server.address())) {
                first.writeAllBytes("/kept", new byte[1]);
                assertThatThrownBy(() -> Vfs.connect(server.address()).close()).hasMessageContaining("ECONNREFUSED");
            }
        }
        try (var second = UserKernel.connect("mem:", memory)) {
            assertThat(second.vfs().list("/")).hasSize(1);
        }
    }
}

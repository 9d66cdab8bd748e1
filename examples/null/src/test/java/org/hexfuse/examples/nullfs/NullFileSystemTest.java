package org.hexfuse.examples.nullfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60) class NullFileSystemTest {
    private final FuseFileSystem fileSystem = new NullFileSystem(Optional.of(Name.of("no")), Blocking.NEVER);

    @Test void eachNameIsAFileOfZeros() throws Exception {
        try (var kernel = UserKernel.connect("mem:", fileSystem)) {
            Vfs vfs = kernel.vfs();
            assertThat(vfs.stat("/any").size()).isEqualTo(NullFileSystem.SIZE);
            try (OpenFile file = vfs.open("/other", OpenFlag.READ)) {
                byte[] bytes = {1, 2, 3};
                assertThat(file.read(bytes, NullFileSystem.SIZE - 2)).isEqualTo(2);
                assertThat(bytes).containsExactly(0, 0, 3);
                assertThat(file.read(bytes, NullFileSystem.SIZE)).isZero();
            }
            assertThat(vfs.list("/")).isEmpty();
        }
    }

    @Test void whatIsWrittenIsDiscarded() throws Exception {
        try (var kernel = UserKernel.connect("mem:", fileSystem);
                OpenFile file = kernel.vfs().open("/any", OpenFlag.READ, OpenFlag.WRITE)) {
            assertThat(file.write(new byte[]{1, 2, 3}, 0)).isEqualTo(3);
            byte[] bytes = {1, 2, 3};
            file.read(bytes, 0);
            assertThat(bytes).containsOnly(0);
        }
    }

    @Test void missingNamesAreThereWhileAKernelHasThem() throws Exception {
        try (var kernel = UserKernel.connect("mem:", fileSystem)) {
            Vfs vfs = kernel.vfs();
            assertThatThrownBy(() -> vfs.stat("/no1")).hasMessageContaining(Errno.ENOENT.name());
            vfs.open("/no1", OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.EXCLUSIVE).close();
            vfs.unlink("/no1");
            assertThatThrownBy(() -> vfs.unlink("/no1")).hasMessageContaining(Errno.ENOENT.name());
        }
    }

    @Test void theProviderRefusesWhatItDoesNotHave() throws Exception {
        var provider = new NullProvider();
        assertThat(provider.create(Address.parse("null:?blocking=in_java")).blocking()).isEqualTo(Blocking.IN_JAVA);
        assertThatThrownBy(() -> provider.create(Address.parse("null:?size=1"))).hasMessageContaining("'size'");
        assertThatThrownBy(() -> provider.create(Address.parse("null:?blocking=on"))).hasMessageContaining("in_java");
        assertThatThrownBy(() -> provider.create(Address.parse("null:/x"))).hasMessageContaining("no path");
    }
}

package org.hexfuse.transport.linux;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.NativePath;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.libc.PosixFiles;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.testkit.KernelEnd;
import org.hexfuse.testkit.TransportContract;
import org.hexfuse.transport.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract with the Linux kernel as the kernel end, called through the C library. */
class LinuxTransportContractTest extends TransportContract {
    private Path point;

    @BeforeEach void makeMountPoint() throws IOException {
        try {
            KernelMount.openDevice().close();
        } catch (IOException e) {
            assumeTrue(false, "no /dev/fuse here: " + e.getMessage());
        }
        assumeTrue(ProcessIds.euid() == 0, "not root");
        point = Files.createTempDirectory("hexfuse-contract-");
    }

    /** Unmounts whatever the test has left mounted. */
    @AfterEach
    @Override protected void end() throws Exception {
        try {
            super.end();
        } finally {
            if (point != null) {
                while (MountTable.read().at(point.toString()).isPresent()) {
                    MountCalls.umount(point.toString(), MountFlags.UMOUNT_DETACH);
                }
                Files.delete(point);
            }
        }
    }

    @Override protected Address serverAddress() {
        return Address.of("linux", point.toString());
    }

    @Override protected KernelEnd connect(Address address) {
        return new MountedEnd(Path.of(address.path()));
    }

    /** A busy mount cannot be unmounted; MNT_FORCE aborts its connection. */
    @Override protected void disconnect(KernelEnd end) throws Exception {
        assertThatThrownBy(() -> MountCalls.umount(point.toString(), MountFlags.UMOUNT_FORCE))
                .isInstanceOf(LibcException.class).hasMessageContaining("EBUSY");
    }

    private record MountedEnd(Path root) implements KernelEnd {
        @Override public Errno lookup(String name) {
            try {
                PosixFiles.stat(NativePath.of(root.resolve(name)));
                return Errno.OK;
            } catch (LibcException e) {
                return e.errno();
            }
        }

        @Override public byte[] read(String name, int length) {
            try (Arena arena = Arena.ofConfined();
                    Fd file = Fd.open(root.resolve(name).toString(), OpenFlags.RDONLY)) {
                MemorySegment memory = arena.allocate(length, 4096);
                long read = Syscalls.pread(file, memory, length, 0);
                if (read < 0) {
                    throw LibcException.of("read", Errno.orEio((int) -read));
                }
                return memory.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
            } catch (LibcException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override public Errno write(String name, byte[] data) {
            try (Arena arena = Arena.ofConfined();
                    Fd file = Fd.open(root.resolve(name).toString(), OpenFlags.WRONLY)) {
                MemorySegment memory = arena.allocate(data.length, 4096);
                memory.copyFrom(MemorySegment.ofArray(data));
                long written = Syscalls.pwrite(file, memory, data.length, 0);
                return written < 0 ? Errno.orEio((int) -written) : Errno.OK;
            } catch (LibcException e) {
                return e.errno();
            }
        }

        @Override public int maxPayload() {
            return 256 * 4096;
        }

        @Override public void close() {
            try {
                if (MountTable.read().at(root.toString()).isPresent()) {
                    Mounts.unmount(root);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

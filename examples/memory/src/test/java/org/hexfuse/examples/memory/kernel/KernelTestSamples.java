package org.hexfuse.examples.memory.kernel;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.hexfuse.testkit.junit.KernelTest;
import org.hexfuse.testkit.junit.Served;
import org.hexfuse.testkit.junit.MountedWith;
import org.hexfuse.testkit.junit.TestedKernel;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.libc.Fd;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Read;
import org.hexfuse.server.filter.Fault;
import org.hexfuse.server.filter.FaultyFileSystem;
import org.hexfuse.server.filter.ReadOnlyFileSystem;
import org.hexfuse.server.tree.StaticDirectory;
import org.hexfuse.server.tree.StaticFile;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.Test;

/** Test classes as users write them, most of them wrong. {@link KernelTestReportsTest} says what each reports. */
final class KernelTestSamples {
    /** What a sample leaves open, to be closed by the test that runs it. */
    static final List<AutoCloseable> LEFT = new ArrayList<>();
    /** Where the running kernel had mounted for the last sample. */
    static volatile Path mountPoint;

    private KernelTestSamples() {}

    private static FuseFileSystem oneFile() {
        return TreeFileSystem.of(new StaticDirectory().with("f", new StaticFile("text")));
    }

    private static void open(Path point) throws IOException {
        mountPoint = point;
        LEFT.add(Fd.open(point.resolve("f").toString(), OpenFlags.RDONLY));
    }

    @Sample static class LeavesAFileOpen {
        @Served FuseFileSystem files = oneFile();

        @KernelTest void here(Vfs vfs) {
            vfs.open("/f");
        }

        @KernelTest void onTheRunningKernel(Path point) throws IOException {
            open(point);
        }
    }

    @Sample static class MayLeaveAFileOpen {
        @Served FuseFileSystem files = oneFile();

        @KernelTest(failOnLeaks = false) void here(Vfs vfs) {
            vfs.open("/f");
        }

        @KernelTest(failOnLeaks = false) void onTheRunningKernel(Path point) throws IOException {
            open(point);
        }
    }

    @Sample static class LeavesALookupCount {
        @Served FuseFileSystem files = oneFile();

        @KernelTest(kernels = TestedKernel.LINUX) void another(UserKernel kernel) throws IOException {
            Vfs other = Vfs.connect(kernel.server().address());
            LEFT.add(other);
            other.stat("/f");
        }
    }

    @Sample static class LeavesAThread {
        @Served FuseFileSystem files = new FilterFileSystem(oneFile()) {
            @Override public void init(InitNegotiation negotiation) {
                var end = new CountDownLatch(1);
                LEFT.add(end::countDown);
                Thread.ofPlatform().daemon().name("flusher of a test").start(() -> {
                    try {
                        end.await();
                    } catch (InterruptedException _) {
                        // The thread ends.
                    }
                });
            }
        };

        @KernelTest void theFileIsRead(Path point) throws IOException {
            Files.readString(point.resolve("f"));
        }
    }

    @Sample static class FailsItself {
        @Served FuseFileSystem files = oneFile();

        @KernelTest void here(Vfs vfs) {
            vfs.open("/f");
            fail("of the test");
        }

        @KernelTest void onTheRunningKernel(Path point) throws IOException {
            open(point);
            fail("of the test");
        }
    }

    @Sample static class FailsByAFault {
        @Served FuseFileSystem files = new FaultyFileSystem(oneFile(), 42,
                new Fault.Failure(Fault.on(Read.class), 1, Errno.ENOSPC));

        @KernelTest(kernels = TestedKernel.LINUX) void theFileIsRead(Vfs vfs) {
            vfs.readString("/f");
        }
    }

    @Sample static class FailsByAFaultBelowAFilter {
        @Served FuseFileSystem files = new ReadOnlyFileSystem(new FaultyFileSystem(oneFile(), 43,
                new Fault.Failure(Fault.on(Read.class), 1, Errno.ENOSPC)));

        @KernelTest(kernels = TestedKernel.LINUX) void theFileIsRead(Vfs vfs) {
            vfs.readString("/f");
        }
    }

    /** Its exception has a message that a mount without privileges has, too. */
    @Sample static class ThrowsInInit {
        @Served FuseFileSystem files = new FilterFileSystem(oneFile()) {
            @Override public void init(InitNegotiation negotiation) throws IOException {
                throw new IOException("index: Permission denied");
            }
        };

        @KernelTest void here(Vfs vfs) {
            vfs.stat("/");
        }

        @KernelTest void onTheRunningKernel(Path point) throws IOException {
            Files.list(point).close();
        }
    }

    @Sample static class HasAWrongParameter {
        @Served FuseFileSystem files = oneFile();

        @KernelTest(kernels = TestedKernel.LINUX) void of(Vfs vfs, Runnable unknown) {}
    }

    @Sample static class HasParametersOfDifferentKernels {
        @Served FuseFileSystem files = oneFile();

        @KernelTest void of(Vfs vfs, Path point) {}
    }

    @Sample static class HasNoFileSystem {
        @KernelTest(kernels = TestedKernel.LINUX) void of(Vfs vfs) {}
    }

    @Sample static class HasTwoFileSystems {
        @Served FuseFileSystem files = oneFile();
        @Served FuseFileSystem others = oneFile();

        @KernelTest(kernels = TestedKernel.LINUX) void of(Vfs vfs) {}
    }

    @Sample static class HasAFileSystemThatIsNull {
        @Served FuseFileSystem files;

        @KernelTest(kernels = TestedKernel.LINUX) void of(Vfs vfs) {}
    }

    @Sample static class HasOptionsThatAreNone {
        @Served FuseFileSystem files = oneFile();
        @MountedWith String options = VfsOptions.DEFAULT.toString();

        @KernelTest(kernels = TestedKernel.LINUX) void of(Vfs vfs) {}
    }

    @Sample static class HasNoKernel {
        @Served FuseFileSystem files = oneFile();

        @KernelTest(kernels = {}) void of(Vfs vfs) {}
    }

    @Sample static class HasAnAddressWithoutTransport {
        @Served FuseFileSystem files = oneFile();

        @KernelTest(kernels = TestedKernel.LINUX, over = "nowhere:") void of(Vfs vfs) {}
    }

    @Sample static class HasAPlainTestToo {
        @Served FuseFileSystem files = oneFile();

        @Test void plain() {}

        @KernelTest(kernels = TestedKernel.LINUX) void failure(Vfs vfs) {
            throw FuseException.of(Errno.EIO);
        }
    }
}

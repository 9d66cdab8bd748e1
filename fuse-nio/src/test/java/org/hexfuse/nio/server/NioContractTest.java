package org.hexfuse.nio.server;

import com.github.marschall.memoryfilesystem.MemoryFileSystemBuilder;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.PosixFeature;
import org.hexfuse.testkit.posix.VfsClient;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The POSIX contract of the files of several providers. */
class NioContractTest {
    /** What {@code java.nio.file} has no call for; extended attributes are there in one namespace only, and have tests of their own. */
    private static final Set<PosixFeature> LACKING = EnumSet.of(PosixFeature.XATTRS, PosixFeature.UNNAMED_FILES,
            PosixFeature.ALLOCATION, PosixFeature.HOLES, PosixFeature.ACCESS_LISTS, PosixFeature.SPECIAL_FILES,
            PosixFeature.EXCHANGE);

    abstract static class OfProvider extends PosixContract {
        private UserKernel kernel;

        abstract Path root() throws IOException;

        /** The directory, with the permission for others to search it. */
        static Path searchable(Path directory) throws IOException {
            return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }

        @Override protected PosixClient mount() throws Exception {
            kernel = UserKernel.connect("mem:", NioFileSystem.of(root())).failOnLeaks();
            return new VfsClient(kernel.vfs());
        }

        @Override protected void unmount() throws IOException {
            if (kernel != null) {
                kernel.close();
            }
        }

        @Override protected Set<PosixFeature> lacking() {
            return LACKING;
        }
    }

    @Nested class OfTheDefaultProvider extends OfProvider {
        @RegisterExtension static final Differences DIFFERENCES = new Differences(Map.of());
        @TempDir static Path directory;

        @Override Path root() throws IOException {
            return searchable(directory);
        }
    }

    @Nested class OfTheDefaultProviderByTheRealKernel extends OfProvider {
        @RegisterExtension static final Differences DIFFERENCES = new Differences(Map.of());
        @TempDir static Path directory;
        private RunningKernel running;

        @Override Path root() throws IOException {
            return searchable(directory);
        }

        @Override protected PosixClient mount() throws Exception {
            running = RunningKernel.mountForContract(NioFileSystem.of(root()));
            return new LibcClient(running.path());
        }

        @Override protected void unmount() throws IOException {
            if (running != null) {
                running.close();
            }
        }
    }

    @Nested class OfJimfs extends OfProvider {
        @RegisterExtension static final Differences DIFFERENCES = new Differences(Map.of());
        private FileSystem jimfs;

        @Override Path root() throws IOException {
            jimfs = Jimfs.newFileSystem(Configuration.unix().toBuilder()
                    .setAttributeViews("basic", "owner", "posix", "unix", "user").build());
            return Files.createDirectory(jimfs.getPath("/root"));
        }

        @Override protected void unmount() throws IOException {
            super.unmount();
            jimfs.close();
        }
    }

    @Nested class OfMemoryFileSystem extends OfProvider {
        @RegisterExtension static final Differences DIFFERENCES = new Differences(Map.of());
        private FileSystem memory;

        @Override Path root() throws IOException {
            var builder = MemoryFileSystemBuilder.newLinux().addFileAttributeView(UserDefinedFileAttributeView.class);
            for (String name : new String[]{"root", "0", "7", "8", "1001", "1002", "2000"}) {
                builder.addUser(name).addGroup(name);
            }
            memory = builder.build();
            return Files.createDirectory(memory.getPath("/root"));
        }

        @Override protected void unmount() throws IOException {
            super.unmount();
            memory.close();
        }
    }

    @Nested class OfSftp extends OfProvider {
        @RegisterExtension static final Differences DIFFERENCES = new Differences(Map.of());
        @TempDir static Path directory;
        private SftpServer server;

        @Override Path root() throws IOException {
            server = new SftpServer(searchable(directory));
            return server.files().getPath("/");
        }

        @Override protected void unmount() throws IOException {
            super.unmount();
            server.close();
        }
    }
}

package org.hexfuse.nio.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.XattrFlags;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Extended attributes are the user-defined ones of a provider. */
@Timeout(60) class UserAttributesTest {
    @TempDir Path directory;

    private static void fails(Errno errno, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private static void attributes(Path root) throws IOException {
        Path file = Files.createFile(root.resolve("f"));
        try (var kernel = UserKernel.connect("mem:", NioFileSystem.of(root)).failOnLeaks()) {
            Vfs vfs = kernel.vfs();
            vfs.setxattr("/f", "user.colour", new byte[]{1, 2}, XattrFlags.CREATE);
            var view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
            assertThat(view.size("colour")).isEqualTo(2);
            view.write("theirs", ByteBuffer.wrap(new byte[]{3}));
            assertThat(vfs.getxattr("/f", "user.theirs")).containsExactly(3);
            assertThat(vfs.listxattr("/f")).containsExactlyInAnyOrder(Name.of("user.colour"), Name.of("user.theirs"));
            fails(Errno.EEXIST, () -> vfs.setxattr("/f", "user.colour", new byte[1], XattrFlags.CREATE));
            fails(Errno.ENODATA, () -> vfs.setxattr("/f", "user.none", new byte[1], XattrFlags.REPLACE));
            fails(Errno.ENODATA, () -> vfs.getxattr("/f", "user.none"));
            fails(Errno.ENODATA, () -> vfs.removexattr("/f", "user.none"));
            fails(Errno.EOPNOTSUPP, () -> vfs.setxattr("/f", "trusted.colour", new byte[1], 0));
            vfs.setxattr("/f", "user.colour", new byte[]{4}, XattrFlags.REPLACE);
            assertThat(vfs.getxattr("/f", "user.colour")).containsExactly(4);
            vfs.removexattr("/f", "user.colour");
            assertThat(view.list()).isEqualTo(List.of("theirs"));
        }
    }

    @Test void ofTheDefaultProvider() throws IOException {
        assumeTrue(Files.getFileStore(directory).supportsFileAttributeView(UserDefinedFileAttributeView.class),
                "the filesystem of " + directory + " has no user-defined attributes");
        attributes(directory);
    }

    @Test void ofJimfs() throws IOException {
        try (FileSystem jimfs = Jimfs
                .newFileSystem(Configuration.unix().toBuilder().setAttributeViews("basic", "user").build())) {
            attributes(Files.createDirectory(jimfs.getPath("/root")));
        }
    }

    @Test void aProviderWithoutThemIsNotAsked() throws IOException {
        try (FileSystem jimfs = Jimfs.newFileSystem(Configuration.unix());
                var kernel = UserKernel.connect("mem:", NioFileSystem.of(jimfs.getPath("/"))).failOnLeaks()) {
            kernel.vfs().writeString("/f", "");
            fails(Errno.EOPNOTSUPP, () -> kernel.vfs().setxattr("/f", "user.a", new byte[1], 0));
            fails(Errno.EOPNOTSUPP, () -> kernel.vfs().getxattr("/f", "user.a"));
            assertThat(kernel.vfs().listxattr("/f")).isEmpty();
        }
    }
}

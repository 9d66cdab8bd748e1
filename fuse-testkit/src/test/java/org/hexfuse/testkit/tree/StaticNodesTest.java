package org.hexfuse.testkit.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.StaticDirectory;
import org.hexfuse.server.tree.StaticFile;
import org.hexfuse.server.tree.StaticSymlink;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ready-made nodes: a filesystem without a class of one's own. */
@Timeout(60) class StaticNodesTest {
    @Test void aTreeOfReadyMadeNodesIsReadAndNotChanged() throws IOException {
        Node root = new StaticDirectory().with("hello.txt", new StaticFile("Hello, world!\n"))
                .with("d", new StaticDirectory().with("link", new StaticSymlink("../hello.txt")));
        try (var kernel = UserKernel.connect("mem:", TreeFileSystem.of(root)).failOnLeaks()) {
            assertThat(kernel.vfs().readString("/d/link")).isEqualTo("Hello, world!\n");
            assertThat(kernel.vfs().list("/")).extracting(entry -> entry.name().toString())
                    .containsExactly("hello.txt", "d");
            assertThat(kernel.vfs().stat("/").nlink()).isEqualTo(3);
            assertThatThrownBy(() -> kernel.vfs().unlink("/hello.txt")).isInstanceOf(FuseException.class);
            assertThatThrownBy(() -> kernel.vfs().open("/hello.txt", OpenFlag.WRITE))
                    .hasMessage(FuseException.of(Errno.EROFS).getMessage());
            assertThatThrownBy(() -> kernel.vfs().mkdir("/d/e")).isInstanceOf(FuseException.class);
            assertThat(kernel.vfs().readString("/hello.txt")).isEqualTo("Hello, world!\n");
        }
    }
}

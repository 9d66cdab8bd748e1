package org.hexfuse.server.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Optional;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Handover;
import org.hexfuse.server.tree.HandKernel;
import org.hexfuse.server.tree.StaticDirectory;
import org.hexfuse.server.tree.StaticFile;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.server.tree.TreeHandover;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handovers of a directory of a filesystem. */
@Timeout(60) class SubdirectoryHandoverTest {
    private static TreeFileSystem tree() {
        var below = new StaticDirectory().with("file", new StaticFile("below"));
        var root = new StaticDirectory().with("d",
                new StaticDirectory().with("e", below).with("file", new StaticFile("text")));
        return new TreeFileSystem(root) {
            @Override public Optional<Handover> handover() {
                return Optional.of(new TreeHandover(this, "static 1"));
            }
        };
    }

    private static FuseFileSystem of(FuseFileSystem tree) {
        return new SubdirectoryFileSystem(tree, "d");
    }

    @Test void theDirectoryStaysTheRoot() throws Exception {
        TreeFileSystem before = tree();
        var kernel = new HandKernel(of(before));
        long file = kernel.lookup("/file");
        long handle = kernel.open(file, OpenFlags.RDONLY);
        long listing = kernel.opendir(1);
        assertThat(kernel.readdir(listing, 0, 3)).containsExactly(". 1", ".. 2", "e 3");
        long directory = before.root().child(Name.of("d")).orElseThrow().id();
        TreeFileSystem after = tree();
        kernel.handOver(of(after));
        assertThat(after.root().child(Name.of("d")).orElseThrow().id()).isEqualTo(directory);
        assertThat(kernel.read(handle)).isEqualTo("text");
        assertThat(kernel.readdir(listing, 3, 3)).containsExactly("file 4");
        assertThat(kernel.lookup("/file")).isEqualTo(file);
        assertThat(kernel.read(kernel.open(kernel.lookup("/e/file"), OpenFlags.RDONLY))).isEqualTo("below");
        kernel.handOver(of(tree()));
        assertThat(kernel.read(handle)).isEqualTo("text");
    }

    @Test void theDirectoryIsReferencedUntilTheEnd() throws Exception {
        var kernel = new HandKernel(of(tree()));
        TreeFileSystem after = tree();
        kernel.handOver(of(after));
        assertThat(after.referencedNodes()).isEqualTo(2);
        kernel.end();
        assertThat(after.referencedNodes()).isEqualTo(1);
    }

    @Test void anotherDirectoryIsNotTakenOver() throws Exception {
        var kernel = new HandKernel(of(tree()));
        long file = kernel.lookup("/file");
        assertThatThrownBy(() -> kernel.handOver(new SubdirectoryFileSystem(tree(), "d/e")))
                .isInstanceOf(IOException.class).hasMessage("another directory than 'd/e' is served");
        assertThat(kernel.lookup("/file")).isEqualTo(file);
    }

    @Test void aDirectoryThatIsGoneIsNotTakenOver() throws Exception {
        var kernel = new HandKernel(of(tree()));
        TreeFileSystem after = tree();
        after.root().removeChild(Name.of("d"));
        assertThatThrownBy(() -> kernel.handOver(of(after))).isInstanceOf(IOException.class)
                .hasMessage("the directory that was served is not here: Stale file handle (ESTALE)");
        assertThat(kernel.lookup("/file")).isPositive();
    }

    @Test void whatCannotBeHandedOverStaysSo() {
        assertThat(new SubdirectoryFileSystem(TreeFileSystem.of(new StaticDirectory()), "d").handover()).isEmpty();
    }
}

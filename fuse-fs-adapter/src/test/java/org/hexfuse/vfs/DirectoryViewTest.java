package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import org.hexfuse.abi.Errno;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Paths that begin in an open directory: {@link Vfs#at}. */
final class DirectoryViewTest {
    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    private Node directory;
    private Node file;

    @BeforeEach void fill() {
        Node above = server.directory(server.root, "above");
        directory = server.directory(above, "directory");
        file = server.file(directory, "f");
        server.file(above, "sibling");
        server.file(server.root, "top");
        server.symlink(directory, "up", "../sibling");
        server.symlink(directory, "absolute", "/top");
    }

    @Test void aPathWithoutASlashBeginsInTheDirectory() {
        try (OpenDirectory open = vfs.opendir("/above/directory")) {
            assertThat(vfs.at(open).stat("f").ino()).isEqualTo(file.number);
            assertThat(vfs.at(open).stat(".").ino()).isEqualTo(directory.number);
        }
    }

    @Test void aPathWithASlashBeginsAtTheRoot() {
        try (OpenDirectory open = vfs.opendir("/above/directory")) {
            assertThat(vfs.at(open).stat("/above/directory/f").ino()).isEqualTo(file.number);
            assertFails(Errno.ENOENT, () -> vfs.at(open).stat("/f"));
        }
    }

    @Test void symbolicLinksLeadOutOfIt() {
        try (OpenDirectory open = vfs.opendir("/above/directory")) {
            assertThat(vfs.at(open).stat("up").ino()).isEqualTo(vfs.stat("/above/sibling").ino());
            assertThat(vfs.at(open).stat("absolute").ino()).isEqualTo(vfs.stat("/top").ino());
        }
    }

    @Test void aDirectoryThatWasRenamedIsTheSame() {
        try (OpenDirectory open = vfs.opendir("/above/directory")) {
            server.root.children.remove("above");

            assertThat(vfs.at(open).stat("f").ino()).isEqualTo(file.number);
            assertFails(Errno.ENOENT, () -> vfs.stat("/above/directory/f"));
        }
    }

    @Test void aClosedDirectoryIsEbadf() {
        OpenDirectory open = vfs.opendir("/above/directory");
        Vfs view = vfs.at(open);
        open.close();

        assertFails(Errno.EBADF, () -> view.stat("f"));
    }

    @Test void nothingIsReferencedOnceItIsClosed() {
        try (OpenDirectory open = vfs.opendir("/above/directory")) {
            vfs.at(open).stat("f");
            vfs.dropCaches();
            assertThat(server.isForgotten()).isFalse();
        }
        vfs.dropCaches();

        assertThat(server.isForgotten()).isTrue();
    }

    @Test void aLinkIsNoDirectoryUnlessItIsFollowed() {
        server.symlink(server.root, "link", "above");

        vfs.opendir("/link").close();
        assertFails(Errno.ENOTDIR, () -> vfs.lopendir("/link"));
    }

    @Test void anotherMountIsExdev() {
        Vfs other = Vfs.mount(new StandInServer(), VfsOptions.DEFAULT);

        assertFails(Errno.EXDEV, () -> vfs.rename("/top", other, "/top", 0));
    }
}

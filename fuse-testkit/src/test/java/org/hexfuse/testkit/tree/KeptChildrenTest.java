package org.hexfuse.testkit.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.tree.Dentry;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.OpenDirectory;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Directories whose children the framework keeps. */
@Timeout(60) class KeptChildrenTest {
    private final Folder root = new Folder();
    private final Text file = new Text("content");
    private TreeFileSystem fileSystem;
    private UserKernel kernel;
    private Vfs vfs;

    @BeforeEach void mount() throws IOException {
        root.addChild("f", file);
        root.addChild("d", new Folder());
        fileSystem = TreeFileSystem.of(root);
        kernel = UserKernel.connect("mem:", fileSystem).failOnLeaks();
        vfs = kernel.vfs();
    }

    @AfterEach void unmount() {
        kernel.close();
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private List<String> names(String path) {
        return vfs.list(path).stream().map(entry -> entry.name().toString()).toList();
    }

    private List<DirectoryEntry> entries(String path) {
        try (OpenDirectory open = vfs.opendir(path)) {
            return rest(open);
        }
    }

    private static List<DirectoryEntry> rest(OpenDirectory open) {
        var all = new ArrayList<DirectoryEntry>();
        for (var next = open.next(); next.isPresent(); next = open.next()) {
            all.add(next.get());
        }
        return all;
    }

    private static Node child(Node directory, String name) {
        return directory.child(Name.of(name)).orElseThrow();
    }

    @Test void areFoundReadAndListedInTheirOrder() {
        assertThat(vfs.readString("/f")).isEqualTo("content");
        root.addChild("a", new Text("more"));
        assertThat(names("/")).containsExactly("f", "d", "a");
        assertThat(vfs.readString("/a")).isEqualTo("more");
    }

    @Test void areCreatedWrittenAndRemoved() {
        vfs.mkdir("/d/e");
        vfs.writeString("/d/e/g", "text");
        assertThat(vfs.readString("/d/e/g")).isEqualTo("text");
        fails(Errno.ENOTEMPTY, () -> vfs.rmdir("/d/e"));
        vfs.unlink("/d/e/g");
        vfs.rmdir("/d/e");
        assertThat(names("/d")).isEmpty();
        assertThat(child(root, "d").children()).isEmpty();
    }

    @Test void aNameIsTakenOnce() {
        assertThatThrownBy(() -> root.addChild("f", new Text(""))).isInstanceOf(FuseException.class);
        fails(Errno.EEXIST, () -> vfs.mkdir("/f"));
    }

    @Test void aDirectoryHasOnePlace() {
        Node d = child(root, "d");
        assertThatThrownBy(() -> root.addChild("e", d)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> d.addChild("root", root)).isInstanceOf(IllegalStateException.class);
        assertThat(root.children()).extracting(entry -> entry.name().toString()).containsExactly("f", "d");
    }

    @Test void aNodeIsPartOfOneFilesystem() {
        var other = new Folder();
        TreeFileSystem.of(other);
        assertThatThrownBy(() -> other.addChild("f", file)).isInstanceOf(IllegalStateException.class);
        assertThat(other.children()).isEmpty();
    }

    @Test void aTreeIsBuiltBeforeItIsPartOfAFilesystem() {
        var upper = new Folder();
        var lower = new Folder();
        lower.addChild("g", new Text("deep"));
        upper.addChild("e", lower);
        root.addChild("u", upper);
        assertThat(vfs.readString("/u/e/g")).isEqualTo("deep");
        assertThat(lower.fileSystem()).isSameAs(fileSystem);
        lower.addChild("h", new Text("late"));
        assertThat(vfs.readString("/u/e/h")).isEqualTo("late");
    }

    @Test void linksAreNamesOfOneNode() {
        vfs.link("/f", "/d/g");
        assertThat(vfs.stat("/d/g").ino()).isEqualTo(vfs.stat("/f").ino()).isEqualTo(file.id());
        assertThat(vfs.stat("/f").nlink()).isEqualTo(2);
        assertThat(file.dentries()).extracting(Dentry::toString).hasSize(2);
        vfs.unlink("/f");
        assertThat(vfs.readString("/d/g")).isEqualTo("content");
        assertThat(file.dentry()).map(Dentry::parent).contains(child(root, "d"));
        assertThat(file.nlink()).isEqualTo(1);
    }

    @Test void anUnlinkedFileIsUsedUntilItIsClosedAndThenForgotten() {
        try (OpenFile open = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
            vfs.unlink("/f");
            open.write("CON".getBytes(UTF_8), 0);
            assertThat(new String(open.readAll(0), UTF_8)).isEqualTo("CONtent");
            assertThat(open.stat().nlink()).isZero();
            vfs.writeString("/f", "another");
            assertThat(new String(open.readAll(0), UTF_8)).isEqualTo("CONtent");
            assertThat(file.forgets).hasValue(0);
        }
        kernel.assertNothingLeaked();
        assertThat(file.releases).hasValue(1);
        assertThat(file.forgets).hasValue(1);
    }

    @Test void namesMoveWithARenameAndNodesStay() {
        vfs.rename("/f", "/d/g");
        assertThat(child(child(root, "d"), "g")).isSameAs(file);
        assertThat(root.child(Name.of("f"))).isEmpty();
        vfs.rename("/d", "/e");
        assertThat(vfs.readString("/e/g")).isEqualTo("content");
        assertThat(file.parent()).isSameAs(child(root, "e"));
    }

    @Test void anAncestorIsRenamedWhileAFileBelowIsOpen() {
        vfs.mkdir("/d/e");
        vfs.rename("/f", "/d/e/f");
        try (OpenFile open = vfs.open("/d/e/f", OpenFlag.READ)) {
            vfs.rename("/d", "/x");
            vfs.mkdir("/d");
            vfs.rename("/x/e", "/d/e");
            assertThat(new String(open.readAll(0), UTF_8)).isEqualTo("content");
        }
        assertThat(file.dentry().orElseThrow().parent().dentry().orElseThrow().parent()).isSameAs(child(root, "d"));
    }

    @Test void renameExchangesAndReplaces() {
        vfs.writeString("/d/g", "other");
        vfs.exchange("/f", "/d");
        assertThat(vfs.readString("/f/g")).isEqualTo("other");
        assertThat(vfs.readString("/d")).isEqualTo("content");
        fails(Errno.EEXIST, () -> vfs.renameNoReplace("/d", "/f/g"));
        vfs.rename("/d", "/f/g");
        assertThat(vfs.readString("/f/g")).isEqualTo("content");
        assertThat(names("/")).containsExactly("f");
    }

    @Test void listsTheRightInodeNumbersOfTheDots() {
        vfs.mkdir("/d/e");
        assertThat(entries("/d/e")).extracting(entry -> entry.name() + "=" + entry.ino()).contains(
                ".=" + vfs.stat("/d/e").ino(), "..=" + vfs.stat("/d").ino());
        assertThat(entries("/")).extracting(entry -> entry.name() + "=" + entry.ino()).contains(".=1", "..=1",
                "f=" + vfs.stat("/f").ino());
    }

    @Test void aHundredThousandNamesAreListedOnceAlthoughTheDirectoryChanges() {
        var large = new Folder();
        for (int i = 0; i < 100_000; i++) {
            large.addChild("name" + i, new Text(""));
        }
        root.addChild("large", large);
        var seen = new ArrayList<String>();
        try (OpenDirectory open = vfs.opendir("/large")) {
            for (var next = open.next(); next.isPresent(); next = open.next()) {
                seen.add(next.get().name().toString());
                if (seen.size() % 1000 == 0) {
                    large.removeChild(Name.of("name" + (seen.size() - 500)));
                    large.addChild("new" + seen.size(), new Text(""));
                }
            }
        }
        assertThat(seen).hasSize(100_002).doesNotHaveDuplicates().startsWith(".", "..", "name0")
                .endsWith("name99999");
        assertThat(large.children()).hasSize(100_000);
        root.removeChild(Name.of("large"));
        assertThat(root.invalidateEntry(Name.of("large"))).isEqualTo(Errno.OK);
        kernel.assertNothingLeaked();
    }

    @Test void aRemovedNameIsNotListedAnyMore() {
        for (int i = 0; i < 3000; i++) {
            root.addChild("a name that is long enough to fill several replies" + i, new Text(""));
        }
        root.addChild("last", new Text(""));
        try (OpenDirectory open = vfs.opendir("/")) {
            open.next();
            root.removeChild(Name.of("last"));
            assertThat(rest(open)).hasSize(3003).noneMatch(entry -> entry.name().is("last"));
        }
    }

    @Test void aListingGoesBackToAnyCookie() {
        try (OpenDirectory open = vfs.opendir("/")) {
            List<DirectoryEntry> all = rest(open);
            root.removeChild(Name.of("f"));
            root.addChild("new", new Text(""));
            for (int i = all.size() - 1; i > 0; i--) {
                open.seek(all.get(i - 1).cookie());
                assertThat(open.next()).contains(all.get(i));
            }
            open.seek(0);
            assertThat(rest(open)).extracting(entry -> entry.name().toString()).containsExactly(".", "..", "d", "new");
        }
    }

    @Test void aRemovedDirectoryTakesNoNames() {
        try (OpenDirectory open = vfs.opendir("/d")) {
            vfs.rmdir("/d");
            assertThat(open.stat().nlink()).isZero();
        }
        fails(Errno.ENOENT, () -> vfs.mkdir("/d/e"));
    }

    @Test void kernelsAreNotifiedByNodes() {
        assertThat(file.invalidate()).as("no kernel knows it").isEqualTo(Errno.ENOENT);
        assertThat(vfs.readString("/f")).isEqualTo("content");
        file.content("changed and longer");
        assertThat(file.invalidate()).isEqualTo(Errno.OK);
        assertThat(vfs.readString("/f")).isEqualTo("changed and longer");
        root.removeChild(Name.of("f"));
        assertThat(root.invalidateEntry(Name.of("f"))).isEqualTo(Errno.OK);
        fails(Errno.ENOENT, () -> vfs.stat("/f"));
    }

    @Test void theNodesOfKernelsThatAreGoneAreForgotten() throws IOException {
        try (var second = UserKernel.connect("mem:", fileSystem)) {
            assertThat(second.vfs().readString("/f")).isEqualTo("content");
            vfs.readString("/f");
            kernel.assertNothingLeaked();
            assertThat(fileSystem.referencedNodes()).isEqualTo(2);
            assertThat(file.forgets).hasValue(0);
        }
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
        assertThat(file.forgets).hasValue(1);
    }
}

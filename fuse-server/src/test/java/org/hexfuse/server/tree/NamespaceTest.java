package org.hexfuse.server.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.GetAttr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The dentries of nodes, as others see them while they change. */
@Timeout(60) class NamespaceTest {
    private static final Name A = Name.of("a");
    private static final Name B = Name.of("b");

    private final StaticDirectory root = new StaticDirectory();
    private final StaticDirectory directory = new StaticDirectory();
    private final StaticFile file = new StaticFile("");

    @Test void aNodeHasANameAtEachMomentOfARename() throws Exception {
        root.addChild("d", directory);
        root.addChild(A, file);
        var renamer = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 300_000; i++) {
                Namespace.move(root, A, directory, B, 0, false);
                Namespace.move(directory, B, root, A, 0, false);
            }
        });
        int nameless = 0;
        while (!renamer.isDone()) {
            nameless += file.dentry().isPresent() ? 0 : 1;
        }
        renamer.get(10, TimeUnit.SECONDS);
        assertThat(nameless).isZero();
        assertThat(file.dentries()).hasSize(1).allSatisfy(entry -> assertThat(entry.parent()).isSameAs(root));
    }

    /** A directory whose text needs the lock of its names. */
    private static final class Named extends Node {
        Named() {
            super(FileType.DIRECTORY);
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0755);
        }

        @Override public String toString() {
            return dentries().toString();
        }
    }

    @Test void aDirectoryHasOnePlaceAndOneFilesystem() {
        var named = new Named();
        root.addChild("named", named);
        assertThatThrownBy(() -> root.addChild("again", named)).isInstanceOf(IllegalStateException.class);
        TreeFileSystem.of(root);
        assertThatThrownBy(() -> root.addChild("again", named)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> directory.addChild("again", named)).isInstanceOf(IllegalStateException.class);
        assertThat(root.children()).hasSize(1);
        assertThat(directory.children()).isEmpty();
    }

    @Test void aDentryStaysIfAnotherCannotTakeItsPlace() {
        root.addChild("d", directory);
        Namespace.attach(root, A, file);
        assertThatThrownBy(() -> Namespace.create(root, A, directory, true)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Namespace.attach(root, A, directory)).isInstanceOf(IllegalStateException.class);
        assertThat(root.child(A)).containsSame(file);
        assertThat(file.dentries()).hasSize(1);
    }

    @Test void aDirectoryThatKernelsHaveForgottenIsNotRemoved() {
        Namespace.attach(root, A, directory);
        Namespace.dropUnreferenced(directory);
        assertThat(directory.dentry()).isEmpty();
        assertThat(directory.nlink()).isEqualTo(2);
        directory.addChild(B, file);
        assertThat(directory.child(B)).containsSame(file);
    }

    @Test void aDirectoryThatWasRemovedTakesNoChildren() {
        root.addChild("d", directory);
        root.removeChild(Name.of("d"));
        assertThat(directory.nlink()).isZero();
        assertThatThrownBy(() -> directory.addChild(B, file)).isInstanceOf(FuseException.class);
    }

    @Test void aTableFindsItsDentriesWhateverWasAddedAndRemoved() {
        var table = new DentryTable();
        var model = new LinkedHashMap<Name, Dentry>();
        var random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            Name name = Name.of("n" + random.nextInt(500));
            // It grows, and is nearly emptied, several times.
            boolean adds = random.nextInt(100) < (i / 2000 % 2 == 0 ? 90 : 5);
            Dentry known = model.get(name);
            if (adds && known == null) {
                var entry = new Dentry(root, name, file, true);
                table.add(entry);
                model.put(name, entry);
            } else if (!adds && known != null) {
                table.remove(known);
                model.remove(name);
            }
            assertThat(table.find(name)).isSameAs(model.get(name));
            if (i % 500 == 0) {
                assertThat(table.snapshot()).containsExactlyElementsOf(model.values());
            }
        }
    }
}

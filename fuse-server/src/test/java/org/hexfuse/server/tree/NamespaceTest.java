package org.hexfuse.server.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Name;
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
}

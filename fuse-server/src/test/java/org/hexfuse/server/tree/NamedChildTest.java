package org.hexfuse.server.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Forget;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Rename;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Looked up children that are known by their names. */
@Timeout(60) class NamedChildTest {
    private static final Name FILE = Name.of("file");
    private static final Name OTHER = Name.of("other");

    private final AtomicInteger made = new AtomicInteger();
    private volatile CyclicBarrier together = new CyclicBarrier(1);
    private volatile FileType type = FileType.REGULAR;
    private final TreeFileSystem fileSystem = TreeFileSystem.of(new Directory());

    private static final class Leaf extends Node {
        Leaf(FileType type) {
            super(type);
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.of(type(), 0644).build();
        }
    }

    private final class Directory extends Node {
        Directory() {
            super(FileType.DIRECTORY);
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0755);
        }

        @Override public Child lookup(Lookup op) throws InterruptedException {
            Node child = child(op.name(), type, () -> {
                made.incrementAndGet();
                return new Leaf(type);
            });
            try {
                together.await(10, TimeUnit.SECONDS);
            } catch (BrokenBarrierException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
            return child;
        }

        @Override public void rename(Rename op, Node directory) {
            // Permitted.
        }
    }

    private long lookup(Name name) {
        try {
            Entry entry = fileSystem.lookup(Lookup.of(1, name));
            return entry.node();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test void lookupsAtTheSameTimeFindOneNode() {
        together = new CyclicBarrier(8);
        List<CompletableFuture<Long>> lookups = Stream.generate(() -> CompletableFuture.supplyAsync(() -> lookup(FILE),
                task -> Thread.ofVirtual().start(task))).limit(8).toList();
        List<Long> ids = lookups.stream().map(CompletableFuture::join).distinct().toList();
        assertThat(made).as("none was known when they began").hasValue(8);
        assertThat(ids).hasSize(1);
        assertThat(fileSystem.referencedNodes()).isEqualTo(2);
        fileSystem.forget(Forget.of(ids.getFirst(), 8));
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
    }

    @Test void theKnownNodeIsFoundAndNoneIsMade() {
        long first = lookup(FILE);
        assertThat(lookup(FILE)).isEqualTo(first);
        assertThat(made).hasValue(1);
    }

    @Test void anotherTypeIsAnotherFile() {
        long file = lookup(FILE);
        type = FileType.SYMLINK;
        assertThat(lookup(FILE)).isNotEqualTo(file);
        assertThat(fileSystem.root().child(FILE).orElseThrow().type()).isEqualTo(FileType.SYMLINK);
    }

    @Test void aRenamedFileIsNotTheNextOneOfItsOldName() throws Exception {
        long moved = lookup(FILE);
        fileSystem.rename(Rename.of(1, FILE, 1, OTHER));
        assertThat(lookup(OTHER)).isEqualTo(moved);
        assertThat(lookup(FILE)).isNotEqualTo(moved);
    }

    @Test void aForgottenNodeIsMadeAnew() {
        long first = lookup(FILE);
        fileSystem.forget(Forget.of(first, 1));
        assertThat(lookup(FILE)).isNotEqualTo(first);
    }
}

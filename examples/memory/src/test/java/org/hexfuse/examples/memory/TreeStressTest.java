package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Four threads make random calls on few names; afterwards all counts must agree. */
class TreeStressTest {
    private static final int THREADS = 4;
    private static final int STEPS = 15_000;
    private static final int NAMES = 6;
    private static final Maker ANNA = new Maker(1000, 100, 0);
    /** The errors of races between the threads. */
    private static final Set<Errno> EXPECTED = EnumSet.of(Errno.ENOENT, Errno.EEXIST, Errno.ENOTDIR, Errno.EISDIR,
            Errno.ENOTEMPTY, Errno.EINVAL, Errno.ESTALE, Errno.EPERM, Errno.ENOSPC);

    private final Space space = new Space(1 << 20, 60);
    private final Tree tree = new Tree(space, new Owner(1000, 100), 0755, InstantSource.system());

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3}) void everythingAddsUpAfterwards(long seed) throws Exception {
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                tasks.add(new Worker(tree, seed * 100 + i));
            }
            int succeeded = 0;
            for (Future<Integer> result : threads.invokeAll(tasks)) {
                succeeded += result.get();
            }
            assertThat(succeeded).as("steps that were not refused").isGreaterThan(THREADS * STEPS / 10);
        }
        assertConsistent();
        removeAll(tree.root());
        assertThat(space.usedBytes()).isZero();
        assertThat(space.usedNodes()).isEqualTo(1);
        assertThat(tree.inodes().size()).isEqualTo(1);
        assertThat(tree.root().stat().links()).isEqualTo(2);
    }

    private void assertConsistent() {
        Map<Inode, Integer> names = new HashMap<>();
        long[] bytes = {0};
        visit(tree.root(), names);
        names.forEach((inode, count) -> {
            bytes[0] += inode instanceof SymbolicLink ? inode.size() : inode.allocated();
            int expected = inode instanceof Directory directory
                    ? 2 + (int) directory.entries().all().stream().filter(e -> e.inode() instanceof Directory).count()
                    : count;
            assertThat(inode.stat().links()).isEqualTo(expected);
        });
        assertThat(names.size() + 1).isEqualTo(tree.inodes().size()).isEqualTo((int) space.usedNodes());
        assertThat(bytes[0]).isEqualTo(space.usedBytes());
    }

    private static void visit(Directory directory, Map<Inode, Integer> names) {
        assertThat(directory.entries().count()).isEqualTo(directory.entries().all().size());
        for (DirEntry entry : directory.entries().all()) {
            names.merge(entry.inode(), 1, Integer::sum);
            if (entry.inode() instanceof Directory below) {
                assertThat(below.parent()).isSameAs(directory);
                assertThat(names.get(below)).as("names of a directory").isEqualTo(1);
                visit(below, names);
            }
        }
    }

    private void removeAll(Directory directory) {
        for (DirEntry entry : directory.entries().all()) {
            if (entry.inode() instanceof Directory below) {
                removeAll(below);
                tree.removeDirectory(directory.number(), entry.name());
            } else {
                tree.unlink(directory.number(), entry.name());
            }
        }
    }

    /** Makes random calls as a kernel would: on nodes that it has looked up, which it forgets at the end. */
    private static final class Worker implements Callable<Integer> {
        private final Tree tree;
        private final Random random;
        private final List<Inode> known = new ArrayList<>();
        private final List<Inode> open = new ArrayList<>();

        Worker(Tree tree, long seed) {
            this.tree = tree;
            this.random = new Random(seed);
        }

        @Override public Integer call() {
            int succeeded = 0;
            for (int i = 0; i < STEPS; i++) {
                try {
                    step();
                    succeeded++;
                } catch (FuseException e) {
                    assertThat(e.errno()).isIn(EXPECTED);
                }
                while (known.size() > 12) {
                    forget(random.nextInt(known.size()));
                }
            }
            while (!known.isEmpty()) {
                forget(0);
            }
            open.forEach(inode -> tree.closed(inode.number()));
            return succeeded;
        }

        private void forget(int index) {
            tree.forget(known.remove(index).number(), 1);
        }

        private void step() {
            switch (random.nextInt(14)) {
                case 0, 1 -> know(tree.createFile(directory(), name(), 0644, ANNA));
                case 2, 3 -> know(tree.makeDirectory(directory(), name(), 0755, ANNA));
                case 4 -> know(tree.makeSymbolicLink(directory(), name(), Name.of("target"), ANNA));
                case 5 -> know(tree.link(any().number(), directory(), name()));
                case 6 -> tree.unlink(directory(), name());
                case 7 -> tree.removeDirectory(directory(), name());
                case 8, 9 -> tree.rename(directory(), name(), directory(), name(), random.nextInt(3));
                case 10 -> tree.lookup(directory(), name()).ifPresent(this::know);
                case 11 -> write(any());
                case 12 -> tree.list(directory(), random.nextInt(3), (_, inode, _) -> inode.mode() != 0);
                default -> openOrClose();
            }
        }

        private void write(Inode inode) {
            if (inode instanceof RegularFile file && random.nextBoolean()) {
                file.change(Change.ofSize(random.nextInt(100_000), true), tree.now());
            } else {
                tree.file(inode.number()).append(random.nextInt(20_000), (_, _, _, _) -> {}, false, tree.now());
            }
        }

        private void openOrClose() {
            if (open.size() > 3) {
                tree.closed(open.removeFirst().number());
            } else {
                Inode inode = any();
                inode.opened();
                open.add(inode);
            }
        }

        private void know(Inode inode) {
            known.add(inode);
        }

        private Inode any() {
            return known.isEmpty() ? tree.root() : known.get(random.nextInt(known.size()));
        }

        private long directory() {
            return any() instanceof Directory directory ? directory.number() : tree.root().number();
        }

        private Name name() {
            return Name.of("n" + random.nextInt(NAMES));
        }
    }
}

package org.hexfuse.testkit.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.OpenFlag.APPEND;
import static org.hexfuse.vfs.OpenFlag.CREATE;
import static org.hexfuse.vfs.OpenFlag.EXCLUSIVE;
import static org.hexfuse.vfs.OpenFlag.WRITE;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.junit.jupiter.api.Test;

/** The guarantees for concurrent programs. */
public interface ConcurrencyContract extends PosixFixture {
    /** The number of attempts of each user. */
    int ROUNDS = 30;

    /** Runs a call as root, Alice and Bob at once; returns their results in that order. */
    private <T> List<T> atOnce(Function<PosixClient, T> action) {
        var tasks = new ArrayList<FutureTask<T>>();
        for (PosixClient client : List.of(fs(), alice(), bob())) {
            var task = new FutureTask<>(() -> action.apply(client));
            tasks.add(task);
            Thread.ofPlatform().start(task);
        }
        return tasks.stream().map(ConcurrencyContract::outcome).toList();
    }

    private static <T> T outcome(FutureTask<T> task) {
        try {
            return task.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failed ? failed : new IllegalStateException(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Errno> errno(Runnable call) {
        try {
            call.run();
            return Optional.empty();
        } catch (FuseException e) {
            return Optional.of(e.errno());
        }
    }

    @Test default void oneOfSeveralExclusiveOpensSucceeds() {
        for (int i = 0; i < ROUNDS; i++) {
            String path = at("f" + i);
            List<Optional<Errno>> outcomes = atOnce(
                    client -> errno(() -> client.open(path, 0666, WRITE, CREATE, EXCLUSIVE).close()));
            assertThat(outcomes).containsExactlyInAnyOrder(Optional.empty(), Optional.of(Errno.EEXIST),
                    Optional.of(Errno.EEXIST));
        }
    }

    @Test default void oneOfSeveralMkdirsSucceeds() {
        for (int i = 0; i < ROUNDS; i++) {
            String path = at("d" + i);
            assertThat(atOnce(client -> errno(() -> client.mkdir(path, 0755)))).containsExactlyInAnyOrder(
                    Optional.empty(), Optional.of(Errno.EEXIST), Optional.of(Errno.EEXIST));
        }
    }

    @Test default void oneOfSeveralUnlinksSucceeds() {
        for (int i = 0; i < ROUNDS; i++) {
            String path = file("f" + i, "");
            assertThat(atOnce(client -> errno(() -> client.unlink(path)))).containsExactlyInAnyOrder(
                    Optional.empty(), Optional.of(Errno.ENOENT), Optional.of(Errno.ENOENT));
        }
    }

    @Test default void concurrentCreatesOpenTheSameFile() {
        for (int i = 0; i < ROUNDS; i++) {
            String path = at("f" + i);
            List<Long> inodes = atOnce(client -> {
                PosixClient generous = as(client.credentials().withUmask(0));
                try (PosixFile file = generous.open(path, 0666, WRITE, CREATE)) {
                    return file.stat().ino();
                }
            });
            assertThat(inodes).containsOnly(inodes.getFirst());
        }
    }

    @Test default void concurrentAppendsDoNotOverwrite() {
        fs().chmod(file("f", ""), 0666);
        atOnce(client -> {
            try (PosixFile file = client.open(at("f"), WRITE, APPEND)) {
                for (int i = 0; i < ROUNDS; i++) {
                    write(file, "%04d:%02d\n".formatted(client.credentials().uid(), i), 0);
                }
                return file;
            }
        });
        List<String> lines = content(at("f")).lines().toList();
        assertThat(lines).hasSize(3 * ROUNDS).doesNotHaveDuplicates();
        assertThat(lines).filteredOn(line -> line.startsWith("1001:")).isSorted().hasSize(ROUNDS);
    }

    @Test default void aReplacedNameAlwaysExists() {
        file("f", "content");
        var over = new AtomicBoolean();
        List<Boolean> seen = atOnce(client -> {
            if (client.credentials().uid() == 0) {
                for (int i = 0; i < ROUNDS; i++) {
                    file("new", "content");
                    client.rename(at("new"), at("f"));
                }
                over.set(true);
                return true;
            }
            byte[] bytes = new byte[10];
            boolean whole = true;
            while (whole && !over.get()) {
                try (PosixFile file = client.open(at("f"))) {
                    whole = new String(bytes, 0, file.read(bytes, 0), UTF_8).equals("content");
                }
            }
            return whole;
        });
        assertThat(seen).containsOnly(true);
    }

    @Test default void directoriesFilledAndEmptiedAtOnceEndEmpty() {
        atOnce(client -> {
            int me = client.credentials().uid();
            for (int i = 0; i < ROUNDS; i++) {
                String name = at("x" + me + "-" + i);
                client.mkdir(name, 0755);
                client.symlink("x", name + "/s");
                client.rename(name, name + "'");
                client.unlink(name + "'/s");
                client.rmdir(name + "'");
            }
            return me;
        });
        assertThat(names(at(""))).isEmpty();
        assertThat(fs().stat(at("")).nlink()).isEqualTo(2);
    }

    @Test default void filesWrittenAtOnceKeepTheirContents() {
        atOnce(client -> {
            String name = "f" + client.credentials().uid();
            byte[] bytes = name.repeat(10_000).getBytes(UTF_8);
            try (PosixFile file = client.create(at(name))) {
                for (int at = 0; at < bytes.length; at += 7000) {
                    int length = Math.min(7000, bytes.length - at);
                    byte[] piece = new byte[length];
                    System.arraycopy(bytes, at, piece, 0, length);
                    file.write(piece, at);
                }
            }
            return name;
        }).forEach(name -> assertThat(content(at(name))).isEqualTo(name.repeat(10_000)));
    }
}

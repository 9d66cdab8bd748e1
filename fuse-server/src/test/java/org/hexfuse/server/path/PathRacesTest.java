package org.hexfuse.server.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Access;
import org.hexfuse.server.Attr;
import org.hexfuse.server.FutureReply;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Rename;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations and renames at once: while an operation runs, its path is that of its file, and nothing waits for ever. */
@Timeout(60) class PathRacesTest {
    private static final int RENAMES = 1500;
    private static final int DIRECTORIES = 3;
    private static final int BELOW = 6;

    private final Model model = new Model();
    private final PathFileSystem fileSystem = PathFileSystem.of(model);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Known[] directories = new Known[DIRECTORIES];
    private final Known[] below = new Known[BELOW];
    private final Known[] files = new Known[BELOW];

    /** A file that was looked up at a path. */
    private record Known(long node, int number, String path) {}

    /** Files by path, each with a number. While a rename runs nothing is at the paths that it changes. */
    private final class Model implements PathOperations {
        private final Map<String, Long> numbers = new ConcurrentHashMap<>();
        private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
        private final AtomicLong checks = new AtomicLong();

        private long number(String path) {
            Long number = numbers.get(path);
            if (number == null) {
                wrong.add("nothing at " + path);
                throw FuseException.of(Errno.ENOENT);
            }
            return number;
        }

        @Override public Attr getattr(String path, GetAttr op) {
            return path.contains("/f") ? Attr.file(0644, 0).toBuilder().ino(number(path)).build()
                    : Attr.directory(0755).toBuilder().ino(path.equals("/") ? 0 : number(path)).build();
        }

        /** {@code mask} is the number of the file. */
        @Override public void access(String path, Access op) {
            for (int i = 0; i < 3; i++) {
                if (number(path) != op.mask()) {
                    wrong.add("file " + op.mask() + " by " + path);
                }
                pause();
            }
            checks.incrementAndGet();
        }

        /** At times with a late reply. */
        @Override public void rename(String from, String to, Rename op) {
            boolean exchanges = (op.flags() & Rename.EXCHANGE) != 0;
            Map<String, Long> moved = new HashMap<>(taken(from, to));
            moved.putAll(exchanges ? taken(to, from) : Map.of());
            if (ThreadLocalRandom.current().nextBoolean()) {
                op.later(reply -> threads.execute(() -> {
                    pause();
                    numbers.putAll(moved);
                    reply.reply(null);
                }));
            } else {
                pause();
                numbers.putAll(moved);
            }
        }

        private Map<String, Long> taken(String from, String to) {
            var taken = new HashMap<String, Long>();
            for (String path : List.copyOf(numbers.keySet())) {
                if (path.equals(from) || path.startsWith(from + "/")) {
                    taken.put(to + path.substring(from.length()), numbers.remove(path));
                }
            }
            return taken;
        }
    }

    /** Others run meanwhile, at times. */
    private static void pause() {
        if (ThreadLocalRandom.current().nextInt(4) == 0) {
            LockSupport.parkNanos(1000);
        }
    }

    @BeforeEach void lookUpAll() throws Exception {
        for (int i = 0; i < DIRECTORIES; i++) {
            directories[i] = add(1, "", "d" + i);
        }
        for (int i = 0; i < BELOW; i++) {
            int above = i % DIRECTORIES;
            below[i] = add(directories[above].node, directories[above].path, "s" + i);
            files[i] = add(below[i].node, below[i].path, "f");
        }
    }

    private Known add(long directory, String above, String name) throws Exception {
        String path = above + "/" + name;
        long number = model.numbers.size() + 1L;
        model.numbers.put(path, number);
        return new Known(fileSystem.lookup(Lookup.of(directory, Name.of(name))).node(), (int) number, path);
    }

    @AfterEach void end() {
        threads.shutdownNow();
    }

    private void rename(long directory, String name, long target, String targetName, int flags) throws Exception {
        Rename op = Rename.of(directory, Name.of(name), target, Name.of(targetName)).withFlags(flags);
        FutureReply.<Rename, Void>of(op, rename -> {
            fileSystem.rename(rename);
            return null;
        }).await(Duration.ofSeconds(20));
    }

    /** Moves directories from one directory to another. */
    private void moveBelow() throws Exception {
        var random = ThreadLocalRandom.current();
        int[] above = new int[BELOW];
        Arrays.setAll(above, i -> i % DIRECTORIES);
        for (int i = 0; i < RENAMES; i++) {
            int moved = random.nextInt(BELOW);
            int target = random.nextInt(DIRECTORIES);
            rename(directories[above[moved]].node, "s" + moved, directories[target].node, "s" + moved, 0);
            above[moved] = target;
        }
    }

    /** Renames and exchanges the directories above. */
    private void moveAbove() throws Exception {
        var random = ThreadLocalRandom.current();
        for (int i = 0; i < RENAMES; i++) {
            int one = random.nextInt(DIRECTORIES);
            if (random.nextBoolean()) {
                rename(1, "d" + one, 1, "e", 0);
                rename(1, "e", 1, "d" + one, 0);
            } else {
                rename(1, "d" + one, 1, "d" + (one + 1) % DIRECTORIES, Rename.EXCHANGE);
            }
        }
    }

    private void operate(BooleanSupplier ends) throws Exception {
        var random = ThreadLocalRandom.current();
        while (!ends.getAsBoolean()) {
            int i = random.nextInt(BELOW);
            fileSystem.access(Access.of(files[i].node, files[i].number));
            fileSystem.access(Access.of(below[i].node, below[i].number));
            if (fileSystem.lookup(Lookup.of(below[i].node, Name.of("f"))).node() != files[i].node) {
                model.wrong.add("another file in " + below[i]);
            }
        }
    }

    private Future<?> start(Callable<?> work) {
        return threads.submit(work);
    }

    @Test void anOperationHasThePathOfItsFileWhileItRuns() throws Exception {
        List<Future<?>> renames = List.of(start(() -> {
            moveBelow();
            return null;
        }), start(() -> {
            moveAbove();
            return null;
        }));
        var operations = new ArrayList<Future<?>>();
        for (int i = 0; i < 4; i++) {
            operations.add(start(() -> {
                operate(() -> renames.stream().allMatch(Future::isDone));
                return null;
            }));
        }
        for (Future<?> each : renames) {
            each.get(50, TimeUnit.SECONDS);
        }
        for (Future<?> each : operations) {
            each.get(20, TimeUnit.SECONDS);
        }
        assertThat(model.wrong).isEmpty();
        assertThat(model.checks.get()).isGreaterThan(RENAMES);
        assertThat(model.numbers).hasSize(DIRECTORIES + 2 * BELOW);
    }
}

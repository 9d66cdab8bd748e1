package org.hexfuse.vfs.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.abi.Name;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The open-addressed tables against maps. */
@Timeout(60) class TablesTest {
    private static final Inode TARGET = new Inode(9, 0, Inode.UNKNOWN_DIRECTORY);

    private static Dentry dentry(String name) {
        return new Dentry(TARGET, Name.encode(name), TARGET);
    }

    private static Dentry get(ChildTable table, String name) {
        byte[] path = Name.encode("/" + name + "/");
        return table.get(path, 1, path.length - 1, KeyedHash.of(path, 1, path.length - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 40, 3000}) void childrenAreThoseOfAMap(int names) {
        var random = new Random(names);
        var table = new ChildTable();
        Map<String, Dentry> map = new HashMap<>();
        for (int i = 0; i < 40_000; i++) {
            String name = "n" + random.nextInt(names);
            Dentry known = map.get(name);
            assertThat(get(table, name)).isSameAs(known);
            // Grows and shrinks by turns.
            if (known == null && random.nextInt(10) < (i / 4_000 % 2 == 0 ? 8 : 2)) {
                Dentry made = dentry(name);
                table.add(made);
                map.put(name, made);
            } else if (known != null && random.nextInt(10) < (i / 4_000 % 2 == 0 ? 2 : 8)) {
                table.remove(known);
                table.remove(known);
                map.remove(name);
            }
            assertThat(table.isEmpty()).isEqualTo(map.isEmpty());
        }
        assertThat(table.all()).containsExactlyInAnyOrderElementsOf(map.values());
    }

    @Test void aReaderFindsWhatStaysWhileOthersComeAndGo() throws Exception {
        var table = new ChildTable();
        List<Dentry> stays = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Dentry made = dentry("stays" + i);
            stays.add(made);
            table.add(made);
        }
        var stop = new AtomicBoolean();
        var failures = new ConcurrentLinkedQueue<Throwable>();
        Thread reader = Thread.ofPlatform().uncaughtExceptionHandler((_, e) -> failures.add(e)).start(() -> {
            for (int i = 0; !stop.get(); i = (i + 1) % 50) {
                if (get(table, "stays" + i) != stays.get(i)) {
                    failures.add(new AssertionError("stays" + i + " is not found"));
                    return;
                }
            }
        });
        var random = new Random(1);
        Map<Integer, Dentry> others = new HashMap<>();
        long end = System.nanoTime() + Duration.ofMillis(700).toNanos();
        while (System.nanoTime() < end) {
            int number = random.nextInt(300);
            Dentry there = others.remove(number);
            if (there == null) {
                Dentry made = dentry("other" + number);
                others.put(number, made);
                table.add(made);
            } else {
                table.remove(there);
            }
        }
        stop.set(true);
        assertThat(reader.join(Duration.ofSeconds(10))).isTrue();
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20, 5000}) void inodesAreThoseOfAMap(int ids) {
        var random = new Random(ids);
        var table = new NodeIdTable();
        Map<Long, Inode> map = new HashMap<>();
        for (int i = 0; i < 40_000; i++) {
            long id = random.nextInt(ids) * (long) (i % 2 == 0 ? 1 : 1 << 20);
            Inode known = map.get(id);
            assertThat(table.get(id)).isSameAs(known);
            if (known == null && random.nextInt(10) < (i / 4_000 % 2 == 0 ? 8 : 2)) {
                var made = new Inode(id, 0, Inode.UNKNOWN_DIRECTORY);
                table.add(made);
                map.put(id, made);
            } else if (known != null && random.nextInt(10) < (i / 4_000 % 2 == 0 ? 2 : 8)) {
                table.remove(new Inode(id, 0, Inode.UNKNOWN_DIRECTORY));
                assertThat(table.get(id)).as("another inode of the same id").isSameAs(known);
                table.remove(known);
                map.remove(id);
            }
            assertThat(table.size()).isEqualTo(map.size());
        }
        map.forEach((id, inode) -> assertThat(table.get(id)).isSameAs(inode));
    }

    /** By the hash of {@link String} or {@link java.util.Arrays} all of these collide. */
    @Test void namesThatCollideByPolynomialHashesDoNot() {
        var names = new ArrayList<>(List.of(""));
        for (int i = 0; i < 16; i++) {
            var longer = new ArrayList<String>();
            names.forEach(name -> longer.addAll(List.of(name + "Aa", name + "BB")));
            names.clear();
            names.addAll(longer);
        }
        assertThat(names.stream().map(String::hashCode).distinct()).hasSize(1);
        assertThat(names.stream().map(Name::encode).map(name -> KeyedHash.of(name, 0, name.length)).distinct().count())
                .isGreaterThan(names.size() - 100L);
    }
}

package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.hexfuse.abi.Name;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListingTest {
    private static final long ROOT = 1;
    private static final Maker ANNA = new Maker(1000, 100, 0);

    private final Tree tree = new Tree(new Space(1 << 20, 1 << 20), new Owner(1000, 100), 0755,
            java.time.InstantSource.system());

    private void make(String name) {
        tree.createFile(ROOT, Name.of(name), 0644, ANNA);
    }

    /** Lists up to {@code most} entries behind {@code cookie} into {@code names} and returns the last one's cookie. */
    private long list(long cookie, int most, List<String> names) {
        long[] last = {cookie};
        int[] room = {most};
        tree.list(ROOT, cookie, (name, _, next) -> {
            if (room[0]-- == 0) {
                return false;
            }
            names.add(name.toString());
            last[0] = next;
            return true;
        });
        return last[0];
    }

    @Test void beginsWithTheDirectoryAndItsParent() {
        make("a");
        make("b");
        List<String> names = new ArrayList<>();
        long cookie = list(0, 1, names);
        cookie = list(cookie, 1, names);
        list(cookie, 10, names);
        assertThat(names).containsExactly(".", "..", "a", "b");
    }

    @Test void goesOnBehindAnEntryThatIsGone() {
        make("a");
        make("b");
        make("c");
        List<String> names = new ArrayList<>();
        long cookie = list(0, 4, names);
        tree.unlink(ROOT, Name.of("b"));
        list(cookie, 10, names);
        assertThat(names).containsExactly(".", "..", "a", "b", "c");
    }

    @Test void keepsThePlaceOfANameThatIsReplaced() {
        make("a");
        make("b");
        List<String> names = new ArrayList<>();
        long cookie = list(0, 3, names);
        make("new");
        tree.rename(ROOT, Name.of("new"), ROOT, Name.of("a"), 0);
        list(cookie, 10, names);
        assertThat(names).containsExactly(".", "..", "a", "b");
    }

    @Test void ofALargeDirectoryThatWasEmptiedTakesLittle() {
        var table = new EntryTable();
        for (int i = 0; i < 10_000; i++) {
            table.add(Name.of("n" + i), tree.root());
        }
        table.all().forEach(table::remove);
        assertThat(table.all()).isEmpty();
        assertThat(table.count()).isZero();
        table.add(Name.of("last"), tree.root());
        assertThat(table.all()).singleElement().returns(10_003L, DirEntry::cookie);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8}) void showsOnceWhatStaysWhileOthersComeAndGo(long seed) {
        var random = new Random(seed);
        Set<String> stay = new HashSet<>();
        List<String> go = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            make("n" + i);
            if (random.nextInt(4) == 0) {
                stay.add("n" + i);
            } else {
                go.add("n" + i);
            }
        }
        List<String> seen = new ArrayList<>();
        long cookie = 0;
        for (int i = 0; i < 1000; i++) {
            int before = seen.size();
            cookie = list(cookie, 1 + random.nextInt(9), seen);
            if (seen.size() == before) {
                break;
            }
            for (int k = random.nextInt(12); k > 0 && !go.isEmpty(); k--) {
                tree.unlink(ROOT, Name.of(go.remove(random.nextInt(go.size()))));
            }
            if (random.nextInt(3) == 0) {
                make("new" + i);
                go.add("new" + i);
            }
        }
        assertThat(seen).doesNotHaveDuplicates().containsAll(stay);
    }
}

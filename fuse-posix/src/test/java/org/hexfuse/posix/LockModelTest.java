package org.hexfuse.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Record locks against a model that has one array per owner, with a type for each byte. */
class LockModelTest {
    private static final int BYTES = 16;
    private static final int OWNERS = 3;
    private static final int STRANGER = 99;
    private static final LockType[] TYPES = LockType.values();

    private final LockTable<String, Integer> table = LockTable.ofRecords();
    private final LockType[][] model = new LockType[OWNERS][BYTES];

    LockModelTest() {
        for (LockType[] bytes : model) {
            Arrays.fill(bytes, LockType.UNLOCKED);
        }
    }

    /** The last bytes stand for those at the largest offsets, and are adjacent to the ones before. */
    private static LockRange range(LockType type, int from, int to, int owner) {
        return new LockRange(type, from, to == BYTES - 1 ? LockRange.TO_THE_END : to, owner);
    }

    private boolean isFree(LockType type, int from, int to, int owner) {
        for (int other = 0; other < OWNERS; other++) {
            for (int at = from; at <= to && other != owner; at++) {
                if (model[other][at].conflicts(type)) {
                    return false;
                }
            }
        }
        return true;
    }

    private void step(LockType type, int from, int to, int owner) {
        boolean expected = isFree(type, from, to, owner);
        boolean done;
        try {
            table.set("f", owner, range(type, from, to, owner));
            done = true;
        } catch (FuseException e) {
            assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
            done = false;
        }
        assertThat(done).isEqualTo(expected);
        if (done) {
            Arrays.fill(model[owner], from, to + 1, type);
        }
    }

    /** The lock that conflicts with a wanted byte, extended over the adjacent bytes of the same owner and type. */
    private Optional<LockRange> expected(LockType wanted, int at, int asker) {
        Optional<LockRange> first = Optional.empty();
        for (int owner = 0; owner < OWNERS; owner++) {
            LockType type = model[owner][at];
            if (owner == asker || !type.conflicts(wanted)) {
                continue;
            }
            int from = at;
            int to = at;
            while (from > 0 && model[owner][from - 1] == type) {
                from--;
            }
            while (to < BYTES - 1 && model[owner][to + 1] == type) {
                to++;
            }
            LockRange found = range(type, from, to, owner);
            if (first.isEmpty() || found.start() < first.get().start()) {
                first = Optional.of(found);
            }
        }
        return first;
    }

    private void compare() {
        for (int at = 0; at < BYTES; at++) {
            for (LockType wanted : new LockType[]{LockType.READ, LockType.WRITE}) {
                for (int asker : new int[]{0, 1, 2, STRANGER}) {
                    Optional<LockRange> found = table.getlk("f", asker, range(wanted, at, at, asker));
                    Optional<LockRange> expected = expected(wanted, at, asker);
                    // Of several locks that begin at one byte any may be returned.
                    assertThat(found.map(LockRange::start)).isEqualTo(expected.map(LockRange::start));
                    found.ifPresent(lock -> assertThat(model[lock.pid()][(int) lock.start()]).isEqualTo(lock.type()));
                    if (wanted == LockType.READ) {
                        assertThat(found).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8}) void randomStepsAgree(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 4000; i++) {
            int from = random.nextInt(BYTES);
            int to = from + random.nextInt(BYTES - from);
            step(TYPES[random.nextInt(3)], from, to, random.nextInt(OWNERS));
            compare();
        }
    }

    @Test void allPairsOfStepsOfOneOwnerAgree() {
        for (LockType first : TYPES) {
            for (LockType second : TYPES) {
                for (int code = 0; code < 6 * 6 * 6 * 6; code++) {
                    int a = code % 6;
                    int b = code / 6 % 6;
                    int c = code / 36 % 6;
                    int d = code / 216;
                    if (a <= b && c <= d) {
                        step(LockType.READ, 2, 3, 0);
                        step(first, a, b, 0);
                        step(second, c, d, 0);
                        compareOwn();
                        step(LockType.UNLOCKED, 0, BYTES - 1, 0);
                    }
                }
            }
        }
        assertThat(table.lockedFiles()).isZero();
    }

    private void compareOwn() {
        for (int at = 0; at < 8; at++) {
            assertThat(table.getlk("f", STRANGER, range(LockType.WRITE, at, at, STRANGER)))
                    .isEqualTo(expected(LockType.WRITE, at, STRANGER));
        }
    }
}

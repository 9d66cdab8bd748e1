package org.hexfuse.server.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Random;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.transport.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests carry behind their names, as servers read it. */
class ExtensionsTest {
    private static final String NAME = "616200";
    private static final String GROUPS = "18000000" + "20000000" + "03000000" + "01000000" + "02000000" + "ffffffff";
    private static final String NO_CONTEXTS = "08000000" + "00000000";
    private static final String CONTEXTS = "28000000" + "02000000"
            + "03000000" + "00000000" + "6100" + "010203" + "000000"
            + "01000000" + "00000000" + "622e6300" + "09" + "000000";

    private static Extensions parse(String hex, int units) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return new Extensions(new Span().set(MemorySegment.ofArray(bytes), 0, bytes.length), units);
    }

    private static void assertRefused(Runnable action) {
        assertThatThrownBy(action::run).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
    }

    @Test void areNone() {
        assertThat(parse(NAME, 0).groups()).isEmpty();
        assertThat(parse(NAME, 0).contexts()).isEmpty();
    }

    @Test void areGroups() {
        assertThat(parse(NAME + GROUPS, 3).groups()).containsExactly(1, 2, -1);
        assertThat(parse(NAME + GROUPS, 3).contexts()).isEmpty();
    }

    @Test void areContexts() {
        var contexts = parse(NAME + CONTEXTS, 5).contexts();
        assertThat(contexts).hasSize(2);
        assertThat(contexts.get(0).name()).hasToString("a");
        assertThat(contexts.get(0).value()).containsExactly(1, 2, 3);
        assertThat(contexts.get(1).name()).hasToString("b.c");
        assertThat(contexts.get(1).value()).containsExactly(9);
    }

    @Test void areSeveralInOneRequest() {
        Extensions both = parse(NAME + NO_CONTEXTS + GROUPS, 4);
        assertThat(both.groups()).hasSize(3);
        assertThat(both.contexts()).isEmpty();
        assertThat(parse(NAME + CONTEXTS + GROUPS, 8).contexts()).hasSize(2);
    }

    @Test void ofUnknownTypesAreSkipped() {
        assertThat(parse("10000000" + "630000000000000000000000" + GROUPS, 5).groups()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000000000000000", "0700000020000000", "0900000020000000", "ffffffff20000000",
        "0800000020000000", "0c0000002000000001000000ffffffff", "10000000200000000200000001000000",
        "1000000020000000ffffffff01000000"}) void malformedGroupsAreRefused(String hex) {
        assertRefused(() -> parse(hex, hex.length() / 16).groups());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0800000001000000", "1000000001000000" + "0300000000000000",
        "1800000001000000" + "0300000000000000" + "6161616161616161",
        "1800000001000000" + "0700000000000000" + "6100010203040506",
        "1800000001000000" + "ffffffff00000000" + "6100010203040506",
        "1800000002000000" + "0300000000000000" + "6100010203000000"}) void malformedContextsAreRefused(
                String hex) {
        assertRefused(() -> parse(hex, hex.length() / 16).contexts());
    }

    @Test void thatAreLongerThanTheRequestAreRefused() {
        assertRefused(() -> parse(NAME, 1));
        assertRefused(() -> parse(NAME, 65535));
    }

    @Test void ofRandomBytesAreReadOrRefused() {
        var random = new Random(20_260_823);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[8 * random.nextInt(1, 8)];
            random.nextBytes(bytes);
            for (int at = 0; at < bytes.length; at += 4) {
                if (random.nextInt(3) > 0) {
                    bytes[at] = (byte) random.nextInt(40);
                    bytes[at + 1] = 0;
                    bytes[at + 2] = 0;
                    bytes[at + 3] = 0;
                }
            }
            var extensions = new Extensions(new Span().set(MemorySegment.ofArray(bytes), 0, bytes.length),
                    bytes.length / 8);
            try {
                assertThat(extensions.groups().size()).isLessThanOrEqualTo(bytes.length / 4);
                assertThat(extensions.contexts().size()).isLessThanOrEqualTo(bytes.length / 8);
            } catch (FuseException e) {
                assertThat(e.errno()).isEqualTo(Errno.EINVAL);
            }
        }
    }
}

package org.hexfuse.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NameTest {
    @Test void textGoesThroughUnchanged() {
        assertThat(Name.of("Grüße 𝄞")).hasToString("Grüße 𝄞");
        assertThat(Name.of("Grüße").length()).isEqualTo(7);
    }

    @Test void bytesThatAreNotUtf8SurviveTheirWayThroughAString() {
        var random = new Random(42);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            Name name = Name.of(bytes);
            assertThat(Name.of(name.toString())).isEqualTo(name);
            assertThat(name.is(name.toString())).isTrue();
        }
    }

    @Test void aTruncatedSequenceIsEscapedByteByByte() {
        assertThat(Name.of(new byte[]{'a', (byte) 0xE2, (byte) 0x82})).hasToString("a\uDCE2\uDC82");
    }

    @Test void namesAreOrderedByUnsignedBytes() {
        assertThat(Name.of("z")).isLessThan(Name.of("é"));
    }

    @Test void aNameStartsWithItselfAndShorterOnes() {
        Name name = Name.of("file");
        assertThat(name.startsWith(Name.of("fi"))).isTrue();
        assertThat(name.startsWith(name)).isTrue();
        assertThat(name.startsWith(Name.of("files"))).isFalse();
        assertThat(name.startsWith(Name.of("il"))).isFalse();
    }

    @Test void dotsAreTold() {
        assertThat(Name.of(".").isDotOrDotDot()).isTrue();
        assertThat(Name.of("..").isDotOrDotDot()).isTrue();
        assertThat(Name.of("...").isDotOrDotDot()).isFalse();
        assertThat(Name.of(".a").isDotOrDotDot()).isFalse();
        assertThat(Name.of("a.").isDotOrDotDot()).isFalse();
    }

    @Test void aNameIsReadFromAndWrittenToMemory() {
        try (Arena arena = Arena.ofConfined()) {
            var memory = arena.allocate(8);
            Name.of("abc").copyTo(memory, 2);
            assertThat(Name.of(memory, 2, 3)).isEqualTo(Name.of("abc"));
        }
    }
}

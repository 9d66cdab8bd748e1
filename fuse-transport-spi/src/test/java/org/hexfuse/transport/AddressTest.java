package org.hexfuse.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @Test void hasSchemePathAndParameters() {
        Address address = Address.parse("memory:/a/b?size=1g&ro&empty=");
        assertThat(address.scheme()).isEqualTo("memory");
        assertThat(address.path()).isEqualTo("/a/b");
        assertThat(address.parameters()).containsExactly(Map.entry("size", "1g"), Map.entry("ro", ""),
                Map.entry("empty", ""));
        assertThat(address.parameter("size")).contains("1g");
        assertThat(address.parameter("other")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "unix-seqpacket:/run/x.sock", "mem:a?inline",
        "linux:/mnt/with space?fsname=a%26b", "x:%25%3F%26%3D?%25%3F%26%3D=%25%3F%26%3D",
        "linux:/\u00fcber/\u6f22"}) void roundTripsThroughText(String text) {
        assertThat(Address.parse(text)).hasToString(text);
        assertThat(Address.parse(Address.parse(text).toString())).isEqualTo(Address.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "memory", "/path", ":x", "Mem:", "1a:", "a b:", "mem:%", "mem:%2",
        "mem:%zz", "mem:?a=%"}) void rejectsMalformedTextWithOneLine(String text) {
        assertThatThrownBy(() -> Address.parse(text)).isInstanceOf(IllegalArgumentException.class).message()
                .isNotEmpty().doesNotContain("\n");
    }

    @Test void aSwitchIsOnOrOff() {
        assertThat(Address.parse("mem:?a").flag("a")).isTrue();
        assertThat(Address.parse("mem:?a=true").flag("a")).isTrue();
        assertThat(Address.parse("mem:?a=false").flag("a")).isFalse();
        assertThat(Address.parse("mem:").flag("a")).isFalse();
        assertThatThrownBy(() -> Address.parse("mem:?a=7").flag("a")).hasMessageContaining("'a'");
    }

    private enum Size {
        SMALL, VERY_LARGE
    }

    @Test void aChoiceIsOneOfAnEnum() {
        assertThat(Address.parse("mem:?a=very_large").choice("a", Size.SMALL)).isEqualTo(Size.VERY_LARGE);
        assertThat(Address.parse("mem:").choice("a", Size.SMALL)).isEqualTo(Size.SMALL);
        assertThatThrownBy(() -> Address.parse("mem:?a=VERY_LARGE").choice("a", Size.SMALL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'a=VERY_LARGE' is none of small, very_large");
    }

    @Test void copiesItsParameters() {
        var parameters = new LinkedHashMap<>(Map.of("a", "b"));
        var address = new Address("mem", "", parameters);
        parameters.put("c", "d");
        assertThat(address.parameters()).hasSize(1);
    }

    @Test void namesAnUnknownScheme() {
        assertThatThrownBy(() -> Transports.connect(Address.parse("nope:")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'nope:'");
        assertThatThrownBy(() -> Transports.open(Address.parse("nope:"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'nope:'");
    }
}

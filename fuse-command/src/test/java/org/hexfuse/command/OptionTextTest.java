package org.hexfuse.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OptionTextTest {
    @Test void optionsAreSeparatedByCommas() {
        assertThat(OptionText.parse(List.of("ro,allow_other", "fsname=a"))).containsExactly("ro", "allow_other",
                "fsname=a");
    }

    @Test void aBackslashTakesTheMeaningFromWhatFollows() {
        assertThat(OptionText.parse(List.of("fsname=a\\,b,ro"))).containsExactly("fsname=a,b", "ro");
        assertThat(OptionText.parse(List.of("fsname=a\\\\,ro"))).containsExactly("fsname=a\\", "ro");
    }

    @Test void emptyOptionsAreNone() {
        assertThat(OptionText.parse(List.of("", ",,ro,"))).containsExactly("ro");
    }
}

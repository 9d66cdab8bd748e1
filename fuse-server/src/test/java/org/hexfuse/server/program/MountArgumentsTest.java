package org.hexfuse.server.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountArgumentsTest {
    private static MountArguments parse(String... arguments) {
        return MountArguments.parse(List.of(arguments));
    }

    @Test void aMountPointIsEnough() {
        assertThat(parse("/mnt")).isEqualTo(
                new MountArguments(Path.of("/mnt"), List.of(), List.of(), false, false, OptionalInt.empty()));
    }

    @Test void argumentsAreThoseOfMountPrograms() {
        MountArguments arguments = parse("host:/dir", "/mnt", "-s", "-o", "ro,allow_other", "-ofsname=a\\,b", "-f");
        assertThat(arguments.sources()).containsExactly("host:/dir");
        assertThat(arguments.mountPoint()).isEqualTo(Path.of("/mnt"));
        assertThat(arguments.options()).containsExactly("ro", "allow_other", "fsname=a,b");
        assertThat(arguments.foreground()).isTrue();
        assertThat(arguments.debug()).isFalse();
        assertThat(arguments.threads()).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({"-d", "-odebug"}) void debuggingStaysInTheForeground(String option) {
        MountArguments arguments = parse(option, "/mnt");
        assertThat(arguments.debug()).isTrue();
        assertThat(arguments.foreground()).isTrue();
        assertThat(arguments.options()).isEmpty();
    }

    @Test void namesMayBeginWithADash() {
        assertThat(parse("--", "-source", "-point")).extracting(MountArguments::sources, MountArguments::mountPoint)
                .containsExactly(List.of("-source"), Path.of("-point"));
    }

    @ParameterizedTest
    @CsvSource({"-f, a mount point is missing", "-x, unknown option '-x'", "--frob, unknown option '--frob'",
        "-o, -o needs options"}) void wrongArgumentsAreNamed(String argument, String message) {
        assertThatThrownBy(() -> parse(argument)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test void optionsAreSeparatedByCommasThatABackslashEscapes() {
        assertThat(MountArguments.splitOptions("ro,allow_other")).containsExactly("ro", "allow_other");
        assertThat(MountArguments.splitOptions("fsname=a\\,b,ro")).containsExactly("fsname=a,b", "ro");
        assertThat(MountArguments.splitOptions("fsname=a\\\\,ro")).containsExactly("fsname=a\\", "ro");
        assertThat(MountArguments.splitOptions(",,ro,")).containsExactly("ro");
        assertThat(MountArguments.splitOptions("")).isEmpty();
    }
}

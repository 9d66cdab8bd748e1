package org.hexfuse.examples.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PassthroughOptionsTest {
    @TempDir private Path backing;

    private final PassthroughProvider provider = new PassthroughProvider();

    @Test void theDefaultsAreThoseOfAnAddressWithoutParameters() {
        assertThat(PassthroughOptions.of(Address.parse("passthrough:/d"))).isEqualTo(PassthroughOptions.DEFAULT)
                .isEqualTo(new PassthroughOptions(PassthroughOptions.Cache.AUTO, false, Duration.ofSeconds(1),
                        Duration.ofSeconds(1), true, false, true, PassthroughOptions.Locks.LOCAL, false, true, 0));
    }

    @Test void everyParameterIsRead() {
        assertThat(PassthroughOptions.of("cache=never", "writeback", "entry_timeout=2", "attr_timeout=300ms",
                "backing=off", "submounts", "xattr=off", "locks=backing", "direct", "handles=off", "descriptors=99"))
                .isEqualTo(new PassthroughOptions(PassthroughOptions.Cache.NEVER, true, Duration.ofSeconds(2),
                        Duration.ofMillis(300), false, true, false, PassthroughOptions.Locks.BACKING, true, false,
                        99));
    }

    @Test void aTimeoutIsThatOfBothUnlessOneHasItsOwn() {
        PassthroughOptions options = PassthroughOptions.of("cache=always", "timeout=1.5", "attr_timeout=0s");
        assertThat(options.entryTimeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(options.attrTimeout()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "cache=maybe | 'cache=maybe' is none of never, auto, always",
        "locks=here | 'locks=here' is none of local, backing, none",
        "timeout=soon | 'timeout=soon' needs a time, such as 200ms or 5s",
        "backing=on | 'backing=on' is neither auto nor off",
        "xattr=no | 'xattr=no' is neither on nor off",
        "writeback=yes | 'writeback' is a switch and takes no value 'yes'",
        "descriptors=3 | 'descriptors=3' needs a number, 16 at least",
        "colour=red | 'passthrough:/d?colour=red': passthrough: has no parameter 'colour'"}, quoteCharacter = '"') void whatIsWrongIsNamed(
                String parameter, String message) {
        assertThatThrownBy(() -> provider.create(Address.parse("passthrough:/d?" + parameter)))
                .isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test void isProvidedByItsScheme() throws IOException {
        Module module = PassthroughProvider.class.getModule();
        assertThat(module.isNamed() ? providersOf(module) : onTheClassPath())
                .contains(PassthroughProvider.class.getName());
        assertThat(provider.scheme()).isEqualTo("passthrough");
        assertThat(provider.description()).doesNotContain("\n").contains("passthrough:/directory");
        FuseFileSystem fileSystem = provider.create(Address.of("passthrough", backing.toString()));
        assertThat(fileSystem).isInstanceOf(PassthroughFileSystem.class);
        ((PassthroughFileSystem) fileSystem).close();
        assertThatThrownBy(() -> provider.create(Address.of("passthrough", "")))
                .hasMessage("'passthrough:': passthrough: takes a directory, passthrough:/directory");
        assertThatThrownBy(() -> provider.create(Address.of("passthrough", backing.resolve("gone").toString())))
                .isInstanceOf(IOException.class).hasMessageContaining("No such file or directory");
    }

    private static List<String> providersOf(Module module) {
        return module.getDescriptor().provides().stream()
                .filter(provides -> provides.service().equals(FuseFileSystemProvider.class.getName()))
                .flatMap(provides -> provides.providers().stream()).toList();
    }

    private static List<String> onTheClassPath() {
        return ServiceLoader.load(FuseFileSystemProvider.class).stream().map(found -> found.type().getName()).toList();
    }
}

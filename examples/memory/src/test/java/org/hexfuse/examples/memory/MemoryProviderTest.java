package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.module.ModuleDescriptor.Provides;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryProviderTest {
    private static MemoryFileSystem create(String address) {
        return (MemoryFileSystem) new MemoryProvider().create(Address.parse(address));
    }

    @Test void isProvidedByItsModule() {
        assertThat(MemoryProvider.class.getModule().getDescriptor().provides())
                .filteredOn(p -> p.service().equals(FuseFileSystemProvider.class.getName()))
                .flatExtracting(Provides::providers).contains(MemoryProvider.class.getName());
        assertThat(new MemoryProvider().scheme()).isEqualTo("memory");
    }

    @ParameterizedTest
    @CsvSource({"size=4096,4096", "size=3k,3072", "size=512M,536870912", "size=1g,1073741824",
        "size=2t,2199023255552"}) void understandsSizes(String parameter, long bytes) {
        assertThat(create("memory:?" + parameter).limits().byteLimit()).isEqualTo(bytes);
    }

    @Test void limitsByTheHeapUnlessTold() {
        Space limits = create("memory:?files=5").limits();
        assertThat(limits.byteLimit()).isEqualTo(Runtime.getRuntime().maxMemory() / 2);
        assertThat(limits.nodeLimit()).isEqualTo(5);
        assertThat(create("memory:").limits().nodeLimit()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1x", "", "0", "-1", "1.5g", "g", "99999999t",
        "99999999999999999999"}) void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> create("memory:?size=" + text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memory: size=" + text + " is no number like 512m or 1g");
    }

    @Test void namesAParameterThatItDoesNotHave() {
        assertThatThrownBy(() -> create("memory:?sise=1g")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memory: has no parameter 'sise'; it takes size, files and local");
        assertThatThrownBy(() -> create("memory:/tmp")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memory: takes no path, and got '/tmp'");
    }
}

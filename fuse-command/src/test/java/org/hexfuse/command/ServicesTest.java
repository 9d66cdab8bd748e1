package org.hexfuse.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.Configurator;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Provides;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.spi.KernelTransportProvider;
import org.hexfuse.transport.spi.ServerTransportProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found on the module path is found on the class path too. */
class ServicesTest {
    @ParameterizedTest
    @ValueSource(classes = {FuseFileSystemProvider.class, ServerTransportProvider.class,
        KernelTransportProvider.class, Configurator.class}) void bothListsNameTheSameProviders(Class<?> service)
                throws Exception {
        var byModules = new TreeSet<String>();
        var byResources = new TreeSet<String>();
        for (Module module : ours()) {
            byModules.addAll(
                    module.getDescriptor().provides().stream().filter(p -> p.service().equals(service.getName()))
                            .map(Provides::providers).flatMap(List::stream).toList());
            try (InputStream list = module.getResourceAsStream("META-INF/services/" + service.getName())) {
                if (list != null) {
                    new String(list.readAllBytes(), UTF_8).lines().filter(line -> !line.startsWith("#"))
                            .forEach(byResources::add);
                }
            }
        }
        assertThat(byModules).isNotEmpty().isEqualTo(byResources);
    }

    private static Set<Module> ours() {
        return ModuleLayer.boot().modules().stream().filter(m -> m.getName().startsWith("org.hexfuse."))
                .collect(Collectors.toSet());
    }
}

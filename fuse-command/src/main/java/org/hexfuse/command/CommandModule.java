package org.hexfuse.command;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import jakarta.inject.Singleton;
import org.hexfuse.command.shell.Servings;

/** The Guice module of the command: the only place where implementations are chosen. */
final class CommandModule extends AbstractModule {
    @Provides
    @Singleton FileSystems fileSystems() {
        return FileSystems.discover();
    }

    @Provides
    @Singleton Servings servings(FileSystems fileSystems) {
        return new Servings(fileSystems::create, fileSystems::has);
    }
}

package org.hexfuse.examples.guide;

import com.google.auto.service.AutoService;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.path.PathFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.server.tree.StaticDirectory;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.transport.Address;

/** Makes the filesystems of the guide, such as {@code guide:notes}. */
@AutoService(FuseFileSystemProvider.class) public final class GuideProvider implements FuseFileSystemProvider {
    public GuideProvider() {}

    @Override public String scheme() {
        return "guide";
    }

    @Override public String description() {
        return "the filesystems of docs/guide.md: guide:hello, clock, properties, notes, weather or paths";
    }

    @Override public FuseFileSystem create(Address address) {
        return switch (address.path()) {
            case "hello" -> Hello.fileSystem();
            case "clock" -> TreeFileSystem.of(new StaticDirectory().with("clock", new Clock()));
            case "properties" -> TreeFileSystem.of(new Properties());
            case "notes" -> new Notes();
            case "weather" -> new Weather(new SlowWeather());
            case "paths" -> PathFileSystem.of(new PathHello());
            default -> throw new IllegalArgumentException("'" + address + "': " + description());
        };
    }

    /** A second for each report. */
    private static final class SlowWeather implements Weather.Service {
        private static final Set<String> TOWNS = Set.of("Bergen", "Marrakesh", "Wellington");

        @Override public Set<String> towns() {
            return TOWNS;
        }

        @Override public String report(String town) throws NoSuchFileException, InterruptedException {
            if (!TOWNS.contains(town)) {
                throw new NoSuchFileException(town);
            }
            Thread.sleep(1000);
            return town + (town.equals("Marrakesh") ? ": sun\n" : ": rain\n");
        }
    }
}

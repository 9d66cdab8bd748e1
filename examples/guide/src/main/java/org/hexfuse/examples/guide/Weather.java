package org.hexfuse.examples.guide;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.*;

/** A slow service of weather reports as a directory: a file a town. */
public final class Weather extends TreeFileSystem {
    private static final Duration CACHED = Duration.ofMinutes(10);

    private final Reports reports;

    /** What is slow. */
    public interface Service {
        Set<String> towns() throws IOException, InterruptedException;

        /** The report of a town, or {@link NoSuchFileException}. */
        String report(String town) throws IOException, InterruptedException;
    }

    public Weather(Service service) {
        var reports = new Reports(service, new ConcurrentHashMap<>());
        super(new Towns(reports));
        this.reports = reports;
    }

    @Override public Blocking blocking() {
        return Blocking.IN_JAVA;
    }

    @Override public boolean interruptsThreads() {
        return true;
    }

    /** The service has another report of a town: kernels drop what they have cached of the file. */
    public void changed(String town, String report) {
        reports.known().put(town, report);
        root().child(Name.of(town)).ifPresent(Node::invalidate);
    }

    /** The reports that are known. Of two that are read and changed at once, the changed one counts. */
    private record Reports(Service service, Map<String, String> known) {
        byte[] of(String town) throws IOException, InterruptedException {
            String report = known.get(town);
            if (report == null) {
                String read = service.report(town);
                String other = known.putIfAbsent(town, read);
                report = other == null ? read : other;
            }
            return report.getBytes(UTF_8);
        }
    }

    /** The directory. */
    private static final class Towns extends Node {
        private final Reports reports;

        Towns(Reports reports) {
            super(FileType.DIRECTORY);
            this.reports = reports;
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0555);
        }

        @Override public Child lookup(Lookup op) throws IOException, InterruptedException {
            Town town = new Town(reports, op.name().toString());
            try {
                return town.with(town.attr(), CACHED);
            } catch (NoSuchFileException _) {
                return Child.absent(CACHED);
            }
        }

        @Override public Stream<Listed> readdir(ReadDir op) throws IOException, InterruptedException {
            return reports.service().towns().stream().map(town -> Listed.of(town, FileType.REGULAR));
        }
    }

    /** A report. */
    private static final class Town extends Node {
        private final Reports reports;
        private final String name;

        Town(Reports reports, String name) {
            super(FileType.REGULAR);
            this.reports = reports;
            this.name = name;
        }

        @Override public Object key() {
            return name;
        }

        private Attr attr() throws IOException, InterruptedException {
            return Attr.of(FileType.REGULAR, 0444).size(reports.of(name).length).timeout(CACHED).build();
        }

        @Override public Attr getattr(GetAttr op) throws IOException, InterruptedException {
            return attr();
        }

        @Override public Set<OpenOutFlag> openFlags() {
            return Set.of(OpenOutFlag.KEEP_CACHE);
        }

        @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
            out.writeSlice(reports.of(name), op.offset());
        }
    }
}

package org.hexfuse.command;

import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hexfuse.transport.Transports;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code hexfuse list}. */
@Command(name = "list", description = "Show the filesystems and transports that are found.", mixinStandardHelpOptions = true) final class ListCommand
        implements Runnable {
    private final FileSystems fileSystems;
    @Spec private CommandSpec spec;

    @Inject ListCommand(FileSystems fileSystems) {
        this.fileSystems = fileSystems;
    }

    @Override public void run() {
        Map<String, String> kinds = new TreeMap<>();
        fileSystems.providers().forEach(provider -> kinds.put(provider.scheme() + ":", provider.description()
                + Optional.ofNullable(fileSystems.plugins().get(provider)).map(path -> " (" + path + ")").orElse("")));
        Map<String, String> transports = new TreeMap<>();
        Transports.serverTransports().forEach(t -> transports.put(t.scheme() + ":", t.description()));
        Transports.kernelTransports().forEach(t -> transports.putIfAbsent(t.scheme() + ":", t.description()));
        PrintWriter out = spec.commandLine().getOut();
        print(out, "Filesystems:", kinds);
        print(out, "Transports:", transports);
    }

    private static void print(PrintWriter out, String title, Map<String, String> lines) {
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(1);
        out.println(title);
        lines.forEach((scheme, text) -> out.printf("  %-" + width + "s  %s%n", scheme, text));
    }
}

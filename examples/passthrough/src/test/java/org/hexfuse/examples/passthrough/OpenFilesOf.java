package org.hexfuse.examples.passthrough;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The descriptors of this process that are open for what is in a directory, by {@code /proc/self/fd}. */
final class OpenFilesOf {
    private OpenFilesOf() {}

    static List<String> directory(Path directory) throws IOException {
        Path real = directory.toRealPath();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(OpenFilesOf::target).filter(target -> target.startsWith(real.toString())).toList();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException _) {
            return "closed meanwhile";
        }
    }
}

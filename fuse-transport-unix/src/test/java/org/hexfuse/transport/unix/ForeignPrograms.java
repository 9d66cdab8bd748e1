package org.hexfuse.transport.unix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * FUSE servers of other projects, such as Debian has them: installed programs, and examples that are compiled here. A test whose
 * program is missing is skipped, with the package to install. What is compiled stays below {@code target}, and in the cache of Go.
 */
final class ForeignPrograms {
    private static final Path BUILT = Path.of("target", "foreign").toAbsolutePath();
    private static final Path LIBFUSE = Path.of("/usr/share/doc/libfuse3-dev/examples");
    private static final Path GO_FUSE = Path.of("/usr/share/doc/golang-github-hanwen-go-fuse-dev/examples");
    private static final Path GO_SOURCES = Path.of("/usr/share/gocode");
    private static final String FEATURES = "-DHAVE_UTIMENSAT -DHAVE_POSIX_FALLOCATE -DHAVE_SETXATTR -DHAVE_COPY_FILE_RANGE";
    private static final int MINUTES = 3;

    private ForeignPrograms() {}

    /** The path of a program, or the test is skipped. */
    static String installed(String program, String debianPackage) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        boolean found = Stream.of(path.split(":", -1)).anyMatch(each -> Files.isExecutable(Path.of(each, program)));
        assumeTrue(found, program + " of Debian's " + debianPackage + " is not installed");
        return program;
    }

    /** An example of libfuse, compiled. */
    static Path libfuseExample(String name) throws IOException, InterruptedException {
        Path source = LIBFUSE.resolve(name + ".c");
        assumeTrue(Files.exists(source), source + " of Debian's libfuse3-dev is not there");
        installed("gcc", "gcc");
        installed("pkg-config", "pkg-config");
        return built(name, source,
                List.of("sh", "-c", "gcc -w -O1 " + FEATURES + " -I\"$(dirname \"$1\")\" -o \"$0\" \"$1\""
                        + " $(pkg-config --cflags --libs fuse3) -pthread"),
                Map.of());
    }

    /** An example of go-fuse, compiled. */
    static Path goFuseExample(String name) throws IOException, InterruptedException {
        Path source = GO_FUSE.resolve(name).resolve("main.go");
        assumeTrue(Files.exists(source) && Files.exists(GO_SOURCES),
                source + " of Debian's golang-github-hanwen-go-fuse-dev is not there");
        installed("go", "golang-go");
        // Debian has version 2 at the path of version 1.
        Path path = Files.createDirectories(BUILT.resolve("go/src/github.com/hanwen/go-fuse"));
        if (!Files.exists(path.resolve("v2"))) {
            Files.createSymbolicLink(path.resolve("v2"), GO_SOURCES.resolve("src/github.com/hanwen/go-fuse"));
        }
        return built("go-" + name, source, List.of("sh", "-c", "exec go build -o \"$0\" \"$1\""),
                Map.of("GO111MODULE", "off", "GOFLAGS", "", "CGO_ENABLED", "0", "GOPATH",
                        BUILT.resolve("go") + ":" + GO_SOURCES));
    }

    private static synchronized Path built(String name, Path source, List<String> compiler,
            Map<String, String> environment)
            throws IOException, InterruptedException {
        Path program = Files.createDirectories(BUILT).resolve(name);
        if (Files.exists(program)
                && Files.getLastModifiedTime(program).compareTo(Files.getLastModifiedTime(source)) > 0) {
            return program;
        }
        run(Stream.concat(compiler.stream(), Stream.of(program.toString(), source.toString())).toList(), environment);
        return program;
    }

    /** Runs a program, which must succeed. */
    static void run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        Path log = Files.createTempFile("hexfuse-", ".log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(command + ": " + Files.readString(log, UTF_8));
            }
        } finally {
            process.destroyForcibly();
            Files.delete(log);
        }
    }
}

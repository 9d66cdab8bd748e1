package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** A project that uses this one: its sources are compiled and run in a JVM of its own, with the jars that it declares and no others. */
final class ConsumerProject {
    private final Path directory;
    private final String libraries;
    private final List<String> sources = new ArrayList<>();
    private List<String> starter = List.of();

    /**
     * A project.
     *
     * @param directory where it is made
     * @param dependencies the names of its jars, of those on the paths of this JVM
     * @param others the paths of further jars
     */
    ConsumerProject(Path directory, Pattern dependencies, List<String> others) {
        this.directory = directory;
        this.libraries = String.join(File.pathSeparator,
                Stream.concat(others.stream(), onPath(dependencies)).toList());
    }

    /** The directories of classes are those of modules that are not packaged yet. */
    private static Stream<String> onPath(Pattern dependencies) {
        return Stream.of(System.getProperty("jdk.module.path", ""), System.getProperty("java.class.path"))
                .flatMap(path -> Stream.of(path.split(File.pathSeparator, -1))).filter(entry -> !entry.isEmpty())
                .filter(entry -> entry.endsWith(".jar")
                        ? dependencies.matcher(Path.of(entry).getFileName().toString()).matches()
                        : !entry.endsWith("test-classes"))
                .distinct();
    }

    /** Adds a class. */
    ConsumerProject source(String name, String text) throws IOException {
        sources.add(Files.writeString(directory.resolve(name + ".java"), text).toString());
        return this;
    }

    /** Has another program start the JVM, whose command is the last arguments of that program. */
    ConsumerProject startedBy(String... program) {
        starter = List.of(program);
        return this;
    }

    /** Compiles the project and runs a class of it. Returns what it has printed. */
    String run(String main, Duration limit) throws IOException, InterruptedException {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        compile(classes);
        Path output = directory.resolve("java.out");
        var command = new ArrayList<>(starter);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", classes + File.pathSeparator + libraries, main));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)).as("%s has ended", main).isTrue();
            return Files.readString(output, UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    private void compile(Path classes) {
        var arguments = new ArrayList<>(List.of("-proc:none", "-cp", libraries, "-d", classes.toString()));
        arguments.addAll(sources);
        var printed = new StringWriter();
        var to = new PrintWriter(printed);
        int status = ToolProvider.findFirst("javac").orElseThrow().run(to, to, arguments.toArray(String[]::new));
        assertThat(status).as(printed.toString()).isZero();
    }
}

package org.hexfuse.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A program in a JVM of its own, with a part of this test's class path. */
final class ConsumerProcess {
    private static final int LIMIT_SECONDS = 90;

    /** What a program wrote to standard error, and its exit status. */
    record Result(int status, String errors) {}

    private ConsumerProcess() {}

    /**
     * Runs a program to its end.
     *
     * @param jars which jars, by file name, the program has on its class path; it has all directories
     */
    static Result run(Class<?> program, Predicate<String> jars, String... options)
            throws IOException, InterruptedException {
        return run(program, jars, new String[0], options);
    }

    /** The same with arguments. */
    static Result run(Class<?> program, Predicate<String> jars, String[] arguments, String... options)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath(jars)), program.getName()));
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile("hexfuse", ".stderr");
        try {
            Process process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(errors.toFile()).start();
            try {
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError(program.getSimpleName() + " runs longer than " + LIMIT_SECONDS + " s: "
                            + Files.readString(errors, UTF_8));
                }
                return new Result(process.exitValue(), Files.readString(errors, UTF_8));
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(errors);
        }
    }

    private static List<String> classPath(Predicate<String> jars) {
        // In a module the tests are patched into it, and on neither path.
        return Stream.of(System.getProperty("jdk.module.path", ""), System.getProperty("java.class.path"),
                Path.of("target", "test-classes").toAbsolutePath().toString())
                .flatMap(path -> Stream.of(path.split(File.pathSeparator, -1))).filter(entry -> !entry.isEmpty())
                .filter(entry -> !entry.endsWith(".jar") || jars.test(Path.of(entry).getFileName().toString()))
                .distinct().toList();
    }
}

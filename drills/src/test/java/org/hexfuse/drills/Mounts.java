package org.hexfuse.drills;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The mounts of this machine, by its own programs. */
final class Mounts {
    private Mounts() {}

    /** Skips the drill where nothing can be mounted. */
    static void assume() {
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")) && System.getProperty("user.name").equals("root"),
                "needs /dev/fuse and root to mount");
    }

    static long count(Path point) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return lines.filter(line -> line.split(" ", 6)[4].equals(point.toString())).count();
        }
    }

    static void unmountAll(Path point) throws IOException, InterruptedException {
        for (int i = 0; i < 5 && count(point) > 0; i++) {
            run("umount", "-l", point.toString());
        }
    }

    static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Aborts the connection of a mount by the control filesystem. */
    static void abort(Path point) throws IOException, InterruptedException {
        Path connections = Path.of("/sys/fs/fuse/connections");
        boolean mounted = count(connections) > 0;
        if (!mounted) {
            run("mount", "-t", "fusectl", "none", connections.toString());
        }
        try (var lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            String device = lines.map(line -> line.split(" ", 6)).filter(fields -> fields[4].equals(point.toString()))
                    .map(fields -> fields[2].substring(fields[2].indexOf(':') + 1)).reduce((a, b) -> b).orElseThrow();
            Files.writeString(connections.resolve(device).resolve("abort"), "1");
        } finally {
            if (!mounted) {
                run("umount", connections.toString());
            }
        }
    }
}

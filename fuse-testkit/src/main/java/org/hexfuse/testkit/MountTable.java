package org.hexfuse.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.MountCalls;

/** The mounts that this process sees. Source: {@code proc_pid_mountinfo(5)}. */
final class MountTable {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4;
    private static final int LONGEST_SECONDS = 10;
    private static final Pattern ESCAPE = Pattern.compile("\\\\([0-7]{3})");

    private MountTable() {}

    /** The mount points that are a directory or below it, one for each mount. */
    static List<Path> mountsIn(Path directory) throws IOException {
        Path real = directory.toAbsolutePath().normalize();
        return Files.readAllLines(MOUNTS).stream().map(line -> Path.of(unescaped(line.split(" ", -1)[MOUNT_POINT])))
                .filter(point -> point.startsWith(real)).toList();
    }

    /**
     * Unmounts; a user who is not root does it by {@code fusermount3}.
     *
     * @return false if the mount is in use
     * @throws IOException if it cannot be unmounted for another reason
     */
    static boolean unmounts(Path point) throws IOException, InterruptedException {
        try {
            MountCalls.umount(point.toString(), 0);
            return true;
        } catch (LibcException e) {
            return switch (e.errno()) {
                case EBUSY -> false;
                case EINVAL -> true;
                case EPERM -> unmountsByFusermount(point);
                default -> throw e;
            };
        }
    }

    private static boolean unmountsByFusermount(Path point) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("fusermount3", "-u", "-q", point.toString())
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            return process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Blanks and backslashes are octal. */
    private static String unescaped(String field) {
        return ESCAPE.matcher(field)
                .replaceAll(escape -> Matcher
                        .quoteReplacement(String.valueOf((char) Integer.parseInt(escape.group(1), 8))));
    }
}

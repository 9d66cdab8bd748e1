package org.hexfuse.examples.remote;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.hexfuse.examples.remote.cache.Limits;
import org.hexfuse.transport.Address;

/**
 * How a {@link RemoteFileSystem} caches, waits, and shows files.
 *
 * @param uid the owner of all files
 * @param gid the group of all files
 */
public record RemoteOptions(Limits limits, int uid, int gid) {
    /** The names of all parameters that {@link #of} reads. */
    static final Set<String> NAMES = Set.of("ttl", "block", "cache", "ahead", "drafts", "timeout", "attempts", "calls",
            "uid", "gid");

    private static final long LONGEST_TIME = 999_999;

    /**
     * The parameters of an address, named as those of {@link Limits}.
     *
     * @throws IllegalArgumentException if one of them is malformed; the message is one line
     */
    public static RemoteOptions of(Address address) throws IOException {
        Map<String, String> given = address.parameters();
        var limits = new Limits(duration("ttl", given.getOrDefault("ttl", "2s")),
                (int) number("block", given.getOrDefault("block", "256k"), 1 << 9, 1 << 24),
                number("cache", given.getOrDefault("cache", "64m"), 0, Long.MAX_VALUE),
                (int) number("ahead", given.getOrDefault("ahead", "8"), 0, 1 << 10),
                number("drafts", given.getOrDefault("drafts", "1g"), 0, Long.MAX_VALUE),
                duration("timeout", given.getOrDefault("timeout", "30s")),
                (int) number("attempts", given.getOrDefault("attempts", "4"), 1, 100),
                (int) number("calls", given.getOrDefault("calls", "16"), 1, 1 << 10));
        return new RemoteOptions(limits, id("uid", given), id("gid", given));
    }

    /** By default the user and the group of this process. */
    private static int id(String name, Map<String, String> given) throws IOException {
        return given.containsKey(name) ? (int) number(name, given.get(name), 0, 0xFFFF_FFFFL)
                : (int) Files.getAttribute(Path.of("/proc/self"), "unix:" + name);
    }

    /** A time such as {@code 200ms} or {@code 5s}. */
    static Duration duration(String name, String text) {
        if (!text.matches("[0-9]{1,6}(ms|s)")) {
            throw new IllegalArgumentException("'" + name + "=" + text + "' needs a time, such as 200ms or 5s");
        }
        long count = number(name, text.replaceAll("[ms]", ""), 0, LONGEST_TIME);
        return text.endsWith("ms") ? Duration.ofMillis(count) : Duration.ofSeconds(count);
    }

    /** A number such as {@code 4} or {@code 64m}. */
    private static long number(String name, String text, long least, long most) {
        if (!text.matches("[0-9]{1,10}[kmg]?")) {
            throw new IllegalArgumentException("'" + name + "=" + text + "' needs a number, such as 4 or 64m");
        }
        int shift = 10 * Math.max(0, " kmg".indexOf(text.charAt(text.length() - 1)));
        long value = Long.parseLong(text.replaceAll("[kmg]", "")) << shift;
        if (value < least || value > most) {
            throw new IllegalArgumentException("'" + name + "=" + text + "' is not from " + least + " to " + most);
        }
        return value;
    }
}

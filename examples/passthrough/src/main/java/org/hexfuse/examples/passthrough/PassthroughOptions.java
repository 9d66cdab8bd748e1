package org.hexfuse.examples.passthrough;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.hexfuse.transport.Address;

/**
 * How a {@link PassthroughFileSystem} caches, and what it passes through. The names and the defaults are those of the parameters of an
 * address, which the package lists.
 *
 * @param cache what kernels cache
 * @param writeback whether kernels gather writes in their page cache
 * @param entryTimeout how long kernels cache a name
 * @param attrTimeout how long kernels cache attributes
 * @param backing whether kernels read and write the files themselves, where they can
 * @param submounts whether filesystems that are mounted below the directory are reached
 * @param xattr whether files have extended attributes, and with them access control lists
 * @param locks where locks are kept
 * @param direct whether O_DIRECT is passed through
 * @param handles whether files are kept by file handles, where this process may open them, and not by descriptors
 * @param descriptors the most descriptors for files that are not open; 0 for half of RLIMIT_NOFILE
 */
public record PassthroughOptions(Cache cache, boolean writeback, Duration entryTimeout, Duration attrTimeout,
        boolean backing, boolean submounts, boolean xattr, Locks locks, boolean direct, boolean handles,
        int descriptors) {
    private static final Set<String> NAMES = Set.of("cache", "writeback", "timeout", "entry_timeout", "attr_timeout",
            "backing", "submounts", "xattr", "locks", "direct", "handles", "descriptors");
    /** Fewer would have a path walk in the way of another. */
    private static final int LEAST_DESCRIPTORS = 16;

    /** All defaults. */
    public static final PassthroughOptions DEFAULT = of();

    /** What kernels cache. */
    public enum Cache {
        /** Nothing: each read and each name comes from here. */
        NEVER(Duration.ZERO),
        /** Names and attributes for a second, data as long as size and time of modification stay the same. */
        AUTO(Duration.ofSeconds(1)),
        /** Everything, for a day: nobody else changes the directory. */
        ALWAYS(Duration.ofDays(1));

        private final Duration timeout;

        Cache(Duration timeout) {
            this.timeout = timeout;
        }
    }

    /** Where locks are kept. */
    public enum Locks {
        /** By this filesystem, for all kernels that it is served to. */
        LOCAL,
        /** On the files of the directory, where other programs see them. */
        BACKING,
        /** By each kernel for itself. */
        NONE
    }

    /**
     * The options of the parameters of an address.
     *
     * @throws IllegalArgumentException if one of them is unknown or malformed; the message is one line
     */
    public static PassthroughOptions of(Address address) {
        for (String name : address.parameters().keySet()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("'" + address + "': passthrough: has no parameter '" + name + "'");
            }
        }
        Cache cache = address.choice("cache", Cache.AUTO);
        Duration timeout = duration("timeout", address).orElse(cache.timeout);
        return new PassthroughOptions(cache, address.flag("writeback"),
                duration("entry_timeout", address).orElse(timeout),
                duration("attr_timeout", address).orElse(timeout), isOn("backing", "auto", address),
                address.flag("submounts"), isOn("xattr", "on", address), address.choice("locks", Locks.LOCAL),
                address.flag("direct"), isOn("handles", "auto", address), descriptors(address));
    }

    /** The options of parameters such as {@code cache=never} and {@code submounts}. */
    public static PassthroughOptions of(String... parameters) {
        return of(Address.parse("passthrough:?" + String.join("&", parameters)));
    }

    private static boolean isOn(String name, String on, Address given) {
        String text = given.parameter(name).orElse(on);
        if (!text.equals(on) && !text.equals("off")) {
            throw new IllegalArgumentException("'" + name + "=" + text + "' is neither " + on + " nor off");
        }
        return text.equals(on);
    }

    /** A time such as {@code 200ms}, {@code 5s} or {@code 1.5}, which are seconds as in other filesystems. */
    private static Optional<Duration> duration(String name, Address given) {
        return given.parameter(name).map(text -> duration(name, text));
    }

    private static Duration duration(String name, String text) {
        if (!text.matches("[0-9]{1,9}(ms|s)?|[0-9]{1,9}[.][0-9]{1,3}s?")) {
            throw new IllegalArgumentException("'" + name + "=" + text + "' needs a time, such as 200ms or 5s");
        }
        if (text.endsWith("ms")) {
            return Duration.ofMillis(Long.parseLong(text.replace("ms", "")));
        }
        return Duration.ofMillis(Math.round(Double.parseDouble(text.replace("s", "")) * 1000));
    }

    private static int descriptors(Address given) {
        String text = given.parameter("descriptors").orElse("0");
        if (!text.matches("[0-9]{1,8}") || (!text.equals("0") && Integer.parseInt(text) < LEAST_DESCRIPTORS)) {
            throw new IllegalArgumentException(
                    "'descriptors=" + text + "' needs a number, " + LEAST_DESCRIPTORS + " at least");
        }
        return Integer.parseInt(text);
    }
}

package org.hexfuse.transport.unix;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Protocol;
import org.hexfuse.posix.ShellWords;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.OfferLimits;

/**
 * An address whose path is the command of a server.
 *
 * @param words the program and its arguments, with {@value #PLACE} where the device is named
 * @param offer what the server can take
 * @param grace how long the server may take to exit once its connection is closed
 */
record ExecAddress(List<String> words, WireOptions options, OfferLimits offer, Duration grace) {
    /**
     * The most data of a READ whose reply a server may splice, in bytes. Linux, since 6.5, sends at most 16 pieces of pages in a packet
     * ({@code net/socket.c} and {@code fs/splice.c}, {@code splice_to_socket}): one is the header, and data that does not begin with a page
     * has one piece more than pages. The packets of a longer reply would come between those of another thread's, without a header that
     * tells them apart.
     */
    static final int SPLICED_READ = 14 * 4096;

    private static final String PLACE = "{}";
    private static final String MINOR = "minor";
    private static final String FLAGS = "flags";
    private static final String WITHOUT = "without";
    private static final String MAX_READ = "max_read";
    private static final String GRACE = "grace";
    private static final List<String> KEYS = List.of(WireOptions.BUFFER, WireOptions.PATIENCE, MINOR, FLAGS, WITHOUT,
            MAX_READ, GRACE);
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(3);
    private static final int PAGE = 4096;
    private static final int LARGEST_READ = 1 << 20;
    /** The first version with today's layout of attributes. */
    private static final int LEAST_MINOR = 9;

    /** @throws IllegalArgumentException if the address is malformed */
    static ExecAddress parse(Address address) {
        WireOptions.check(address, KEYS);
        if (address.path().indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a command has no character 0");
        }
        List<String> words = ShellWords.split(address.path());
        if (words.stream().skip(1).noneMatch(word -> word.contains(PLACE))) {
            throw new IllegalArgumentException(
                    "exec: needs a command with {} in place of its mount point, such as exec:squashfuse_ll -f files.squashfs {}");
        }
        return new ExecAddress(words, WireOptions.parse(address), offer(address),
                WireOptions.seconds(address, GRACE, DEFAULT_GRACE));
    }

    private static OfferLimits offer(Address address) {
        int minor = address.parameters().containsKey(MINOR)
                ? WireOptions.number(address, MINOR, LEAST_MINOR, Protocol.MINOR)
                : OfferLimits.NONE.minor();
        int read = address.parameters().containsKey(MAX_READ)
                ? WireOptions.number(address, MAX_READ, PAGE, LARGEST_READ) / PAGE * PAGE
                : SPLICED_READ;
        long flags = address.parameter(FLAGS).map(ExecAddress::masks).orElse(OfferLimits.NONE.flags())
                & ~address.parameter(WITHOUT).map(ExecAddress::masks).orElse(0L);
        return new OfferLimits(minor, flags, read);
    }

    private static long masks(String names) {
        return Stream.of(names.split(",", -1)).filter(name -> !name.isEmpty()).mapToLong(ExecAddress::mask)
                .reduce(0, (a, b) -> a | b);
    }

    private static long mask(String name) {
        String constant = name.toUpperCase(Locale.ROOT);
        Optional<InitFlag> flag = Stream.of(InitFlag.values()).filter(each -> each.name().equals(constant)).findFirst();
        return flag.orElseThrow(() -> new IllegalArgumentException(
                "'" + name + "' is no flag of INIT, such as dont_mask")).mask();
    }

    /** The command for a server whose end of the connection is a descriptor of that number. */
    List<String> command(int descriptor) {
        return words.stream().map(word -> word.replace(PLACE, "/dev/fd/" + descriptor)).toList();
    }

    /** The name of the program, for messages; its arguments may be secret. */
    String program() {
        String word = words.getFirst();
        return ServerOutput.printable(word.substring(word.lastIndexOf('/') + 1));
    }

    @Override public String toString() {
        return "exec:" + program();
    }
}

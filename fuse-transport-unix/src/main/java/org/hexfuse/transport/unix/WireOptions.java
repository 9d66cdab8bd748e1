package org.hexfuse.transport.unix;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.hexfuse.transport.Address;

/**
 * The parameters of every socket address.
 *
 * @param anyUser whether the peer may belong to any user
 * @param buffer the size of the socket's buffers in bytes; empty for the largest that is allowed
 * @param patience how long a message may take to be received whole, and a send may wait for the peer
 * @param initTimeout how long a kernel end may take to send INIT
 * @param connections the most connections of a listening socket; further ones stay in its backlog
 */
record WireOptions(boolean anyUser, OptionalInt buffer, Duration patience, Duration initTimeout, int connections) {
    static final String ANY_USER = "any_user";
    static final String BUFFER = "buffer";
    static final String PATIENCE = "patience";
    static final String INIT_TIMEOUT = "init_timeout";
    static final String CONNECTIONS = "max_connections";
    static final Collection<String> KEYS = List.of(ANY_USER, BUFFER, PATIENCE, INIT_TIMEOUT);
    static final WireOptions DEFAULT = new WireOptions(false, OptionalInt.empty(), Duration.ofSeconds(30),
            Duration.ofSeconds(10), 128);
    private static final int MOST_CONNECTIONS = 100_000;
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,5}([.][0-9]{1,3})?");
    private static final Duration LONGEST = Duration.ofDays(1);

    static WireOptions parse(Address address) {
        OptionalInt buffer = address.parameters().containsKey(BUFFER)
                ? OptionalInt.of(number(address, BUFFER, 0, Integer.MAX_VALUE / 2))
                : OptionalInt.empty();
        return new WireOptions(address.flag(ANY_USER), buffer, seconds(address, PATIENCE, DEFAULT.patience),
                seconds(address, INIT_TIMEOUT, DEFAULT.initTimeout),
                address.parameters().containsKey(CONNECTIONS) ? number(address, CONNECTIONS, 1, MOST_CONNECTIONS)
                        : DEFAULT.connections);
    }

    /** Rejects parameters that are not among {@code known}. */
    static void check(Address address, Collection<String> known) {
        for (String key : address.parameters().keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(address.scheme() + ": knows no parameter '" + key + "'; it has "
                        + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    /** A time in seconds, which may have a fraction. */
    static Duration seconds(Address address, String key, Duration otherwise) {
        if (!address.parameters().containsKey(key)) {
            return otherwise;
        }
        String text = address.parameters().get(key);
        if (SECONDS.matcher(text).matches()) {
            Duration time = Duration.ofMillis(new BigDecimal(text).movePointRight(3).longValueExact());
            if (!time.isZero() && time.compareTo(LONGEST) <= 0) {
                return time;
            }
        }
        throw new IllegalArgumentException("'" + key + "' is a number of seconds from 0.001 to "
                + LONGEST.toSeconds() + ", not '" + text + "'");
    }

    /** A time for a message, such as {@code 0.5 s}. */
    static String inSeconds(Duration time) {
        return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }

    /** A number of the address, which has it. */
    static int number(Address address, String key, int least, int most) {
        String text = address.parameters().get(key);
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Reported as a number out of range.
        }
        throw new IllegalArgumentException(
                "'" + key + "' is a number from " + least + " to " + most + ", not '" + text + "'");
    }
}

package org.hexfuse.posix;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as users write them: {@code 4096}, or with a unit of 1024, {@code 64k}, {@code 512m}, {@code 2g}, {@code 1t}. */
public final class ByteSize {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})([kmgt]?)");
    private static final String UNITS = "kmgt";

    private ByteSize() {}

    /**
     * The number of bytes, 0 or more. Units may be in upper case.
     *
     * @throws IllegalArgumentException if it is no such number, or more than 2^63 - 1; the message has the text
     */
    public static long parse(String text) {
        Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a size: write bytes, or a number with k, m, g or t");
        }
        int shift = matcher.group(2).isEmpty() ? 0 : 10 * (UNITS.indexOf(matcher.group(2)) + 1);
        long number = Long.parseLong(matcher.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("'" + text + "' is too much");
        }
        return number << shift;
    }
}

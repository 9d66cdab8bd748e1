package org.hexfuse.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * The address of a server or of a filesystem, with options: {@code scheme:path?key=value&flag}.
 *
 * <p>In text the characters {@code % ? & =} of a path, a key or a value are written as {@code %25 %3F %26 %3D}. A parameter
 * without a value has the empty string.
 *
 * @param scheme lower-case letters, digits, {@code +} and {@code -}, such as {@code unix-seqpacket}
 * @param path interpreted by the scheme; may be empty
 * @param parameters in the order in which they were given
 */
public record Address(String scheme, String path, Map<String, String> parameters) {
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+-]*");
    private static final String RESERVED = "%?&=";

    public Address {
        if (!SCHEME.matcher(scheme).matches()) {
            throw new IllegalArgumentException("'" + scheme + "' is not a scheme: lower-case letters, digits, + and -");
        }
        Objects.requireNonNull(path);
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** An address without parameters. */
    public static Address of(String scheme, String path) {
        return new Address(scheme, path, Map.of());
    }

    /**
     * Reads {@code scheme:path?key=value&flag}.
     *
     * @throws IllegalArgumentException if {@code text} has no scheme or a broken {@code %} escape; the message is one line
     */
    public static Address parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + text + "' has no scheme: write it as SCHEME:PATH, such as mem:");
        }
        int question = text.indexOf('?', colon);
        String path = text.substring(colon + 1, question < 0 ? text.length() : question);
        var parameters = new LinkedHashMap<String, String>();
        if (question >= 0) {
            for (String parameter : text.substring(question + 1).split("&", -1)) {
                int equals = parameter.indexOf('=');
                String key = equals < 0 ? parameter : parameter.substring(0, equals);
                if (!key.isEmpty()) {
                    parameters.put(unescape(key), equals < 0 ? "" : unescape(parameter.substring(equals + 1)));
                }
            }
        }
        return new Address(text.substring(0, colon), unescape(path), parameters);
    }

    /** The value of a parameter: the empty string if it was given without a value, absent if it was not given. */
    public Optional<String> parameter(String key) {
        return Optional.ofNullable(parameters.get(key));
    }

    /**
     * Whether a switch is on: true for {@code key} and {@code key=true}, false for {@code key=false} and where it was not given.
     *
     * @throws IllegalArgumentException if it has any other value
     */
    public boolean flag(String key) {
        String value = parameters.get(key);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (!value.isEmpty() && !value.equals("true")) {
            throw new IllegalArgumentException("'" + key + "' is a switch and takes no value '" + value + "'");
        }
        return true;
    }

    /**
     * One of the values of an enum, which is written in lower case: {@code otherwise} where it was not given.
     *
     * @throws IllegalArgumentException if it has any other value; the message has all of them
     */
    public <E extends Enum<E>> E choice(String key, E otherwise) {
        String text = parameters.get(key);
        if (text == null) {
            return otherwise;
        }
        var choices = new StringJoiner(", ");
        for (E value : otherwise.getDeclaringClass().getEnumConstants()) {
            String choice = value.name().toLowerCase(Locale.ROOT);
            if (choice.equals(text)) {
                return value;
            }
            choices.add(choice);
        }
        throw new IllegalArgumentException("'" + key + "=" + text + "' is none of " + choices);
    }

    /** The same address with another path. */
    public Address withPath(String other) {
        return new Address(scheme, other, parameters);
    }

    /** The address as {@link #parse} reads it. */
    @Override public String toString() {
        var text = new StringBuilder(scheme).append(':').append(escape(path));
        char separator = '?';
        for (var parameter : parameters.entrySet()) {
            text.append(separator).append(escape(parameter.getKey()));
            if (!parameter.getValue().isEmpty()) {
                text.append('=').append(escape(parameter.getValue()));
            }
            separator = '&';
        }
        return text.toString();
    }

    private static String escape(String text) {
        var escaped = new StringBuilder();
        text.chars().forEach(c -> {
            if (RESERVED.indexOf(c) >= 0) {
                escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) c));
            } else {
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }

    private static String unescape(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var bytes = new ByteArrayOutputStream();
        byte[] source = text.getBytes(UTF_8);
        for (int i = 0; i < source.length; i++) {
            if (source[i] != '%') {
                bytes.write(source[i]);
            } else if (i + 2 < source.length && HexFormat.isHexDigit(source[i + 1])
                    && HexFormat.isHexDigit(source[i + 2])) {
                bytes.write(HexFormat.fromHexDigit(source[i + 1]) << 4 | HexFormat.fromHexDigit(source[i + 2]));
                i += 2;
            } else {
                throw new IllegalArgumentException("'" + text + "' has a % that two hexadecimal digits do not follow");
            }
        }
        return bytes.toString(UTF_8);
    }
}

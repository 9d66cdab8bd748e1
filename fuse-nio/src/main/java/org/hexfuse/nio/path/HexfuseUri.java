package org.hexfuse.nio.path;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.util.HexFormat;
import java.util.Optional;
import org.hexfuse.abi.Name;
import org.hexfuse.transport.Address;

/**
 * A URI {@code hexfuse:ADDRESS!/PATH}: the address of a server or of a filesystem, as {@link Address} writes it, and an absolute path. What a
 * URI cannot have is written as {@code %XX}, byte by byte, in both, as is a {@code !}; so the first {@code !/} is where the path begins, and
 * the bytes of any name survive.
 *
 * @param address the address
 * @param path the absolute path, if the URI has one
 */
public record HexfuseUri(Address address, Optional<String> path) {
    /** The scheme. */
    public static final String SCHEME = "hexfuse";
    /** What stays as it is in a path, besides letters and digits. */
    private static final String PLAIN = "-._~/:@$&'()*+,;=";
    /** The same in an address, whose escapes stay as they are. */
    private static final String PLAIN_ADDRESS = PLAIN + "%?";

    /**
     * Reads a URI.
     *
     * @throws IllegalArgumentException if it has another scheme, no address, or a broken escape
     */
    public static HexfuseUri parse(URI uri) {
        if (!SCHEME.equalsIgnoreCase(uri.getScheme())) {
            throw new IllegalArgumentException("'" + uri + "' has not the scheme " + SCHEME);
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("'" + uri + "' has a fragment");
        }
        String specific = uri.getRawSchemeSpecificPart();
        int bang = specific.indexOf("!/");
        String address = bang < 0 ? specific : specific.substring(0, bang);
        if (address.indexOf(':') < 0) {
            throw new IllegalArgumentException(
                    "'" + uri + "' has no address: write it as hexfuse:ADDRESS!/PATH, such as"
                            + " hexfuse:memory:!/");
        }
        return new HexfuseUri(Address.parse(address),
                bang < 0 ? Optional.empty() : Optional.of(unescape(specific.substring(bang + 1))));
    }

    /** The URI of an absolute path at an address. */
    public static URI of(Address address, String path) {
        return URI.create(SCHEME + ":" + escape(address.toString(), PLAIN_ADDRESS) + "!" + escapePath(path));
    }

    /** A path with its bytes escaped where a URI cannot have them. */
    static String escapePath(String path) {
        return escape(path, PLAIN);
    }

    /** The URI of an absolute path of the default filesystem. */
    public static URI ofFile(String path) {
        return URI.create("file://" + escapePath(path));
    }

    /**
     * The absolute path of a URI {@code file:///PATH}.
     *
     * @throws IllegalArgumentException if it is of another form
     */
    public static String filePath(URI uri) {
        boolean isFile = "file".equalsIgnoreCase(uri.getScheme()) && uri.getRawAuthority() == null
                && uri.getRawQuery() == null && uri.getRawFragment() == null;
        if (!isFile || uri.getRawPath() == null || !uri.getRawPath().startsWith("/")) {
            throw new IllegalArgumentException("'" + uri + "' is not of the form file:///PATH");
        }
        return unescape(uri.getRawPath());
    }

    private static String escape(String text, String plain) {
        var out = new StringBuilder(text.length() + 16);
        for (byte b : Name.encode(text)) {
            boolean isPlain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9')
                    || (b > 0 && plain.indexOf(b) >= 0);
            if (isPlain) {
                out.append((char) b);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.toString();
    }

    /** The text of an escaped path; characters that are not ASCII stand for themselves. */
    static String unescape(String raw) {
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        var bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                // java.net.URI has checked the digits.
                bytes.write(HexFormat.fromHexDigits(raw, i + 1, i + 3));
                i += 2;
            } else if (c < 0x80) {
                bytes.write(c);
            } else {
                int end = i + Character.charCount(raw.codePointAt(i));
                bytes.writeBytes(raw.substring(i, end).getBytes(UTF_8));
                i = end - 1;
            }
        }
        return Name.decode(bytes.toByteArray());
    }
}

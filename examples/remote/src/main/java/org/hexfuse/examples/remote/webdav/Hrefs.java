package org.hexfuse.examples.remote.webdav;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import org.hexfuse.abi.Name;

/** Paths as URLs have them: bytes, percent-encoded. */
final class Hrefs {
    private static final String PLAIN = "-._~/!$'()*,;:@";

    private Hrefs() {}

    /** Encodes all of a path but its slashes. */
    static String encode(String path) {
        var encoded = new StringBuilder();
        for (byte b : Name.encode(path)) {
            boolean alphanumeric = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
            if (alphanumeric || PLAIN.indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }

    /** Decodes the path of a URL, whose scheme and authority are left out. What is no escape stays as it is. */
    static String decode(String href) {
        int start = href.startsWith("/") ? 0 : href.indexOf('/', href.indexOf("//") + 2);
        var decoded = new ByteArrayOutputStream();
        byte[] bytes = Name.encode(start < 0 ? "/" : href.substring(start));
        for (int i = 0; i < bytes.length; i++) {
            boolean escape = bytes[i] == '%' && i + 2 < bytes.length && HexFormat.isHexDigit(bytes[i + 1])
                    && HexFormat.isHexDigit(bytes[i + 2]);
            decoded.write(escape ? HexFormat.fromHexDigit(bytes[i + 1]) << 4 | HexFormat.fromHexDigit(bytes[i + 2])
                    : bytes[i]);
            i += escape ? 2 : 0;
        }
        return Name.decode(decoded.toByteArray());
    }
}

package org.hexfuse.nio.server;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;

/**
 * Names of the mount as paths of a provider, and back. A provider has strings; the default provider keeps bytes behind them, in whatever
 * encoding the locale has, and its URIs spell these. So a name that is not ASCII goes by a URI there, and any bytes survive.
 */
final class Names {
    private final boolean byUri;

    /** {@code root} is any path of the provider. */
    Names(Path root) {
        this.byUri = root.getFileSystem().provider().getScheme().equals("file");
    }

    /** The path of a file below a root, {@code path} as in {@link org.hexfuse.server.path.PathOperations}. */
    Path path(Path root, String path) {
        if (path.length() <= 1) {
            return root;
        }
        Path resolved = byUri && !isAscii(path) ? byUri(root, path) : byName(root, path);
        if (!resolved.startsWith(root)) {
            throw FuseException.of(Errno.EINVAL, path + " leads out of the filesystem");
        }
        return resolved;
    }

    private static Path byName(Path root, String path) {
        String separator = root.getFileSystem().getSeparator();
        String relative = path.substring(1);
        if (separator.equals("/")) {
            return root.resolve(relative);
        }
        Path at = root;
        for (String name : relative.split("/", -1)) {
            if (name.contains(separator)) {
                throw new InvalidPathException(name, "the separator of names is " + separator);
            }
            at = at.resolve(name);
        }
        return at;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static Path byUri(Path root, String path) {
        String base = root.toAbsolutePath().toUri().getRawPath();
        var uri = new StringBuilder("file://").append(base.endsWith("/") ? base.substring(0, base.length() - 1) : base);
        for (byte b : Name.encode(path)) {
            boolean plain = (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '/';
            uri.append(plain ? String.valueOf((char) b) : "%" + HexFormat.of().toHexDigits(b));
        }
        return Path.of(URI.create(uri.toString()));
    }

    /** The name of a file in its directory. */
    Name name(Path path) {
        String text = String.valueOf(path.getFileName());
        if (!byUri || isAscii(text)) {
            // Some providers mark directories by a slash.
            return Name.of(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        }
        String raw = path.getFileName().toUri().getRawPath();
        String whole = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
        return Name.of(decode(whole.substring(whole.lastIndexOf('/') + 1)));
    }

    private static byte[] decode(String raw) {
        var bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            if (raw.charAt(i) == '%') {
                bytes.write(HexFormat.fromHexDigits(raw, i + 1, i + 3));
                i += 2;
            } else {
                bytes.write(raw.charAt(i));
            }
        }
        return bytes.toByteArray();
    }

    /** The target of a symbolic link. */
    Path target(Path root, Name target) {
        String text = target.toString();
        if (!byUri || isAscii(text)) {
            return root.getFileSystem().getPath(text);
        }
        boolean absolute = text.startsWith("/");
        Path slash = Path.of("/");
        Path whole = byUri(slash, absolute ? text : "/" + text);
        return absolute ? whole : slash.relativize(whole);
    }

    /** The target of a symbolic link, as bytes. */
    Name target(Path target) {
        String text = target.toString();
        if (!byUri || isAscii(text)) {
            return Name.of(text);
        }
        String raw = (target.isAbsolute() ? target : Path.of("/").resolve(target)).toUri().getRawPath();
        byte[] whole = decode(raw);
        return Name.of(target.isAbsolute() ? whole : java.util.Arrays.copyOfRange(whole, 1, whole.length));
    }
}

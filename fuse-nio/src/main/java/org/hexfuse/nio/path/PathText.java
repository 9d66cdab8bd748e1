package org.hexfuse.nio.path;

import java.nio.file.InvalidPathException;
import org.hexfuse.abi.Name;

/**
 * The text of a path, normalised: names with one slash between them, none at the end unless it is the root. A byte that is not UTF-8 is
 * one lone surrogate, U+DC80 to U+DCFF, see {@link Name}; of the texts that stand for the same bytes only one is used.
 */
final class PathText {
    private PathText() {}

    /**
     * The normalised text.
     *
     * @throws InvalidPathException for a NUL, and for a surrogate that stands for no byte
     */
    static String of(String text) {
        int length = text.length();
        boolean slashes = false;
        boolean escapes = false;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '/') {
                slashes |= i + 1 == length ? length > 1 : text.charAt(i + 1) == '/';
            } else if (c == 0) {
                throw new InvalidPathException(text, "Nul character not allowed", i);
            } else if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                    i++;
                } else if (c >= 0xDC80 && c <= 0xDCFF) {
                    escapes = true;
                } else {
                    throw new InvalidPathException(text, "A surrogate that stands for no byte", i);
                }
            }
        }
        String plain = slashes ? withoutExtraSlashes(text) : text;
        return escapes ? Name.decode(Name.encode(plain)) : plain;
    }

    private static String withoutExtraSlashes(String text) {
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '/' || out.isEmpty() || out.charAt(out.length() - 1) != '/') {
                out.append(c);
            }
        }
        if (out.length() > 1 && out.charAt(out.length() - 1) == '/') {
            out.setLength(out.length() - 1);
        }
        return out.toString();
    }

    /** Two normalised texts with a slash between them. */
    static String join(String directory, String name) {
        if (directory.isEmpty()) {
            return name;
        }
        if (name.isEmpty()) {
            return directory;
        }
        return directory.length() == 1 && directory.charAt(0) == '/' ? directory + name : directory + '/' + name;
    }

    /** Where each name of a normalised text starts. The empty text has one name. */
    static int[] starts(String text) {
        if (text.isEmpty()) {
            return new int[]{0};
        }
        int count = text.charAt(0) == '/' ? 0 : 1;
        for (int i = 0; i < text.length() - 1; i++) {
            if (text.charAt(i) == '/') {
                count++;
            }
        }
        int[] starts = new int[count];
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '/' && (i == 0 || text.charAt(i - 1) == '/')) {
                starts[at++] = i;
            }
        }
        return starts;
    }

    /** Orders as the bytes in UTF-8, which is the order of code points. */
    static int compare(String one, String other) {
        int length = Math.min(one.length(), other.length());
        for (int i = 0; i < length; i++) {
            char a = one.charAt(i);
            char b = other.charAt(i);
            if (a != b) {
                boolean sameKind = Character.isSurrogate(a) == Character.isSurrogate(b);
                return sameKind ? a - b : Character.isSurrogate(a) ? 1 : -1;
            }
        }
        return one.length() - other.length();
    }
}

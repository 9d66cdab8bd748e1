package org.hexfuse.nio.path;

import java.nio.file.PathMatcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Patterns of paths: {@code glob:} and {@code regex:}, matched against the text of a path.
 *
 * <p>Source: {@link java.nio.file.FileSystem#getPathMatcher}, {@code glob(7)}.
 */
public final class Globs {
    private static final String REGEX_META = "\\.^$|+()[]{}*?";

    private final String glob;
    private final StringBuilder regex = new StringBuilder("^");
    private int at;
    private boolean inGroup;

    private Globs(String glob) {
        this.glob = glob;
    }

    /**
     * A matcher.
     *
     * @throws IllegalArgumentException if {@code text} is not of the form {@code SYNTAX:PATTERN}
     * @throws PatternSyntaxException if the pattern is invalid
     * @throws UnsupportedOperationException if the syntax is neither glob nor regex
     */
    public static PathMatcher matcher(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("'" + text + "' is not of the form SYNTAX:PATTERN");
        }
        String syntax = text.substring(0, colon);
        String pattern = text.substring(colon + 1);
        Pattern compiled;
        if (syntax.equalsIgnoreCase("glob")) {
            compiled = Pattern.compile(new Globs(pattern).regex(), Pattern.DOTALL);
        } else if (syntax.equalsIgnoreCase("regex")) {
            compiled = Pattern.compile(pattern);
        } else {
            throw new UnsupportedOperationException("Syntax '" + syntax + "' not recognized");
        }
        return path -> compiled.matcher(path.toString()).matches();
    }

    private PatternSyntaxException invalid(String why) {
        return new PatternSyntaxException(why, glob, at - 1);
    }

    private boolean hasNext() {
        return at < glob.length();
    }

    private char next() {
        return glob.charAt(at++);
    }

    private boolean isNext(char c) {
        return hasNext() && glob.charAt(at) == c;
    }

    private void literal(char c) {
        if (REGEX_META.indexOf(c) >= 0) {
            regex.append('\\');
        }
        regex.append(c);
    }

    private String regex() {
        while (hasNext()) {
            char c = next();
            switch (c) {
                case '\\' -> {
                    if (!hasNext()) {
                        throw invalid("No character to escape");
                    }
                    literal(next());
                }
                case '[' -> bracket();
                case '{' -> {
                    if (inGroup) {
                        throw invalid("Cannot nest groups");
                    }
                    inGroup = true;
                    regex.append("(?:(?:");
                }
                case '}' -> {
                    regex.append(inGroup ? "))" : "\\}");
                    inGroup = false;
                }
                case ',' -> regex.append(inGroup ? ")|(?:" : ",");
                case '*' -> {
                    if (isNext('*')) {
                        at++;
                        regex.append(".*");
                    } else {
                        regex.append("[^/]*");
                    }
                }
                case '?' -> regex.append("[^/]");
                default -> literal(c);
            }
        }
        if (inGroup) {
            throw invalid("Missing '}'");
        }
        return regex.append('$').toString();
    }

    /** One character of a set, and never a slash. */
    private void bracket() {
        regex.append("[[^/]&&[");
        if (isNext('!')) {
            at++;
            regex.append('^');
        }
        boolean first = true;
        char last = 0;
        boolean hasLast = false;
        while (true) {
            if (!hasNext()) {
                throw invalid("Missing ']'");
            }
            char c = next();
            if (c == ']' && !first) {
                break;
            }
            if (c == '/') {
                throw invalid("Explicit 'name separator' in class");
            }
            if (c == '-' && hasLast && hasNext() && !isNext(']')) {
                char end = next();
                if (end < last || end == '/') {
                    throw invalid("Invalid range");
                }
                regex.append('-');
                member(end);
                hasLast = false;
            } else {
                member(c);
                last = c;
                hasLast = true;
            }
            first = false;
        }
        if (first) {
            throw invalid("Missing ']'");
        }
        regex.append("]]");
    }

    private void member(char c) {
        if (!Character.isLetterOrDigit(c) && !Character.isSurrogate(c)) {
            regex.append('\\');
        }
        regex.append(c);
    }
}

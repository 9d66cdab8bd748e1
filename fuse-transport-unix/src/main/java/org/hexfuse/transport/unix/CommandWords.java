package org.hexfuse.transport.unix;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command into words, with the quotes and backslashes of a POSIX shell, and nothing else of it: no variables, no patterns, no
 * redirections.
 */
final class CommandWords {
    private final String text;
    private final List<String> words = new ArrayList<>();
    private int at;

    private CommandWords(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException if a quote is not closed, or the command has the character 0 */
    static List<String> split(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a command has no character 0");
        }
        var splitter = new CommandWords(text);
        splitter.run();
        return List.copyOf(splitter.words);
    }

    private void run() {
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else {
                words.add(word());
            }
        }
    }

    private String word() {
        var word = new StringBuilder();
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            char c = text.charAt(at++);
            switch (c) {
                case '\'', '"' -> quoted(c, word);
                case '\\' -> word.append(at < text.length() ? text.charAt(at++) : '\\');
                default -> word.append(c);
            }
        }
        return word.toString();
    }

    private void quoted(char quote, StringBuilder word) {
        int start = at;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == quote) {
                return;
            }
            boolean escapes = quote == '"' && c == '\\' && at < text.length()
                    && (text.charAt(at) == '"' || text.charAt(at) == '\\');
            word.append(escapes ? text.charAt(at++) : c);
        }
        throw new IllegalArgumentException("the quote in front of '" + text.substring(start) + "' does not end");
    }
}

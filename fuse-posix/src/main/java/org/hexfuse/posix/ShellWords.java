package org.hexfuse.posix;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits text into commands and these into words, with the quotes and backslashes of a POSIX shell, and nothing else of it: no variables,
 * no patterns, no redirections.
 */
public final class ShellWords {
    private final String text;
    private final String separators;
    private int at;

    private ShellWords(String text, String separators) {
        this.text = text;
        this.separators = separators;
    }

    /**
     * The words of one command.
     *
     * @throws IllegalArgumentException if a quote is not closed
     */
    public static List<String> split(String text) {
        List<List<String>> commands = commands(text, "");
        return commands.isEmpty() ? List.of() : commands.getFirst();
    }

    /**
     * The commands of a text, none of them empty.
     *
     * @param separators the characters that end a command, unless they are quoted
     * @throws IllegalArgumentException if a quote is not closed
     */
    public static List<List<String>> commands(String text, String separators) {
        return new ShellWords(text, separators).commands();
    }

    private List<List<String>> commands() {
        var commands = new ArrayList<List<String>>();
        var words = new ArrayList<String>();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (separates(c)) {
                end(words, commands);
                at++;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else {
                words.add(word());
            }
        }
        end(words, commands);
        return commands;
    }

    private boolean separates(char c) {
        return separators.indexOf(c) >= 0;
    }

    private static void end(List<String> words, List<List<String>> commands) {
        if (!words.isEmpty()) {
            commands.add(List.copyOf(words));
            words.clear();
        }
    }

    private String word() {
        var word = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (separates(c) || Character.isWhitespace(c)) {
                break;
            }
            at++;
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

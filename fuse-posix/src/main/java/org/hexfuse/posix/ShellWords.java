package org.hexfuse.command.shell;

import java.util.ArrayList;
import java.util.List;

/** Splits text into commands and these into words, with the quotes and backslashes of a POSIX shell. */
final class CommandSplitter {
    private final String text;
    private int at;

    private CommandSplitter(String text) {
        this.text = text;
    }

    /**
     * The commands of a text, none of them empty.
     *
     * @throws IllegalArgumentException if a quote is not closed
     */
    static List<List<String>> split(String text) {
        return new CommandSplitter(text).commands();
    }

    private List<List<String>> commands() {
        var commands = new ArrayList<List<String>>();
        var words = new ArrayList<String>();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ';' || c == '\n') {
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
            if (c == ';' || Character.isWhitespace(c)) {
                break;
            }
            at++;
            switch (c) {
                case '\'' -> quoted('\'', word);
                case '"' -> quoted('"', word);
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

package org.hexfuse.command;

import java.util.ArrayList;
import java.util.List;

/**
 * The argument of {@code -o}: options separated by commas; a backslash escapes a comma or a backslash, as in
 * {@code fusermount3} and libfuse. Empty options are ignored.
 */
final class OptionText {
    private OptionText() {}

    /** The options in several texts, in order. */
    static List<String> parse(List<String> texts) {
        var options = new ArrayList<String>();
        for (String text : texts) {
            var option = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == ',') {
                    add(options, option);
                } else {
                    boolean escapes = c == '\\' && i + 1 < text.length();
                    option.append(escapes ? text.charAt(++i) : c);
                }
            }
            add(options, option);
        }
        return options;
    }

    private static void add(List<String> options, StringBuilder option) {
        if (!option.isEmpty()) {
            options.add(option.toString());
            option.setLength(0);
        }
    }
}

package org.hexfuse.server.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The arguments of a program that mounts a filesystem: {@code [-f] [-d] [-s] [-o OPTION,...] [SOURCE ...] MOUNTPOINT}, as
 * {@code mount(8)} and libfuse have them.
 *
 * @param mountPoint the last argument that is no option
 * @param sources those before it, which are the filesystem's
 * @param options those of {@code -o}, without commas, for {@link org.hexfuse.server.Fuse#mount}
 * @param foreground whether the program stays in the foreground: {@code -f}, or {@code -d}
 * @param debug whether to print each request and reply: {@code -d} or {@code -o debug}
 * @param threads how many threads read requests: {@code -s} for one
 */
public record MountArguments(Path mountPoint, List<String> sources, List<String> options, boolean foreground,
        boolean debug,
        OptionalInt threads) {
    /** Copies the lists. */
    public MountArguments {
        sources = List.copyOf(sources);
        options = List.copyOf(options);
    }

    /**
     * Reads arguments.
     *
     * @throws IllegalArgumentException if one is unknown, or the mount point is missing; the message is one line
     */
    public static MountArguments parse(List<String> arguments) {
        var names = new ArrayList<String>();
        var options = new ArrayList<String>();
        boolean foreground = false;
        boolean debug = false;
        boolean single = false;
        boolean onlyNames = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (onlyNames || !argument.startsWith("-") || argument.equals("-")) {
                names.add(argument);
                continue;
            }
            switch (argument) {
                case "--" -> onlyNames = true;
                case "-f" -> foreground = true;
                case "-d" -> debug = true;
                case "-s" -> single = true;
                case "-o" -> {
                    i++;
                    if (i == arguments.size()) {
                        throw new IllegalArgumentException("-o needs options, such as -o ro,allow_other");
                    }
                    options.addAll(splitOptions(arguments.get(i)));
                }
                default -> {
                    if (!argument.startsWith("-o")) {
                        throw new IllegalArgumentException("unknown option '" + argument + "'");
                    }
                    options.addAll(splitOptions(argument.substring(2)));
                }
            }
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException("a mount point is missing");
        }
        debug |= options.remove("debug");
        return new MountArguments(Path.of(names.removeLast()), names, options, foreground || debug, debug,
                single ? OptionalInt.of(1) : OptionalInt.empty());
    }

    /**
     * The options in an argument of {@code -o}: separated by commas; a backslash escapes a comma or a backslash, as in
     * {@code fusermount3} and libfuse. Empty options are ignored.
     */
    public static List<String> splitOptions(String text) {
        var options = new ArrayList<String>();
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
        return options;
    }

    private static void add(List<String> options, StringBuilder option) {
        if (!option.isEmpty()) {
            options.add(option.toString());
            option.setLength(0);
        }
    }
}

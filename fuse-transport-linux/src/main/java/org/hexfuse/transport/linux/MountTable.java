package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The mounts in the mount namespace of this process, in the order in which they were made.
 *
 * <p>Source: {@code proc(5)}, {@code /proc/pid/mountinfo}.
 */
record MountTable(List<Entry> entries) {
    private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
    private static final Pattern USER = Pattern.compile("[ ,]user_id=([0-9]{1,10})(?=,|$)");
    private static final int ID = 0;
    private static final int DEVICE = 2;
    private static final int POINT = 4;

    MountTable {
        entries = List.copyOf(entries);
    }

    /**
     * One mount. Id and device identify it while it is mounted; then the kernel reuses both.
     *
     * @param id the mount id
     * @param device the device of the filesystem, as {@code major:minor}
     * @param point the mount point
     * @param type the filesystem type, such as {@code fuse.sshfs}
     */
    record Entry(int id, String device, String point, String type) {
        boolean isFuse() {
            return type.equals("fuse") || type.startsWith("fuse.") || type.equals("fuseblk")
                    || type.startsWith("fuseblk.");
        }
    }

    static MountTable read() throws IOException {
        return parse(Files.readAllBytes(MOUNTINFO));
    }

    static MountTable parse(byte[] mountinfo) {
        var entries = new ArrayList<Entry>();
        for (String line : new String(mountinfo, UTF_8).split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            int separator = List.of(fields).indexOf("-");
            if (separator > POINT && separator + 1 < fields.length) {
                entries.add(new Entry(Integer.parseInt(fields[ID]), fields[DEVICE], unescape(fields[POINT]),
                        unescape(fields[separator + 1])));
            }
        }
        return new MountTable(entries);
    }

    /** {@code user_id} of the mount that {@code point} leads to. */
    static OptionalInt readUser(String point) throws IOException {
        return user(Files.readAllBytes(MOUNTINFO), point);
    }

    static OptionalInt user(byte[] mountinfo, String point) {
        OptionalInt user = OptionalInt.empty();
        for (String line : new String(mountinfo, UTF_8).split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            Matcher option = USER.matcher(line);
            if (fields.length > POINT && unescape(fields[POINT]).equals(point)) {
                user = option.find() ? OptionalInt.of(Integer.parseUnsignedInt(option.group(1))) : OptionalInt.empty();
            }
        }
        return user;
    }

    /** The mount that {@code point} leads to: the last of several on one mount point. */
    Optional<Entry> at(String point) {
        return entries.stream().filter(e -> e.point.equals(point)).reduce((covered, last) -> last);
    }

    /** Decodes space, tab, newline and backslash, which are escaped as a backslash and three octal digits. */
    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        byte[] source = text.getBytes(UTF_8);
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < source.length; i++) {
            if (source[i] == '\\' && i + 3 < source.length) {
                bytes.write((source[i + 1] - '0') << 6 | (source[i + 2] - '0') << 3 | source[i + 3] - '0');
                i += 3;
            } else {
                bytes.write(source[i]);
            }
        }
        return bytes.toString(UTF_8);
    }
}

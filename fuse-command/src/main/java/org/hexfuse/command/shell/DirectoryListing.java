package org.hexfuse.command.shell;

import org.hexfuse.posix.StatVfs;
import org.hexfuse.posix.Timespec;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.hexfuse.vfs.Stat;

/** Formats attributes. */
final class DirectoryListing {
    private static final DateTimeFormatter SHORT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT)
            .withZone(ZoneId.systemDefault());
    private static final DateTimeFormatter LONG = DateTimeFormatter
            .ofPattern("yyyy-MM-dd HH:mm:ss.nnnnnnnnn xx", Locale.ROOT).withZone(ZoneId.systemDefault());

    private DirectoryListing() {}

    /** A line of {@code ls -l}. */
    static String line(Stat stat, String name, String target) {
        return String.format(Locale.ROOT, "%s %3d %5s %5s %10d %s %s%s", mode(stat), stat.nlink(),
                Integer.toUnsignedString(stat.uid()), Integer.toUnsignedString(stat.gid()), stat.size(),
                SHORT.format(stat.mtime().toInstant()), printable(name),
                target.isEmpty() ? "" : " -> " + printable(target));
    }

    /** The lines of {@code stat}. */
    static List<String> details(Stat stat, String path, String target) {
        return List.of("  File: " + printable(path) + (target.isEmpty() ? "" : " -> " + printable(target)),
                String.format(Locale.ROOT, "  Size: %-12d Blocks: %-10d IO Block: %-6d %s", stat.size(), stat.blocks(),
                        stat.blockSize(), stat.type().name().toLowerCase(Locale.ROOT).replace('_', ' ')),
                String.format(Locale.ROOT, " Inode: %-12s Links: %d", Long.toUnsignedString(stat.ino()), stat.nlink()),
                String.format(Locale.ROOT, "Access: (%04o/%s)  Uid: %s  Gid: %s", stat.permissions(), mode(stat),
                        Integer.toUnsignedString(stat.uid()), Integer.toUnsignedString(stat.gid())),
                "Access: " + time(stat.atime()), "Modify: " + time(stat.mtime()),
                "Change: " + time(stat.ctime()));
    }

    private static String time(Timespec time) {
        return LONG.format(time.toInstant());
    }

    /** The lines of {@code df}. */
    static List<String> room(StatVfs stat) {
        long used = stat.blocks() - stat.bfree();
        return List.of(String.format(Locale.ROOT, "%14s %14s %14s %5s %12s %12s", "Size", "Used", "Available", "Use%",
                "Inodes", "Free"),
                String.format(Locale.ROOT, "%14d %14d %14d %4d%% %12d %12d", stat.blocks() * stat.frsize(),
                        used * stat.frsize(), stat.bavail() * stat.frsize(),
                        stat.blocks() == 0 ? 0 : (100 * used + stat.blocks() - 1) / stat.blocks(), stat.files(),
                        stat.ffree()));
    }

    private static String mode(Stat stat) {
        var text = new StringBuilder().append(stat.type().letter());
        for (int shift = 6; shift >= 0; shift -= 3) {
            int bits = stat.mode() >>> shift;
            boolean special = (stat.mode() & 01000 << (shift / 3)) != 0;
            boolean execute = (bits & 1) != 0;
            text.append((bits & 4) != 0 ? 'r' : '-').append((bits & 2) != 0 ? 'w' : '-');
            char mark = shift == 0 ? 't' : 's';
            text.append(special ? execute ? mark : Character.toUpperCase(mark) : execute ? 'x' : '-');
        }
        return text.toString();
    }

    /** Text with control characters and escaped bytes replaced by question marks. */
    static String printable(String text) {
        var printable = new StringBuilder();
        text.codePoints().forEach(c -> printable
                .appendCodePoint(Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF) ? '?' : c));
        return printable.toString();
    }
}

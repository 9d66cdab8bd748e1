package org.hexfuse.vfs.request;

import java.util.EnumSet;
import java.util.Set;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.vfs.OpenFlag;

/** The flags of {@code open(2)} as bits, access mode included. */
public final class OpenBits {
    private OpenBits() {}

    /** The bits of some flags. APPEND implies WRITE; without WRITE the access mode is O_RDONLY. */
    public static int of(Set<OpenFlag> flags) {
        boolean writing = flags.contains(OpenFlag.WRITE) || flags.contains(OpenFlag.APPEND);
        int bits = !writing ? OpenFlags.RDONLY : flags.contains(OpenFlag.READ) ? OpenFlags.RDWR : OpenFlags.WRONLY;
        for (OpenFlag flag : flags) {
            bits |= flag.bits();
        }
        return bits;
    }

    /** A modifiable set of some flags. */
    public static Set<OpenFlag> set(OpenFlag... flags) {
        Set<OpenFlag> set = EnumSet.noneOf(OpenFlag.class);
        set.addAll(Set.of(flags));
        return set;
    }

    /** Whether the access mode includes reading. */
    public static boolean isReading(int flags) {
        return (flags & OpenFlags.ACCMODE) != OpenFlags.WRONLY;
    }

    /** Whether the access mode includes writing. */
    public static boolean isWriting(int flags) {
        return (flags & OpenFlags.ACCMODE) != OpenFlags.RDONLY;
    }

    /** Whether every write goes to the end of the file. */
    public static boolean isAppending(int flags) {
        return (flags & OpenFlag.APPEND.bits()) != 0;
    }
}

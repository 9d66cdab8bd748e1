package org.hexfuse.vfs;

import java.util.EnumSet;
import java.util.Set;
import org.hexfuse.posix.OpenFlags;

/** Flags of {@code open(2)}, in numbers. */
final class Access {
    private Access() {}

    static int of(Set<OpenFlag> flags) {
        boolean writing = flags.contains(OpenFlag.WRITE) || flags.contains(OpenFlag.APPEND);
        int bits = !writing ? OpenFlags.RDONLY : flags.contains(OpenFlag.READ) ? OpenFlags.RDWR : OpenFlags.WRONLY;
        for (OpenFlag flag : flags) {
            bits |= flag.bits();
        }
        return bits;
    }

    static Set<OpenFlag> set(OpenFlag... flags) {
        Set<OpenFlag> set = EnumSet.noneOf(OpenFlag.class);
        set.addAll(Set.of(flags));
        return set;
    }

    static boolean isReading(int flags) {
        return (flags & OpenFlags.ACCMODE) != OpenFlags.WRONLY;
    }

    static boolean isWriting(int flags) {
        return (flags & OpenFlags.ACCMODE) != OpenFlags.RDONLY;
    }

    static boolean isAppending(int flags) {
        return (flags & OpenFlag.APPEND.bits()) != 0;
    }
}

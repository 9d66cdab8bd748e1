package org.hexfuse.vfs;

import java.util.EnumSet;
import java.util.Set;

/** Flags of {@code open(2)}, in numbers. */
final class Access {
    /** O_TMPFILE, without the O_DIRECTORY that comes along. */
    static final int UNNAMED = 020000000;
    private static final int MODE = 3;
    private static final int WRITE_ONLY = 1;
    private static final int READ_WRITE = 2;

    private Access() {}

    static int of(Set<OpenFlag> flags) {
        boolean writing = flags.contains(OpenFlag.WRITE) || flags.contains(OpenFlag.APPEND);
        int bits = !writing ? 0 : flags.contains(OpenFlag.READ) ? READ_WRITE : WRITE_ONLY;
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
        return (flags & MODE) != WRITE_ONLY;
    }

    static boolean isWriting(int flags) {
        return (flags & MODE) != 0;
    }

    static boolean isAppending(int flags) {
        return (flags & OpenFlag.APPEND.bits()) != 0;
    }
}

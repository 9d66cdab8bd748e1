package org.hexfuse.nio.file;

import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.hexfuse.vfs.OpenFlag;

/**
 * The options that a file is opened with.
 *
 * @param flags for {@code open(2)}
 * @param deleteOnClose whether it is removed
 */
record FileOptions(Set<OpenFlag> flags, boolean deleteOnClose) {
    /**
     * Reads options as the default provider does: for reading unless they say otherwise.
     *
     * @throws UnsupportedOperationException for an unknown option
     * @throws IllegalArgumentException for APPEND with READ or with TRUNCATE_EXISTING
     */
    static FileOptions of(Set<? extends OpenOption> options) {
        var flags = EnumSet.noneOf(OpenFlag.class);
        var standard = EnumSet.noneOf(StandardOpenOption.class);
        for (OpenOption option : options) {
            switch (Objects.requireNonNull(option)) {
                case StandardOpenOption known -> standard.add(known);
                case LinkOption.NOFOLLOW_LINKS -> flags.add(OpenFlag.NO_FOLLOW);
                // com.sun.nio.file.ExtendedOpenOption
                case Enum<?> extended when extended.name().equals("DIRECT") -> flags.add(OpenFlag.DIRECT);
                default -> throw new UnsupportedOperationException(option + " is not supported");
            }
        }
        boolean append = standard.contains(StandardOpenOption.APPEND);
        boolean writes = append || standard.contains(StandardOpenOption.WRITE);
        boolean reads = standard.contains(StandardOpenOption.READ) || !writes;
        if (append && reads) {
            throw new IllegalArgumentException("READ + APPEND not allowed");
        }
        if (append && standard.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
            throw new IllegalArgumentException("APPEND + TRUNCATE_EXISTING not allowed");
        }
        if (reads) {
            flags.add(OpenFlag.READ);
        }
        if (writes) {
            flags.add(OpenFlag.WRITE);
            addWriting(standard, flags);
        }
        if (standard.contains(StandardOpenOption.SYNC)) {
            flags.add(OpenFlag.SYNC);
        }
        if (standard.contains(StandardOpenOption.DSYNC)) {
            flags.add(OpenFlag.DSYNC);
        }
        boolean deletes = standard.contains(StandardOpenOption.DELETE_ON_CLOSE);
        if (deletes) {
            // DELETE_ON_CLOSE removes a name, that of the link and not of its target.
            flags.add(OpenFlag.NO_FOLLOW);
        }
        return new FileOptions(flags, deletes);
    }

    /** These are ignored when the file is opened for reading. */
    private static void addWriting(Set<StandardOpenOption> standard, Set<OpenFlag> flags) {
        if (standard.contains(StandardOpenOption.APPEND)) {
            flags.add(OpenFlag.APPEND);
        }
        if (standard.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
            flags.add(OpenFlag.TRUNCATE);
        }
        if (standard.contains(StandardOpenOption.CREATE_NEW)) {
            flags.add(OpenFlag.CREATE);
            flags.add(OpenFlag.EXCLUSIVE);
        } else if (standard.contains(StandardOpenOption.CREATE)) {
            flags.add(OpenFlag.CREATE);
        }
    }

    /** Whether a write returns when data is on stable storage. */
    boolean isSync() {
        return has(OpenFlag.SYNC) || has(OpenFlag.DSYNC);
    }

    boolean has(OpenFlag flag) {
        return flags.contains(flag);
    }
}

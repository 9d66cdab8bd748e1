package org.hexfuse.nio.file;

import java.nio.file.CopyOption;
import java.nio.file.LinkOption;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/**
 * The options that a file is copied or moved with.
 *
 * @param replace whether a file that has the new name is replaced
 * @param attributes whether times, owner, permissions and extended attributes are copied
 * @param follow whether the file of a symbolic link is copied, rather than the link
 * @param atomic whether it is a rename or fails
 */
record CopyOptions(boolean replace, boolean attributes, boolean follow, boolean atomic) {
    /** Those of a copy; UnsupportedOperationException for others. */
    static CopyOptions ofCopy(CopyOption... options) {
        CopyOptions parsed = new CopyOptions(false, false, true, false);
        for (CopyOption option : options) {
            parsed = switch (Objects.requireNonNull(option)) {
                case StandardCopyOption.REPLACE_EXISTING -> parsed.replacing();
                case StandardCopyOption.COPY_ATTRIBUTES -> new CopyOptions(parsed.replace, true, parsed.follow, false);
                case LinkOption.NOFOLLOW_LINKS -> new CopyOptions(parsed.replace, parsed.attributes, false, false);
                // com.sun.nio.file.ExtendedCopyOption: any copy can be interrupted.
                case Enum<?> extended when extended.name().equals("INTERRUPTIBLE") -> parsed;
                default -> throw new UnsupportedOperationException(option + " is not supported");
            };
        }
        return parsed;
    }

    /** Those of a move, which copies attributes and no file of a link; UnsupportedOperationException for others. */
    static CopyOptions ofMove(CopyOption... options) {
        CopyOptions parsed = new CopyOptions(false, true, false, false);
        for (CopyOption option : options) {
            parsed = switch (Objects.requireNonNull(option)) {
                case StandardCopyOption.REPLACE_EXISTING -> parsed.replacing();
                case StandardCopyOption.ATOMIC_MOVE -> new CopyOptions(parsed.replace, true, false, true);
                case LinkOption.NOFOLLOW_LINKS -> parsed;
                default -> throw new UnsupportedOperationException(option + " is not supported");
            };
        }
        return parsed;
    }

    private CopyOptions replacing() {
        return new CopyOptions(true, attributes, follow, atomic);
    }
}

package org.hexfuse.examples.memory;

import java.util.Optional;
import org.hexfuse.abi.FileType;
import org.hexfuse.posix.AccessControlList;

/**
 * Mode and lists of a new node, by its directory and its creator.
 *
 * <p>Source: {@code acl(5)}, Linux {@code fs/posix_acl.c} ({@code posix_acl_create}).
 *
 * @param mode type and permissions
 * @param access the access list, if the mode does not suffice
 * @param forChildren the default list, if it is a directory
 */
record Inheritance(int mode, Optional<AccessControlList> access, Optional<AccessControlList> forChildren) {
    /**
     * Applies the default list of the directory to a requested mode, or the umask if there is none.
     */
    static Inheritance of(Optional<AccessControlList> parent, int mode, int umask) {
        if (parent.isEmpty() || FileType.SYMLINK.is(mode)) {
            return plain(FileType.SYMLINK.is(mode) ? mode : mode & ~umask);
        }
        AccessControlList.Inherited inherited = parent.get().inherit(mode);
        return new Inheritance(inherited.mode(), Optional.of(inherited.list()).filter(list -> !list.isMode()),
                FileType.DIRECTORY.is(mode) ? parent : Optional.empty());
    }

    /** A mode without lists. */
    static Inheritance plain(int mode) {
        return new Inheritance(mode, Optional.empty(), Optional.empty());
    }

    boolean isEmpty() { return access.isEmpty() && forChildren.isEmpty(); }

    Inheritance with(int bits) {
        return new Inheritance(mode | bits, access, forChildren);
    }
}

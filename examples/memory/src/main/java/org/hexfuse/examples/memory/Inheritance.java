package org.hexfuse.examples.memory;

import java.util.Optional;
import org.hexfuse.abi.FileType;
import org.hexfuse.posix.AccessControlList;

/**
 * What a new node has from the directory that it is made in, and from who makes it.
 *
 * <p>Source: {@code acl(5)}, Linux {@code fs/posix_acl.c} ({@code posix_acl_create}).
 *
 * @param mode type and permissions
 * @param access the list that says who may do what, where the mode alone does not
 * @param forChildren the list that what is made in it begins with, if it is a directory
 */
record Inheritance(int mode, Optional<AccessControlList> access, Optional<AccessControlList> forChildren) {
    /**
     * What comes of a mode that was asked for: less the umask, unless the directory has a list for what is made in it, which
     * takes the place of the umask.
     */
    static Inheritance of(Optional<AccessControlList> parent, int mode, int umask) {
        if (parent.isEmpty() || FileType.SYMLINK.is(mode)) {
            return plain(FileType.SYMLINK.is(mode) ? mode : mode & ~umask);
        }
        AccessControlList.Inherited inherited = parent.get().inherit(mode);
        return new Inheritance(inherited.mode(), Optional.of(inherited.list()).filter(list -> !list.isMode()),
                FileType.DIRECTORY.is(mode) ? parent : Optional.empty());
    }

    /** A mode and no lists. */
    static Inheritance plain(int mode) {
        return new Inheritance(mode, Optional.empty(), Optional.empty());
    }

    boolean isEmpty() { return access.isEmpty() && forChildren.isEmpty(); }

    Inheritance with(int bits) {
        return new Inheritance(mode | bits, access, forChildren);
    }
}

package org.hexfuse.vfs;

import java.util.Set;
import org.hexfuse.abi.Caller;

/**
 * The user and process of a call. Ids are unsigned 32-bit numbers.
 *
 * @param uid the user
 * @param gid the group
 * @param groups supplementary groups, for permissions that are checked here: a request carries none
 * @param umask the permissions that new files do not get
 * @param pid the process
 */
public record Credentials(int uid, int gid, Set<Integer> groups, int umask, int pid) {
    /** The superuser in this process, with the umask 022. */
    public static final Credentials ROOT = of(0, 0);

    /** Copies the groups. */
    public Credentials {
        groups = Set.copyOf(groups);
        umask &= 0777;
    }

    /** A user of this process in one group, with the umask 022. */
    public static Credentials of(int uid, int gid) {
        return new Credentials(uid, gid, Set.of(), 022, (int) ProcessHandle.current().pid());
    }

    /** The same user with another umask. */
    public Credentials withUmask(int mask) {
        return new Credentials(uid, gid, groups, mask, pid);
    }

    /** The same user with these supplementary groups. */
    public Credentials withGroups(Set<Integer> more) {
        return new Credentials(uid, gid, more, umask, pid);
    }

    /** Whether this is the superuser. */
    public boolean isRoot() { return uid == 0; }

    /** Whether the user is in a group. */
    public boolean isIn(int group) {
        return gid == group || groups.contains(group);
    }

    /** As a request carries it. */
    public Caller caller() {
        return new Caller(uid, gid, pid);
    }
}

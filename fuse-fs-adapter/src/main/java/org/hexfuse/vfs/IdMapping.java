package org.hexfuse.vfs;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The user and group ids of an id-mapped mount (MOUNT_ATTR_IDMAP of {@code mount_setattr(2)}): a file of the owner {@code from} in the
 * filesystem has the owner {@code to} on the mount, and a file that {@code to} creates there belongs to {@code from} in the filesystem.
 *
 * <p>An id outside all ranges is unmapped: on the mount its files have the owner {@link #OVERFLOW}, nobody may write or change them, root
 * included, and a caller with an unmapped id creates nothing (EOVERFLOW).
 *
 * <p>Source: Linux {@code fs/mnt_idmapping.c}, {@code Documentation/filesystems/idmappings.rst}.
 *
 * @param users the ranges of user ids
 * @param groups the ranges of group ids
 */
public record IdMapping(List<Range> users, List<Range> groups) {
    /** The id of an unmapped owner or group in {@link Stat} ({@code overflowuid}). */
    public static final int OVERFLOW = 65_534;
    /** No id. */
    private static final int INVALID = -1;
    /** The most ranges that Linux accepts (UID_GID_MAP_MAX_EXTENTS). */
    private static final int MAX_RANGES = 340;
    private static final List<Range> ALL = List.of(new Range(0, 0, -1));

    /** Every id is itself. */
    public static final IdMapping IDENTITY = new IdMapping(ALL, ALL);

    /**
     * {@code count} ids, as one line of {@code /proc/PID/uid_map}. All are unsigned 32-bit numbers.
     *
     * @param from the first id in the filesystem
     * @param to the first id on the mount
     * @param count how many ids, not 0
     */
    public record Range(int from, int to, int count) {
        private static final long IDS = 1L << 32;

        /** Checks that the range ends before the invalid id. */
        public Range {
            if (count == 0 || end(from, count) >= IDS || end(to, count) >= IDS) {
                throw new IllegalArgumentException(Integer.toUnsignedString(count) + " ids from "
                        + Integer.toUnsignedString(from) + " as " + Integer.toUnsignedString(to));
            }
        }

        private static long end(int first, int count) {
            return Integer.toUnsignedLong(first) + Integer.toUnsignedLong(count);
        }

        private boolean overlaps(Range other) {
            return overlaps(from, count, other.from, other.count) || overlaps(to, count, other.to, other.count);
        }

        private static boolean overlaps(int one, int count, int other, int otherCount) {
            return Integer.toUnsignedLong(one) < end(other, otherCount)
                    && Integer.toUnsignedLong(other) < end(one, count);
        }

        /** {@code id} moved by as much as {@code first} is from {@code other}; {@link #INVALID} outside the range. */
        private int move(int id, int first, int other) {
            return Integer.compareUnsigned(id - first, count) < 0 ? id - first + other : INVALID;
        }
    }

    /** Checks that the ranges do not overlap. */
    public IdMapping {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
        check(users);
        check(groups);
    }

    private static void check(List<Range> ranges) {
        if (ranges.size() > MAX_RANGES) {
            throw new IllegalArgumentException(ranges.size() + " ranges of ids, at most " + MAX_RANGES);
        }
        for (int i = 0; i < ranges.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (ranges.get(i).overlaps(ranges.get(j))) {
                    throw new IllegalArgumentException(ranges.get(i) + " overlaps " + ranges.get(j));
                }
            }
        }
    }

    /** The same range for users and groups. */
    public static IdMapping of(int from, int to, int count) {
        List<Range> ranges = List.of(new Range(from, to, count));
        return new IdMapping(ranges, ranges);
    }

    /** Whether every id is itself. */
    public boolean isIdentity() { return users.equals(ALL) && groups.equals(ALL); }

    /** The user on the mount of a user in the filesystem; -1 if it is unmapped. */
    public int userOnMount(int uid) {
        return onMount(users, uid);
    }

    /** The group on the mount of a group in the filesystem; -1 if it is unmapped. */
    public int groupOnMount(int gid) {
        return onMount(groups, gid);
    }

    /** The user in the filesystem of a user on the mount; -1 if it is unmapped. */
    public int userInFilesystem(int uid) {
        return inFilesystem(users, uid);
    }

    /** The group in the filesystem of a group on the mount; -1 if it is unmapped. */
    public int groupInFilesystem(int gid) {
        return inFilesystem(groups, gid);
    }

    private static int onMount(List<Range> ranges, int id) {
        for (Range range : ranges) {
            int moved = range.move(id, range.from, range.to);
            if (moved != INVALID) {
                return moved;
            }
        }
        return INVALID;
    }

    private static int inFilesystem(List<Range> ranges, int id) {
        for (Range range : ranges) {
            int moved = range.move(id, range.to, range.from);
            if (moved != INVALID) {
                return moved;
            }
        }
        return INVALID;
    }

    /** A user of the mount with the ids in the filesystem, each -1 if it is unmapped; unmapped supplementary groups are left out. */
    public Credentials inFilesystem(Credentials user) {
        if (isIdentity()) {
            return user;
        }
        Set<Integer> mapped = new HashSet<>();
        user.groups().forEach(group -> mapped.add(groupInFilesystem(group)));
        mapped.remove(INVALID);
        return new Credentials(userInFilesystem(user.uid()), groupInFilesystem(user.gid()), mapped, user.umask(),
                user.pid());
    }

    /** Whether owner and group of a file are mapped. */
    public boolean maps(Stat file) {
        return maps(file.uid(), file.gid());
    }

    /** Whether the owner and the group of a file are mapped. */
    public boolean maps(int owner, int group) {
        return isIdentity() || (userOnMount(owner) != INVALID && groupOnMount(group) != INVALID);
    }

    /** The attributes as the mount shows them. */
    public Stat onMount(Stat file) {
        if (isIdentity()) {
            return file;
        }
        int uid = userOnMount(file.uid());
        int gid = groupOnMount(file.gid());
        return new Stat(file.ino(), file.mode(), file.nlink(), uid == INVALID ? OVERFLOW : uid,
                gid == INVALID ? OVERFLOW : gid, file.rdev(), file.size(), file.blocks(), file.blockSize(),
                file.atime(), file.mtime(), file.ctime());
    }
}

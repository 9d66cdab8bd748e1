package org.hexfuse.vfs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;

/**
 * The way along one path, from the root. Paths are absolute whether or not they start with a slash. All nodes that it comes
 * by are held until it is closed. For one thread.
 *
 * <p>Source: {@code path_resolution(7)}, Linux {@code fs/namei.c}.
 */
final class PathWalk implements AutoCloseable {
    private static final int LONGEST_PATH = 4095;
    private static final int MOST_LINKS = 40;
    private static final Name HERE = Name.of(".");
    private static final Name UP = Name.of("..");

    private final DentryCache names;
    private final NodeRequests calls;
    private final Permissions permissions;
    /** Whether names are looked up even where they are known. */
    private final boolean afresh;

    /** From the root to where it is. */
    private final List<Inode> way = new ArrayList<>();
    private final List<Inode> held = new ArrayList<>();
    private final Deque<Name> ahead = new ArrayDeque<>();
    private boolean directoryWanted;
    private int links;
    private Name last = HERE;

    PathWalk(DentryCache names, NodeRequests calls, Permissions permissions, boolean afresh) {
        this.names = names;
        this.calls = calls;
        this.permissions = permissions;
        this.afresh = afresh;
        permissions.enter();
        way.add(names.nodes.root());
    }

    /**
     * The inode of a path whose dentries are all cached, without a lock, a reference or a request; null where something is not
     * cached, or the path has ".." or a symbolic link to follow. The server may be sent its FORGET at any time: what is known of
     * it may be looked at, but no request is to name it.
     */
    static Inode cached(DentryCache names, String path, boolean followLast) {
        byte[] bytes = Name.encode(path);
        if (bytes.length == 0 || bytes.length > LONGEST_PATH) {
            return null;
        }
        Inode at = names.nodes.root();
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i < bytes.length && bytes[i] != '/') {
                if (bytes[i] == 0) {
                    return null;
                }
                continue;
            }
            if (i > start) {
                at = at.isDirectory() ? cachedChild(names, at, bytes, start, i) : null;
                boolean follow = followLast || i < bytes.length;
                if (at == null || (follow && at.type == FileType.SYMLINK)) {
                    return null;
                }
            }
            start = i + 1;
        }
        return bytes[bytes.length - 1] == '/' && !at.isDirectory() ? null : at;
    }

    private static Inode cachedChild(DentryCache names, Inode directory, byte[] path, int from, int to) {
        if (path[from] == '.' && (to - from == 1 || (to - from == 2 && path[from + 1] == '.'))) {
            return null;
        }
        Dentry dentry = names.peek(directory, Name.of(Arrays.copyOfRange(path, from, to)));
        return dentry == null ? null : dentry.target;
    }

    /** The node that a path leads to. */
    Inode to(String path, boolean followLast) {
        begin(path);
        while (!ahead.isEmpty()) {
            Name name = ahead.remove();
            boolean follow = followLast || !ahead.isEmpty() || directoryWanted;
            step(name, follow);
        }
        if (directoryWanted && !at().isDirectory()) {
            throw FuseException.of(Errno.ENOTDIR);
        }
        return at();
    }

    /** The directory that the last name of a path is in; the name is then {@link #last}. */
    Inode toParent(String path) {
        begin(path);
        return toParent();
    }

    /** Goes on, from the directory that a symbolic link is in, to the one that the last name of its target is in. */
    Inode toParentOfTarget(Inode link) {
        follow(link);
        return toParent();
    }

    private Inode toParent() {
        while (ahead.size() > 1) {
            step(ahead.remove(), true);
        }
        last = ahead.isEmpty() ? HERE : ahead.remove();
        requireDirectory();
        return at();
    }

    /** The last name of the path, which was not looked up. */
    Name last() {
        return last;
    }

    /** Whether the last name is one: neither "." nor ".." nor missing as in "/". */
    boolean hasLast() {
        return !last.isDotOrDotDot();
    }

    /** Whether the path ends with a slash, so that only a directory will do. */
    boolean isDirectoryWanted() {
        return directoryWanted;
    }

    /** Whether the way leads through a node. */
    boolean passes(Inode inode) {
        return way.contains(inode);
    }

    private void begin(String path) {
        byte[] bytes = Name.encode(path);
        if (bytes.length == 0) {
            throw FuseException.of(Errno.ENOENT);
        }
        if (bytes.length > LONGEST_PATH) {
            throw FuseException.of(Errno.ENAMETOOLONG);
        }
        directoryWanted = bytes[bytes.length - 1] == '/';
        split(bytes).forEach(ahead::add);
    }

    private static List<Name> split(byte[] path) {
        var names = new ArrayList<Name>();
        int start = 0;
        for (int i = 0; i <= path.length; i++) {
            if (i == path.length || path[i] == '/') {
                if (i > start) {
                    names.add(Name.of(Arrays.copyOfRange(path, start, i)));
                }
                start = i + 1;
            } else if (path[i] == 0) {
                throw FuseException.of(Errno.EINVAL);
            }
        }
        return names;
    }

    private Inode at() {
        return way.getLast();
    }

    private void requireDirectory() {
        if (!at().isDirectory()) {
            throw FuseException.of(Errno.ENOTDIR);
        }
        permissions.check(at(), Permissions.EXECUTE);
    }

    private void step(Name name, boolean follow) {
        requireDirectory();
        if (name.equals(HERE)) {
            return;
        }
        if (name.equals(UP)) {
            if (way.size() > 1) {
                way.removeLast();
            }
            return;
        }
        Inode next = child(name);
        if (follow && next.type == FileType.SYMLINK) {
            follow(next);
        } else {
            way.add(next);
        }
    }

    private void follow(Inode link) {
        if (++links > MOST_LINKS) {
            throw FuseException.of(Errno.ELOOP);
        }
        byte[] target = calls.readlink(link).bytes();
        if (target.length == 0) {
            throw FuseException.of(Errno.ENOENT);
        }
        if (target[0] == '/') {
            way.subList(1, way.size()).clear();
        }
        directoryWanted |= ahead.isEmpty() && target[target.length - 1] == '/';
        split(target).reversed().forEach(ahead::addFirst);
    }

    /** What a name in the directory leads to where the walk stands. */
    Inode child(Name name) {
        return child(name, afresh);
    }

    /** The same, with the server asked even if the name is known. */
    Inode child(Name name, boolean ask) {
        Inode child = ask ? calls.lookup(at(), name) : names.find(at(), name).orElseGet(() -> calls.lookup(at(), name));
        if (child == DentryCache.ABSENT) {
            throw FuseException.of(Errno.ENOENT);
        }
        return keep(child);
    }

    /** Holds a node until the walk is closed, for a caller that has held it until now. */
    Inode keep(Inode inode) {
        held.add(inode);
        return inode;
    }

    /** What the last name leads to, if it is there. */
    Optional<Inode> childIfThere(boolean ask) {
        try {
            return Optional.of(child(last, ask || afresh));
        } catch (FuseException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override public void close() {
        if (!held.isEmpty()) {
            names.nodes.release(held);
        }
    }
}

package org.hexfuse.vfs.path;

import org.hexfuse.vfs.cache.Dentry;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.inode.Permissions;

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
 * A walk along one path from the root of a mount, by dentries where they are valid and by LOOKUP where not. Paths are absolute whether or not
 * they start with a slash. It holds a reference to each inode that it found until it is closed. For one thread.
 *
 * <p>Source: {@code path_resolution(7)}, Linux {@code fs/namei.c}.
 */
public final class PathWalk implements AutoCloseable {
    private static final int MAX_PATH = 4095;
    private static final int MAX_LINKS = 40;
    private static final Name DOT = Name.of(".");
    private static final Name DOT_DOT = Name.of("..");

    private final DentryCache dentries;
    private final NodeRequests requests;
    private final Permissions permissions;
    /** Whether names are looked up even if their dentries are valid: Linux's LOOKUP_REVAL. */
    private final boolean revalidate;

    /** From the root to where the walk stands. */
    private final List<Inode> chain = new ArrayList<>();
    private final List<Inode> held = new ArrayList<>();
    private final Deque<Name> remaining = new ArrayDeque<>();
    private boolean directoryWanted;
    private int links;
    private Name last = DOT;

    /** At the root; ENOTCONN if the mount is unmounted, EACCES if the user may not use it. */
    public PathWalk(DentryCache dentries, NodeRequests requests, Permissions permissions, boolean revalidate) {
        this.dentries = dentries;
        this.requests = requests;
        this.permissions = permissions;
        this.revalidate = revalidate;
        permissions.enter();
        chain.add(permissions.mount().isWhole() ? dentries.inodes().root() : keep(permissions.mount().holdRoot()));
    }

    /**
     * Begins in a directory, for paths that do not start with a slash.
     *
     * @param above the directories from the root to the one that it is in, each with a reference of the caller's meanwhile, as {@code directory}
     */
    public void start(List<Inode> above, Inode directory) {
        chain.clear();
        chain.addAll(above);
        chain.add(directory);
        chain.forEach(Inode::hold);
        held.addAll(chain);
    }

    /** The directories from the root to the one above where the walk stands. */
    public List<Inode> above() {
        return List.copyOf(chain.subList(0, chain.size() - 1));
    }

    /** Whether the user may search a directory, by what is cached of it at a time of the cache clock. */
    @FunctionalInterface public interface Search {
        /** Sends no request. */
        boolean isAllowed(Inode directory, long now);
    }

    /**
     * The inode of a path whose dentries are all valid, without a lock, a reference or a request; null if one is not, or the path has
     * ".." or a symbolic link to follow. It may be forgotten at any time: the caller may read its attributes, and must not send a
     * request on it.
     *
     * @param root the root of the mount
     * @param searchable whether the user may search a directory: null if one is not
     */
    public static Inode cached(DentryCache dentries, Inode root, Search searchable, String path,
            boolean followLast) {
        byte[] bytes = Name.encode(path);
        if (bytes.length == 0 || bytes.length > MAX_PATH) {
            return null;
        }
        // Once: to read the clock for each dentry and directory takes as long as the rest.
        long now = dentries.now();
        Inode at = root;
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i < bytes.length && bytes[i] != '/') {
                if (bytes[i] == 0) {
                    return null;
                }
                continue;
            }
            if (i > start) {
                at = at.isDirectory() && searchable.isAllowed(at, now) ? cachedChild(dentries, at, bytes, start, i, now)
                        : null;
                boolean follow = followLast || i < bytes.length;
                if (at == null || (follow && at.type() == FileType.SYMLINK)) {
                    return null;
                }
            }
            start = i + 1;
        }
        return bytes[bytes.length - 1] == '/' && !at.isDirectory() ? null : at;
    }

    private static Inode cachedChild(DentryCache dentries, Inode directory, byte[] path, int from, int to, long now) {
        if (path[from] == '.' && (to - from == 1 || (to - from == 2 && path[from + 1] == '.'))) {
            return null;
        }
        Dentry dentry = dentries.peek(directory, path, from, to, now);
        return dentry == null ? null : dentry.target();
    }

    /** Walks to the inode of a path. */
    public Inode to(String path, boolean followLast) {
        begin(path);
        while (!remaining.isEmpty()) {
            Name name = remaining.remove();
            boolean follow = followLast || !remaining.isEmpty() || directoryWanted;
            step(name, follow);
        }
        if (directoryWanted && !at().isDirectory()) {
            throw FuseException.of(Errno.ENOTDIR);
        }
        return at();
    }

    /** Walks to the directory of the last name of a path; the name is then {@link #last}. */
    public Inode toParent(String path) {
        begin(path);
        return toParent();
    }

    /** Walks on from the directory of a symbolic link to the directory of the last name of its target. */
    public Inode toParentOfTarget(Inode link) {
        follow(link);
        return toParent();
    }

    private Inode toParent() {
        while (remaining.size() > 1) {
            step(remaining.remove(), true);
        }
        last = remaining.isEmpty() ? DOT : remaining.remove();
        requireDirectory();
        return at();
    }

    /** The last name of the path, which {@link #toParent(String)} did not look up. */
    public Name last() {
        return last;
    }

    /** Whether the path has a last name that is not "." or "..": "/" has none. */
    public boolean hasLast() {
        return !last.isDotOrDotDot();
    }

    /** Whether the path ends with a slash, so that its inode must be a directory. */
    public boolean isDirectoryWanted() {
        return directoryWanted;
    }

    /** Whether the walk passed through an inode, or stands at it. */
    public boolean passes(Inode inode) {
        return chain.contains(inode);
    }

    private void begin(String path) {
        byte[] bytes = Name.encode(path);
        if (bytes.length == 0) {
            throw FuseException.of(Errno.ENOENT);
        }
        if (bytes.length > MAX_PATH) {
            throw FuseException.of(Errno.ENAMETOOLONG);
        }
        if (bytes[0] == '/') {
            toRoot();
        }
        directoryWanted = bytes[bytes.length - 1] == '/';
        split(bytes).forEach(remaining::add);
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

    private void toRoot() {
        chain.subList(1, chain.size()).clear();
    }

    private Inode at() {
        return chain.getLast();
    }

    private void requireDirectory() {
        if (!at().isDirectory()) {
            throw FuseException.of(Errno.ENOTDIR);
        }
        permissions.check(at(), Permissions.EXECUTE);
    }

    private void step(Name name, boolean follow) {
        requireDirectory();
        if (name.equals(DOT)) {
            return;
        }
        if (name.equals(DOT_DOT)) {
            if (chain.size() > 1) {
                chain.removeLast();
            }
            return;
        }
        Inode next = child(name);
        if (follow && next.type() == FileType.SYMLINK) {
            follow(next);
        } else {
            chain.add(next);
        }
    }

    private void follow(Inode link) {
        if (++links > MAX_LINKS) {
            throw FuseException.of(Errno.ELOOP);
        }
        byte[] target = requests.readlink(link).bytes();
        if (target.length == 0) {
            throw FuseException.of(Errno.ENOENT);
        }
        if (target[0] == '/') {
            toRoot();
        }
        directoryWanted |= remaining.isEmpty() && target[target.length - 1] == '/';
        split(target).reversed().forEach(remaining::addFirst);
    }

    /** The inode of a name in the directory where the walk stands. */
    public Inode child(Name name) {
        return child(name, revalidate);
    }

    private Inode child(Name name, boolean lookup) {
        Inode child = lookup ? requests.lookup(at(), name)
                : dentries.find(at(), name).orElseGet(() -> requests.lookup(at(), name));
        if (child == DentryCache.NEGATIVE) {
            throw FuseException.of(Errno.ENOENT);
        }
        return keep(child);
    }

    /** Takes over a reference of the caller until the walk is closed. */
    public Inode keep(Inode inode) {
        held.add(inode);
        return inode;
    }

    /** The inode of the last name if there is one; {@code lookup} ignores the dentry. */
    public Optional<Inode> childIfPresent(boolean lookup) {
        try {
            return Optional.of(child(last, lookup || revalidate));
        } catch (FuseException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override public void close() {
        if (!held.isEmpty()) {
            dentries.inodes().release(held);
        }
    }
}

package org.hexfuse.nio.path;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.Vfs;

/**
 * The real path of a file: absolute, without "." and "..", and without symbolic links.
 *
 * <p>Source: {@code realpath(3)}.
 */
final class RealPath {
    private static final int MAX_LINKS = 40;

    private final Vfs vfs;
    private final Deque<String> remaining = new ArrayDeque<>();
    private final Deque<String> real = new ArrayDeque<>();
    private int links;

    private RealPath(Vfs vfs) {
        this.vfs = vfs;
    }

    /** The real path of a file that exists; without {@code follow} its symbolic links stay. */
    static String of(HexfusePath path, boolean follow) throws IOException {
        String linux = path.linux();
        return path.location(follow).get(vfs -> follow ? new RealPath(vfs).followed(linux)
                : new RealPath(vfs).unfollowed(linux));
    }

    private String text() {
        return "/" + String.join("/", real);
    }

    private static boolean isName(String name) {
        return !name.isEmpty() && !name.equals(".");
    }

    private void add(String path) {
        Arrays.asList(path.split("/")).reversed().stream().filter(RealPath::isName).forEach(remaining::addFirst);
    }

    private String followed(String path) {
        add(path);
        while (!remaining.isEmpty()) {
            String name = remaining.removeFirst();
            if (name.equals("..")) {
                real.pollLast();
                continue;
            }
            real.addLast(name);
            if (vfs.lstat(text()).isSymlink()) {
                follow();
            }
        }
        // A name that is no directory, with names after it, is ENOTDIR of their lstat; with ".." after it the path is checked whole.
        vfs.stat(path);
        return text();
    }

    private void follow() {
        if (++links > MAX_LINKS) {
            throw FuseException.of(Errno.ELOOP);
        }
        String target = vfs.readlink(text());
        real.removeLast();
        if (target.startsWith("/")) {
            real.clear();
        }
        add(target);
    }

    /** Removes "..", with the name before it unless that is a symbolic link. */
    private String unfollowed(String path) {
        add(path);
        while (!remaining.isEmpty()) {
            String name = remaining.removeFirst();
            if (!name.equals("..")) {
                real.addLast(name);
            } else if (!real.isEmpty()) {
                if (real.getLast().equals("..") || vfs.lstat(text()).isSymlink()) {
                    real.addLast(name);
                } else {
                    real.removeLast();
                }
            }
        }
        vfs.lstat(text());
        return text();
    }
}

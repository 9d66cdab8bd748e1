package org.hexfuse.server.tree;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Rename;

/**
 * The dentries of a filesystem: those that directories keep, and those of nodes that a kernel has looked up. One lock guards them.
 * It is never held while an author's code runs, and a lookup does not take it.
 *
 * <p>A node belongs to one namespace. Before it is part of a filesystem that is {@link #strays}.
 */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
final class Namespace {
    private static final Namespace STRAYS = new Namespace(null);
    /** The longest walk to the root, so that even a cycle of directories that an author has made ends. */
    private static final int DEEPEST = 1 << 16;
    private static final int LONGEST_NAME = 255;

    private final StampedLock lock = new StampedLock();
    /** Null for strays. */
    final TreeFileSystem fileSystem;

    Namespace(TreeFileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    /** The namespace of nodes that are not part of a filesystem. */
    static Namespace strays() {
        return STRAYS;
    }

    /** Runs an action under the lock of the node's namespace, which may change until the lock is taken. */
    static <T> T changing(Node node, Supplier<T> action) {
        while (true) {
            Namespace home = node.home;
            long stamp = home.lock.writeLock();
            try {
                if (node.home == home) {
                    return action.get();
                }
            } finally {
                home.lock.unlockWrite(stamp);
            }
        }
    }

    private static <T> T reading(Node node, Supplier<T> action) {
        while (true) {
            Namespace home = node.home;
            long stamp = home.lock.readLock();
            try {
                if (node.home == home) {
                    return action.get();
                }
            } finally {
                home.lock.unlockRead(stamp);
            }
        }
    }

    /** The dentry of a name in a directory; null if none is known. Takes the lock only if it meets a change. */
    static Dentry find(Node directory, Name name) {
        if (directory.children == null) {
            return null;
        }
        Namespace home = directory.home;
        long stamp = home.lock.tryOptimisticRead();
        Dentry found = stamp == 0 ? null : entry(directory, name);
        return stamp != 0 && home.lock.validate(stamp) && directory.home == home ? found
                : reading(directory, () -> entry(directory, name));
    }

    /** The dentries of a directory, in the order of their addition. */
    static Dentry[] children(Node directory, boolean onlyKept) {
        return reading(directory, () -> {
            DentryTable table = directory.children;
            if (table == null) {
                return new Dentry[0];
            }
            Dentry[] all = table.snapshot();
            return onlyKept && table.kept() < all.length
                    ? Arrays.stream(all).filter(entry -> entry.kept).toArray(Dentry[]::new)
                    : all;
        });
    }

    /** The number of names of a node; of a directory two and those of the directories that it keeps. */
    static int nlink(Node node) {
        return reading(node, () -> {
            int names = 0;
            for (Dentry entry = node.dentries; entry != null; entry = entry.next) {
                names++;
            }
            if (node.type() != FileType.DIRECTORY) {
                return names;
            }
            DentryTable table = node.children;
            return node.removed ? 0 : 2 + (table == null ? 0 : table.keptDirectories());
        });
    }

    /** Adds the dentry of a looked up node, unless it is there; another node's dentry of that name is removed. */
    static void attach(Node directory, Name name, Node node) {
        Dentry known = find(directory, name);
        if (known != null && known.node == node) {
            return;
        }
        changing(directory, () -> {
            attachLocked(directory, name, node);
            return null;
        });
    }

    /**
     * Adds a reference to a looked up node that is known by its name, and its dentry; or to the node that another lookup has made of
     * that name meanwhile. Returns the one that is used.
     */
    static Node referenceNamed(NodeTable nodes, Node directory, Name name, Node node) {
        return changing(directory, () -> {
            Dentry there = entry(directory, name);
            Node used = there != null && there.node.named && there.node.type() == node.type() ? there.node : node;
            nodes.add(used);
            boolean done = false;
            try {
                attachLocked(directory, name, used);
                done = true;
            } finally {
                if (!done) {
                    nodes.drop(used, 1);
                }
            }
            return used;
        });
    }

    private static void attachLocked(Node directory, Name name, Node node) {
        Dentry there = entry(directory, name);
        if (there != null && (there.node == node || there.kept)) {
            return;
        }
        directory.home.adopt(node, () -> checkOneParent(directory, node, true));
        // A directory has one name: it was moved behind the kernel's back.
        Dentry former = node.type() == FileType.DIRECTORY ? node.dentries : null;
        if (there != null) {
            take(there);
        }
        add(directory, name, node, false);
        if (former != null) {
            forget(former);
        }
        if (there != null) {
            unlink(there, false);
        }
    }

    /**
     * Adds the dentry of a node that was created.
     *
     * @throws FuseException EEXIST if the directory keeps a child of that name, ENOENT if it was removed
     */
    static void create(Node directory, Name name, Node node, boolean kept) {
        changing(directory, () -> {
            checkNew(directory, name, kept);
            directory.home.adopt(node, () -> checkOneParent(directory, node, !kept));
            // It may have been looked up before its creation is answered, and moved behind the kernel's back.
            Dentry former = node.type() == FileType.DIRECTORY ? node.dentries : null;
            Dentry there = entry(directory, name);
            if (there != null) {
                forget(there);
            }
            add(directory, name, node, kept);
            if (former != null && former != there) {
                forget(former);
            }
            return null;
        });
    }

    private static void checkNew(Node directory, Name name, boolean kept) {
        Dentry there = entry(directory, name);
        if (there != null && there.kept) {
            throw FuseException.of(Errno.EEXIST);
        }
        if (kept && directory.removed) {
            throw FuseException.of(Errno.ENOENT);
        }
    }

    /** Checks that a directory has no other name, or that only lookups have made it known. */
    private static void checkOneParent(Node directory, Node node, boolean moves) {
        Dentry other = node.dentries;
        if (node.type() != FileType.DIRECTORY) {
            return;
        }
        boolean below = isBelow(directory, node);
        if (below && moves) {
            throw FuseException.of(Errno.ELOOP, "directory " + node.id() + " was moved below itself");
        }
        if (below || (other != null && (other.kept || !moves))) {
            throw new IllegalStateException("directory " + node.id() + " is at another place already");
        }
    }

    /** Checks that a name can be one of a directory that keeps its children. */
    static void checkLength(Name name) {
        if (name.length() > LONGEST_NAME) {
            throw FuseException.of(Errno.ENAMETOOLONG);
        }
    }

    /** Checks that a name can be created in a directory that keeps its children. */
    static void checkNew(Node directory, Name name) {
        checkLength(name);
        reading(directory, () -> {
            checkNew(directory, name, true);
            return null;
        });
    }

    /** The child that a directory keeps under a name; ENOENT if there is none. */
    static Dentry existing(Node directory, Name name) {
        checkLength(name);
        Dentry there = find(directory, name);
        if (there == null || !there.kept) {
            throw FuseException.of(Errno.ENOENT);
        }
        return there;
    }

    /** Removes the dentry of a name, if there is one. Returns it or null. */
    static Dentry remove(Node directory, Name name) {
        return find(directory, name) == null ? null : changing(directory, () -> {
            Dentry there = entry(directory, name);
            if (there != null) {
                remove(there);
            }
            return there;
        });
    }

    /** Removes a kept child, {@link Errno#ENOTEMPTY} if it keeps children, ENOENT if the name leads elsewhere by now. */
    static void removeKept(Dentry expected) {
        changing(expected.parent, () -> {
            Dentry there = entry(expected.parent, expected.name);
            if (there == null || there.node != expected.node) {
                throw FuseException.of(Errno.ENOENT);
            }
            checkEmpty(there.node);
            remove(there);
            return null;
        });
    }

    static void checkEmpty(Node node) {
        DentryTable table = node.children;
        if (table != null && table.kept() > 0) {
            throw FuseException.of(Errno.ENOTEMPTY);
        }
    }

    /** Removes a dentry that only lookups have made, whose name is gone. */
    static void forgetName(Node directory, Name name) {
        Dentry known = find(directory, name);
        if (known != null && !known.kept) {
            changing(directory, () -> {
                Dentry there = entry(directory, name);
                if (there != null && !there.kept) {
                    forget(there);
                }
                return null;
            });
        }
    }

    /** The dentries of a rename, either null where none is known. */
    record Renaming(Dentry source, Dentry target) {}

    /** Checks a rename in directories that keep their children as Linux's own filesystems do. */
    static void checkRename(Node directory, Name name, Node targetDirectory, Name targetName, int flags) {
        checkLength(name);
        checkLength(targetName);
        reading(directory, () -> {
            rename(directory, name, targetDirectory, targetName, flags);
            return null;
        });
    }

    /** The checks, and the dentries that they found. A directory of the two that keeps no children knows of none. */
    private static Renaming rename(Node directory, Name name, Node targetDirectory, Name targetName, int flags) {
        boolean exchange = (flags & Rename.EXCHANGE) != 0;
        if ((flags & ~(Rename.NOREPLACE | Rename.EXCHANGE)) != 0 || (exchange && flags != Rename.EXCHANGE)) {
            throw FuseException.of(Errno.EINVAL);
        }
        Dentry source = entry(directory, name);
        Dentry target = entry(targetDirectory, targetName);
        if (source == null || (exchange && target == null) || targetDirectory.removed) {
            throw FuseException.of(Errno.ENOENT);
        }
        if (target != null && (flags & Rename.NOREPLACE) != 0) {
            throw FuseException.of(Errno.EEXIST);
        }
        if (isBelow(targetDirectory, source.node) || (exchange && isBelow(directory, target.node))) {
            throw FuseException.of(Errno.EINVAL);
        }
        if (target != null && !exchange && source.node != target.node) {
            checkReplaces(source.node, target.node, directory);
        }
        return new Renaming(source, target);
    }

    private static void checkReplaces(Node moved, Node replaced, Node directory) {
        boolean isDirectory = replaced.type() == FileType.DIRECTORY;
        if (isDirectory && isBelow(directory, replaced)) {
            throw FuseException.of(Errno.ENOTEMPTY);
        }
        if (isDirectory && moved.type() != FileType.DIRECTORY) {
            throw FuseException.of(Errno.EISDIR);
        }
        if (!isDirectory && moved.type() == FileType.DIRECTORY) {
            throw FuseException.of(Errno.ENOTDIR);
        }
        checkEmpty(replaced);
    }

    /** Moves the dentries as a rename does; with {@code check} as {@link #checkRename} checks. */
    static void move(Node directory, Name name, Node targetDirectory, Name targetName, int flags, boolean check) {
        boolean keeps = directory.keepsChildren();
        boolean targetKeeps = targetDirectory.keepsChildren();
        changing(directory, () -> {
            Renaming found = check ? rename(directory, name, targetDirectory, targetName, flags)
                    : new Renaming(entry(directory, name), entry(targetDirectory, targetName));
            Dentry source = found.source;
            Dentry target = found.target;
            if (source != null && target != null && source.node == target.node) {
                return null;
            }
            // Others read the names of a node without the lock: it has the new one before it loses the old one.
            if (source != null) {
                take(source);
            }
            if (target != null) {
                take(target);
            }
            if (source != null) {
                add(targetDirectory, targetName, source.node, targetKeeps || (source.kept && !keeps));
                unlink(source, false);
            }
            if (target != null) {
                if ((flags & Rename.EXCHANGE) != 0) {
                    add(directory, name, target.node, keeps || (target.kept && !targetKeeps));
                }
                unlink(target, true);
            }
            return null;
        });
    }

    /**
     * Forgets the dentries that lookups have made of a node that no kernel refers to any more. A directory that no kernel refers to keeps
     * its own dentry while one below it is known, and loses it with the last of these.
     */
    static void dropUnreferenced(Node node) {
        if (node.dentries == null) {
            return;
        }
        changing(node, () -> {
            var left = new ArrayDeque<Node>(List.of(node));
            while (!left.isEmpty()) {
                Node at = left.pop();
                DentryTable below = at.children;
                if (at.references == 0 && (below == null || below.count() == below.kept())) {
                    for (Dentry entry = at.dentries; entry != null; entry = entry.next) {
                        if (!entry.kept) {
                            forget(entry);
                            left.push(entry.parent);
                        }
                    }
                }
            }
            return null;
        });
    }

    /** All names of a node. */
    static List<Dentry> dentries(Node node) {
        return node.dentries == null ? List.of() : reading(node, () -> {
            var all = new ArrayList<Dentry>(1);
            for (Dentry entry = node.dentries; entry != null; entry = entry.next) {
                all.add(entry);
            }
            return List.copyOf(all);
        });
    }

    private static Dentry entry(Node directory, Name name) {
        DentryTable table = directory.children;
        return table == null ? null : table.find(name);
    }

    /** Whether a directory is {@code ancestor} or somewhere below it. */
    private static boolean isBelow(Node directory, Node ancestor) {
        Node at = directory;
        for (int depth = 0; at != ancestor && at.dentries != null && depth < DEEPEST; depth++) {
            at = at.dentries.parent;
        }
        return at == ancestor;
    }

    private static void add(Node directory, Name name, Node node, boolean kept) {
        if (directory.children == null) {
            directory.children = new DentryTable();
        }
        var entry = new Dentry(directory, name, node, kept);
        directory.children.add(entry);
        if (node.dentries == null) {
            node.dentries = entry;
        } else {
            Dentry last = node.dentries;
            while (last.next != null) {
                last = last.next;
            }
            last.next = entry;
        }
        node.removed = false;
    }

    /** Removes a dentry whose name was removed. */
    private static void remove(Dentry entry) {
        take(entry);
        unlink(entry, true);
    }

    /** Removes a dentry whose name is not known any more, which says nothing about its node. */
    private static void forget(Dentry entry) {
        take(entry);
        unlink(entry, false);
    }

    /** Removes a dentry from its directory. */
    private static void take(Dentry entry) {
        entry.parent.children.remove(entry);
        entry.removed = true;
    }

    /** Removes a dentry from the names of its node, which is removed with its last name if {@code removes}. */
    private static void unlink(Dentry entry, boolean removes) {
        Node node = entry.node;
        if (node.dentries == entry) {
            node.dentries = entry.next;
        } else {
            Dentry before = node.dentries;
            while (before.next != entry) {
                before = before.next;
            }
            before.next = entry.next;
        }
        if (node.dentries == null) {
            node.removed = removes;
        }
    }

    /** Makes a node without a name, and what it keeps, part of the namespace of {@code other}. */
    static void adopt(Node other, Node node) {
        if (node.home != other.home) {
            changing(other, () -> {
                other.home.adopt(node, () -> {});
                return null;
            });
        }
    }

    /** Makes a node, and what it keeps, part of this namespace, whose lock is held; nothing of it if {@code check} throws. */
    private void adopt(Node node, Runnable check) {
        if (node.home == this) {
            check.run();
            return;
        }
        checkStray(node);
        long stamp = STRAYS.lock.writeLock();
        try {
            check.run();
            var found = new ArrayList<Node>(List.of(node));
            for (int i = 0; i < found.size(); i++) {
                Node next = found.get(i);
                checkStray(next);
                if (next.children != null) {
                    for (Dentry entry : next.children.snapshot()) {
                        found.add(entry.node);
                    }
                }
            }
            found.forEach(each -> each.home = this);
        } finally {
            STRAYS.lock.unlockWrite(stamp);
        }
    }

    private void checkStray(Node node) {
        if (node.home != STRAYS && node.home != this) {
            // Without the author's toString, which must not run under the lock.
            throw new IllegalStateException("node " + node.id() + " is part of another filesystem");
        }
    }

    /** Makes a root, and what it keeps, part of this namespace. */
    void adoptRoot(Node root) {
        long stamp = lock.writeLock();
        try {
            adopt(root, () -> {});
        } finally {
            lock.unlockWrite(stamp);
        }
    }
}

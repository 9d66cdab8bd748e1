package org.hexfuse.examples.memory;

import static org.hexfuse.abi.Errno.EEXIST;
import static org.hexfuse.abi.Errno.EINVAL;
import static org.hexfuse.abi.Errno.EISDIR;
import static org.hexfuse.abi.Errno.ENAMETOOLONG;
import static org.hexfuse.abi.Errno.ENOENT;
import static org.hexfuse.abi.Errno.ENOTDIR;
import static org.hexfuse.abi.Errno.ENOTEMPTY;
import static org.hexfuse.abi.Errno.EPERM;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hexfuse.posix.Timespec;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;

/**
 * The namespace: directories, their entries and the nodes of these.
 *
 * <p>A method that returns a node has incremented its lookup count; the node stays until {@link #forget}. Errors are
 * {@link FuseException}s with the errno of Linux's own filesystems. Any thread may use it.
 */
final class Tree {
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_TARGET = 4095;

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final InstantSource clock;
    private final Space space;
    private final InodeTable inodes;
    private final Renaming renaming;
    private final Directory root;

    /** Visits the entries of a listing; returns false if an entry does not fit. */
    @FunctionalInterface interface Visitor {
        /** Called under the lock of the namespace; must not call the tree. */
        boolean visit(Name name, Inode inode, long cookie);
    }

    Tree(Space space, Owner owner, int rootPermissions, InstantSource clock) {
        this.space = space;
        this.clock = clock;
        this.inodes = new InodeTable(space);
        this.renaming = new Renaming(inodes);
        this.root = inodes.add(Inheritance.plain(FileType.DIRECTORY.mode() | rootPermissions), owner,
                Timespec.of(clock.instant()),
                Directory::new);
    }

    Directory root() {
        return root;
    }

    Space space() {
        return space;
    }

    InodeTable inodes() {
        return inodes;
    }

    /** The current time. */
    Timespec now() {
        return Timespec.of(clock.instant());
    }

    Inode inode(long number) {
        return inodes.get(number);
    }

    /** The regular file of a node id; EISDIR or EINVAL for other types. */
    RegularFile file(long number) {
        return switch (inodes.get(number)) {
            case RegularFile file -> file;
            case Directory _ -> throw FuseException.of(EISDIR);
            default -> throw FuseException.of(EINVAL);
        };
    }

    /** Looks up a name, also {@code .} and {@code ..}, which kernels look up when they export the filesystem. */
    Optional<Inode> lookup(long directory, Name name) {
        checkLength(name);
        lock.readLock().lock();
        try {
            Optional<Inode> found = find(directory, name);
            found.ifPresent(Inode::lookedUp);
            return found;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** "." is the node itself, of any type: a kernel that has its number only looks it up so. */
    private Optional<Inode> find(long number, Name name) {
        if (name.is(".")) {
            return Optional.of(inode(number));
        }
        Directory parent = directory(number);
        return name.is("..") ? Optional.of(parent.parent()) : parent.entries().find(name).map(DirEntry::inode);
    }

    /** Decrements the lookup count. An unknown node id is ignored, since FORGET has no reply. */
    void forget(long number, long count) {
        inodes.find(number).filter(inode -> inode.forget(count)).ifPresent(inodes::remove);
    }

    /** Releases an open handle. */
    void closed(long number) {
        inodes.find(number).filter(Inode::closed).ifPresent(inodes::remove);
    }

    RegularFile createFile(long directory, Name name, int permissions, Maker maker) {
        return add(directory, name, mode(FileType.REGULAR, permissions), maker, RegularFile::new);
    }

    /** Makes an unnamed regular file, which can be linked; its lookup count is 1. */
    RegularFile createNameless(long directory, int permissions, Maker maker) {
        return changing(() -> {
            RegularFile file = born(living(directory), mode(FileType.REGULAR, permissions), maker, RegularFile::new);
            file.makeNameless();
            return file;
        });
    }

    /** Makes a file of any type but directory and symbolic link. */
    Inode makeNode(long directory, Name name, int mode, int device, Maker maker) {
        FileType type = (mode & FileType.MODE_MASK) == 0
                ? FileType.REGULAR
                : FileType.ofMode(mode).orElseThrow(() -> FuseException.of(EINVAL));
        return switch (type) {
            case REGULAR -> createFile(directory, name, mode, maker);
            case DIRECTORY -> throw FuseException.of(EPERM);
            case SYMLINK -> throw FuseException.of(EINVAL);
            default -> add(directory, name, mode(type, mode), maker, birth -> new SpecialFile(birth, device));
        };
    }

    Directory makeDirectory(long directory, Name name, int permissions, Maker maker) {
        Directory parent = directory(directory);
        return add(directory, name, mode(FileType.DIRECTORY, permissions), maker,
                birth -> new Directory(birth, parent));
    }

    SymbolicLink makeSymbolicLink(long directory, Name name, Name target, Maker maker) {
        if (target.length() == 0) {
            throw FuseException.of(ENOENT);
        }
        if (target.length() > LONGEST_TARGET) {
            throw FuseException.of(ENAMETOOLONG);
        }
        return add(directory, name, mode(FileType.SYMLINK, 0777), maker, birth -> new SymbolicLink(birth, target));
    }

    /** Makes a hard link. */
    Inode link(long number, long directory, Name name) {
        return changing(() -> {
            Inode inode = inodes.get(number);
            if (inode instanceof Directory) {
                throw FuseException.of(EPERM);
            }
            Directory parent = living(directory);
            checkNew(parent, name);
            Timespec now = now();
            inode.linked(now);
            inode.lookedUp();
            enter(parent, name, inode, now);
            return inode;
        });
    }

    void unlink(long directory, Name name) {
        changing(() -> {
            Directory parent = living(directory);
            DirEntry entry = existing(parent, name);
            if (entry.inode() instanceof Directory) {
                throw FuseException.of(EISDIR);
            }
            leave(parent, entry, now());
            return true;
        });
    }

    void removeDirectory(long directory, Name name) {
        changing(() -> {
            Directory parent = living(directory);
            DirEntry entry = existing(parent, name);
            if (!(entry.inode() instanceof Directory removed)) {
                throw FuseException.of(ENOTDIR);
            }
            if (!removed.entries().isEmpty()) {
                throw FuseException.of(ENOTEMPTY);
            }
            parent.adjustLinks(-1);
            leave(parent, entry, now());
            return true;
        });
    }

    /** Renames, as {@code renameat2(2)}; {@code flags} are {@link Renaming#NOREPLACE} or {@link Renaming#EXCHANGE}. */
    void rename(long fromDirectory, Name from, long toDirectory, Name to, int flags) {
        Renaming.checkFlags(flags);
        checkLength(from);
        checkName(to);
        changing(() -> {
            Directory source = living(fromDirectory);
            Directory target = living(toDirectory);
            renaming.rename(source, existing(source, from), target, to, flags, now());
            return true;
        });
    }

    /** Lists the entries after {@code cookie}, from {@code .} and {@code ..} if it is 0. */
    void list(long directory, long cookie, Visitor visitor) {
        lock.readLock().lock();
        try {
            Directory listed = living(directory);
            boolean goesOn = (cookie >= EntryTable.SELF || visitor.visit(Dots.SELF, listed, EntryTable.SELF))
                    && (cookie >= EntryTable.PARENT
                            || visitor.visit(Dots.PARENT, listed.parent(), EntryTable.PARENT));
            if (goesOn) {
                listed.entries().visitAfter(cookie,
                        entry -> visitor.visit(entry.name(), entry.inode(), entry.cookie()));
            }
            listed.accessed(now());
        } finally {
            lock.readLock().unlock();
        }
    }

    private <T extends Inode> T add(long directory, Name name, int mode, Maker maker,
            Function<Inode.Birth, T> kind) {
        return changing(() -> {
            Directory parent = living(directory);
            checkNew(parent, name);
            T inode = born(parent, mode, maker, kind);
            enter(parent, name, inode, now());
            if (inode instanceof Directory) {
                parent.adjustLinks(1);
            }
            return inode;
        });
    }

    /** Makes a node. In a set-group-ID directory it inherits the group, and a directory the bit. */
    private <T extends Inode> T born(Directory parent, int mode, Maker maker, Function<Inode.Birth, T> kind) {
        Inheritance inheritance = Inheritance.of(parent.listForChildren(), mode, maker.umask());
        boolean inherits = (parent.mode() & Inode.SET_GID) != 0;
        boolean inheritsBit = inherits && FileType.DIRECTORY.is(mode);
        T inode = inodes.add(inheritsBit ? inheritance.with(Inode.SET_GID) : inheritance,
                new Owner(maker.uid(), inherits ? parent.owner().gid() : maker.gid()), now(), kind);
        inode.lookedUp();
        return inode;
    }

    private static void enter(Directory parent, Name name, Inode inode, Timespec now) {
        parent.entries().add(name, inode);
        parent.modified(now, false);
    }

    private void leave(Directory parent, DirEntry entry, Timespec now) {
        parent.entries().remove(entry);
        parent.modified(now, false);
        if (entry.inode().unlinked(now)) {
            inodes.remove(entry.inode());
        }
    }

    private <T> T changing(Supplier<T> change) {
        lock.writeLock().lock();
        try {
            return change.get();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private Directory directory(long number) {
        return inodes.get(number) instanceof Directory directory ? directory : notDirectory();
    }

    private static Directory notDirectory() {
        throw FuseException.of(ENOTDIR);
    }

    /** The directory of a node id; ENOENT if it was removed and is still open. */
    private Directory living(long number) {
        Directory directory = directory(number);
        if (directory.isUnlinked()) {
            throw FuseException.of(ENOENT);
        }
        return directory;
    }

    private static DirEntry existing(Directory parent, Name name) {
        checkLength(name);
        return parent.entries().find(name).orElseThrow(() -> FuseException.of(ENOENT));
    }

    private static void checkNew(Directory parent, Name name) {
        checkName(name);
        if (parent.entries().has(name)) {
            throw FuseException.of(EEXIST);
        }
    }

    private static void checkName(Name name) {
        checkLength(name);
        if (name.length() == 0) {
            throw FuseException.of(ENOENT);
        }
        if (name.isDotOrDotDot()) {
            throw FuseException.of(EEXIST);
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.byteAt(i) == '/' || name.byteAt(i) == 0) {
                throw FuseException.of(EINVAL);
            }
        }
    }

    private static void checkLength(Name name) {
        if (name.length() > LONGEST_NAME) {
            throw FuseException.of(ENAMETOOLONG);
        }
    }

    private static int mode(FileType type, int permissions) {
        return type.mode() | (permissions & 07777);
    }

    private static final class Dots {
        static final Name SELF = Name.of(".");
        static final Name PARENT = Name.of("..");
    }
}

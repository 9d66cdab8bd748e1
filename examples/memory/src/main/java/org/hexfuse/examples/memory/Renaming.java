package org.hexfuse.examples.memory;

import static org.hexfuse.abi.Errno.EEXIST;
import static org.hexfuse.abi.Errno.EINVAL;
import static org.hexfuse.abi.Errno.EISDIR;
import static org.hexfuse.abi.Errno.ENOENT;
import static org.hexfuse.abi.Errno.ENOTDIR;
import static org.hexfuse.abi.Errno.ENOTEMPTY;

import java.util.Optional;
import org.hexfuse.posix.Timespec;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;

/** The rules of {@code renameat2(2)}. The caller holds the lock of the namespace. */
final class Renaming {
    static final int NOREPLACE = 1;
    static final int EXCHANGE = 2;

    private final InodeTable inodes;

    Renaming(InodeTable inodes) {
        this.inodes = inodes;
    }

    static void checkFlags(int flags) {
        if ((flags & ~(NOREPLACE | EXCHANGE)) != 0 || flags == (NOREPLACE | EXCHANGE)) {
            throw FuseException.of(EINVAL);
        }
    }

    void rename(Directory source, DirEntry entry, Directory target, Name to, int flags, Timespec now) {
        Optional<DirEntry> there = target.entries().find(to);
        if (flags == NOREPLACE && there.isPresent()) {
            throw FuseException.of(EEXIST);
        }
        checkNotIntoItself(entry.inode(), target);
        if (flags == EXCHANGE) {
            exchange(source, entry, target, there.orElseThrow(() -> FuseException.of(ENOENT)), now);
        } else if (there.isEmpty()) {
            target.entries().add(to, entry.inode());
            moved(source, entry, target, now);
        } else if (there.get().inode() != entry.inode()) {
            Inode replaced = there.get().inode();
            checkReplaces(entry.inode(), replaced);
            there.get().standFor(entry.inode());
            moved(source, entry, target, now);
            dropReplaced(target, replaced, now);
        }
        // Two names of one node both stay, as POSIX requires.
    }

    /** Finishes a move after the node has its new entry. */
    private static void moved(Directory source, DirEntry entry, Directory target, Timespec now) {
        source.entries().remove(entry);
        changeParent(entry.inode(), source, target);
        touch(source, target, now);
        entry.inode().changed(now);
    }

    private void dropReplaced(Directory target, Inode replaced, Timespec now) {
        if (replaced instanceof Directory) {
            target.adjustLinks(-1);
        }
        if (replaced.unlinked(now)) {
            inodes.remove(replaced);
        }
    }

    private static void exchange(Directory source, DirEntry entry, Directory target, DirEntry other, Timespec now) {
        Inode one = entry.inode();
        Inode two = other.inode();
        checkNotIntoItself(two, source);
        if (one == two) {
            return;
        }
        entry.standFor(two);
        other.standFor(one);
        changeParent(one, source, target);
        changeParent(two, target, source);
        touch(source, target, now);
        one.changed(now);
        two.changed(now);
    }

    private static void changeParent(Inode inode, Directory from, Directory to) {
        if (inode instanceof Directory directory && from != to) {
            directory.moveTo(to);
            from.adjustLinks(-1);
            to.adjustLinks(1);
        }
    }

    private static void touch(Directory source, Directory target, Timespec now) {
        source.modified(now, false);
        target.modified(now, false);
    }

    private static void checkNotIntoItself(Inode moving, Directory target) {
        if (moving instanceof Directory directory && directory.contains(target)) {
            throw FuseException.of(EINVAL);
        }
    }

    private static void checkReplaces(Inode moving, Inode replaced) {
        if (!(replaced instanceof Directory directory)) {
            if (moving instanceof Directory) {
                throw FuseException.of(ENOTDIR);
            }
            return;
        }
        if (!(moving instanceof Directory)) {
            throw FuseException.of(EISDIR);
        }
        if (!directory.entries().isEmpty()) {
            throw FuseException.of(ENOTEMPTY);
        }
    }
}

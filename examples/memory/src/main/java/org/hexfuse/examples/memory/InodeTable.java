package org.hexfuse.examples.memory;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.hexfuse.posix.Timespec;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * All nodes by node id. Ids count from 1, the root, and are never reused, so generations are not needed. Any thread may use
 * it.
 */
final class InodeTable {
    private final ConcurrentHashMap<Long, Inode> inodes = new ConcurrentHashMap<>();
    private final AtomicLong lastNumber = new AtomicLong();
    private final Space space;

    InodeTable(Space space) {
        this.space = space;
    }

    /** The node of an id; ESTALE if it does not exist any more. */
    Inode get(long number) {
        return find(number).orElseThrow(() -> FuseException.of(Errno.ESTALE));
    }

    Optional<Inode> find(long number) {
        return Optional.ofNullable(inodes.get(number));
    }

    int size() {
        return inodes.size();
    }

    /** Makes a node; ENOSPC at the limit. */
    <T extends Inode> T add(Inheritance lists, Owner owner, Timespec now, Function<Inode.Birth, T> kind) {
        space.takeNode();
        T inode;
        try {
            inode = kind.apply(new Inode.Birth(lastNumber.incrementAndGet(), lists.mode(), owner, now, space, lists));
        } catch (FuseException e) {
            space.giveNodeBack();
            throw e;
        }
        inodes.put(inode.number(), inode);
        return inode;
    }

    /** Removes a node without references. */
    void remove(Inode inode) {
        inodes.remove(inode.number());
        inode.discard();
        space.giveNodeBack();
    }
}

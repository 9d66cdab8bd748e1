package org.hexfuse.examples.memory;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.hexfuse.posix.Timespec;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * All nodes by their numbers, which grow from 1, the root's, and are never used again: no node needs a generation. Any thread
 * may use it.
 */
final class InodeTable {
    private final ConcurrentHashMap<Long, Inode> inodes = new ConcurrentHashMap<>();
    private final AtomicLong lastNumber = new AtomicLong();
    private final Space space;

    InodeTable(Space space) {
        this.space = space;
    }

    /** The node with that number: ESTALE if there is none any more. */
    Inode get(long number) {
        return find(number).orElseThrow(() -> FuseException.of(Errno.ESTALE));
    }

    Optional<Inode> find(long number) {
        return Optional.ofNullable(inodes.get(number));
    }

    int size() {
        return inodes.size();
    }

    /** Makes a node: ENOSPC if there are as many as there may be. */
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

    /** Removes a node that nothing keeps any more. */
    void remove(Inode inode) {
        inodes.remove(inode.number());
        inode.discard();
        space.giveNodeBack();
    }
}

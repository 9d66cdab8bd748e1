package org.hexfuse.examples.memory;

import java.util.List;
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
        return add(lastNumber.incrementAndGet(), lists, owner, now, kind);
    }

    /** Makes a node with an id that no other has. */
    <T extends Inode> T add(long number, Inheritance lists, Owner owner, Timespec now, Function<Inode.Birth, T> kind) {
        if (inodes.containsKey(number)) {
            throw new IllegalStateException("node " + number + " twice");
        }
        space.takeNode();
        T inode;
        try {
            inode = kind.apply(new Inode.Birth(number, lists.mode(), owner, now, space, lists));
        } catch (FuseException e) {
            space.giveNodeBack();
            throw e;
        }
        inodes.put(inode.number(), inode);
        return inode;
    }

    /** All nodes. */
    List<Inode> all() {
        return List.copyOf(inodes.values());
    }

    long lastNumber() {
        return lastNumber.get();
    }

    /** New nodes get larger ids. */
    void continueAfter(long number) {
        lastNumber.set(number);
    }

    /** Removes a node without references. */
    void remove(Inode inode) {
        inodes.remove(inode.number());
        inode.discard();
        space.giveNodeBack();
    }
}

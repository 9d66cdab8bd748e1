package org.hexfuse.server;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockTable;
import org.hexfuse.posix.LockType;

/**
 * The locks on a filesystem's files, of all the kernels that it is served to: what a filesystem needs to have locks that all of
 * them see. It hands five of its methods on, and says by {@link FuseFileSystem#getlk} and {@link FuseFileSystem#setlk} that it
 * has both kinds of locks:
 *
 * {@snippet :
 * private final Locks locks = new Locks();
 *
 * @Override public LockRange getlk(Lock op)                          { return locks.getlk(op); }
 * @Override public void setlk(Lock op) throws InterruptedException   { locks.setlk(op); }
 * @Override public void flush(Flush op)                              { locks.flush(op); }
 * @Override public void release(Release op)                          { locks.release(op); }
 * @Override public void destroy(Session session)                     { locks.destroy(session); }
 * }
 *
 * <p>Files are known by their nodes, which must keep their numbers while they are open. Locks of open file descriptions
 * ({@code F_OFD_SETLK}) come as record locks of an owner that no FLUSH tells of; they end with the file that they were set by,
 * if {@code open} gave that a handle of its own, and else with the session.
 *
 * <p>Any thread may call any method.
 *
 * <p>Source: Linux {@code fs/fuse/file.c}, {@code fs/locks.c}.
 */
public final class Locks {
    private record Owner(Session session, long number) {}

    private record OpenNode(Session session, long node) {}

    private final LockTable<Long, Owner> records = LockTable.ofRecords();
    private final LockTable<Long, Owner> flocks = LockTable.ofWholeFiles();
    /** By which handles a node was locked, and for whom. Guards itself. */
    private final Map<OpenNode, Map<Long, Set<Owner>>> lockedBy = new HashMap<>();

    /** Without any lock. */
    public Locks() {}

    /** The first lock that is in the way of what is wanted; if there is none, that with the type {@link LockType#UNLOCKED}. */
    public LockRange getlk(Lock op) {
        LockRange wanted = op.range();
        return table(op).getlk(op.node(), owner(op), wanted)
                .orElseGet(() -> wanted.withType(LockType.UNLOCKED).withPid(0));
    }

    /**
     * Takes or gives up a lock, and waits for it if the kernel says so.
     *
     * @throws FuseException EAGAIN if it can't be had now, EDEADLK if it never could, ENOLCK if there are too many, EINTR if the
     *         session ended
     * @throws InterruptedException if the caller was interrupted
     */
    public void setlk(Lock op) throws InterruptedException {
        LockTable<Long, Owner> table = table(op);
        Owner owner = owner(op);
        if (op.waits()) {
            table.setlkw(op.node(), owner, op.range());
        } else {
            table.set(op.node(), owner, op.range());
        }
        if (!op.isFlock() && op.range().type() != LockType.UNLOCKED && op.handle() != 0) {
            remember(new OpenNode(op.session(), op.node()), op.handle(), owner);
        }
        if (op.session().isOver()) {
            // It may have ended before the lock was there to be given up.
            destroy(op.session());
            throw FuseException.of(Errno.EINTR);
        }
    }

    private void remember(OpenNode node, long handle, Owner owner) {
        synchronized (lockedBy) {
            lockedBy.computeIfAbsent(node, _ -> new HashMap<>()).computeIfAbsent(handle, _ -> new HashSet<>(2))
                    .add(owner);
        }
    }

    /** Gives up the record locks of a process that has closed one of its descriptors. */
    public void flush(Flush op) {
        var owner = new Owner(op.session(), op.lockOwner());
        records.release(op.node(), owner);
        synchronized (lockedBy) {
            lockedBy.computeIfPresent(new OpenNode(op.session(), op.node()), (_, handles) -> {
                handles.values().forEach(owners -> owners.remove(owner));
                handles.values().removeIf(Set::isEmpty);
                return handles.isEmpty() ? null : handles;
            });
        }
    }

    /** Gives up the locks of an open file that is one no more. */
    public void release(Release op) {
        if (op.endsFlock()) {
            flocks.release(op.node(), new Owner(op.session(), op.lockOwner()));
        }
        for (Owner left : forget(new OpenNode(op.session(), op.node()), op.handle())) {
            records.release(op.node(), left);
        }
    }

    private Set<Owner> forget(OpenNode node, long handle) {
        synchronized (lockedBy) {
            Map<Long, Set<Owner>> handles = lockedBy.get(node);
            Set<Owner> owners = handles == null ? null : handles.remove(handle);
            if (handles != null && handles.isEmpty()) {
                lockedBy.remove(node);
            }
            return owners == null ? Set.of() : owners;
        }
    }

    /** Gives up all locks of a session that has ended, and wakes whoever still waits in it. */
    public void destroy(Session session) {
        synchronized (lockedBy) {
            lockedBy.keySet().removeIf(node -> node.session.equals(session));
        }
        records.releaseAll(owner -> owner.session.equals(session));
        flocks.releaseAll(owner -> owner.session.equals(session));
    }

    /** How many files are locked or waited for, those counted twice that are so by both kinds of locks. */
    public int lockedFiles() {
        return records.lockedFiles() + flocks.lockedFiles();
    }

    /** How many requests wait for a lock. */
    public int waiting() {
        return records.waiting() + flocks.waiting();
    }

    private LockTable<Long, Owner> table(Lock op) {
        return op.isFlock() ? flocks : records;
    }

    private static Owner owner(Lock op) {
        return new Owner(op.session(), op.owner());
    }
}

package org.hexfuse.server;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
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
 * The locks on a filesystem's files, of all kernels that it is served to. The filesystem delegates five of its methods, and declares
 * {@link Capability#RECORD_LOCKS} and {@link Capability#FLOCK}:
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
 * <p>Files are identified by node id, which must stay the same while they are open. A lock of an open file description
 * ({@code F_OFD_SETLK}) comes as a record lock whose owner no FLUSH has; it is released with the open file that it was set by, if
 * {@code open} returned a handle of its own for that, and else with the session.
 *
 * <p>Any thread may call any method.
 *
 * <p>Source: Linux {@code fs/fuse/file.c}, {@code fs/locks.c}.
 */
public final class Locks {
    private static final long MIXER = 0x9E3779B97F4A7C15L;

    private record Owner(Session session, long number) {}

    private record OpenNode(Session session, long node) {}

    private final LockTable<Long, Owner> records = LockTable.ofRecords();
    private final LockTable<Long, Owner> flocks = LockTable.ofWholeFiles();
    /** The lock owners of each open file, by its handle. Guards itself. */
    private final Map<OpenNode, Map<Long, Set<Owner>>> lockedBy = new HashMap<>();
    /** Whether there may have been a lock: most filesystems never have one, and each FLUSH and RELEASE would look for it. */
    private volatile boolean used;

    /** Without locks. */
    public Locks() {}

    /** The first conflicting lock; if there is none, the range of the operation with the type {@link LockType#UNLOCKED}. */
    public LockRange getlk(Lock op) {
        LockRange wanted = op.range();
        return table(op).getlk(op.node(), owner(op), wanted)
                .orElseGet(() -> wanted.withType(LockType.UNLOCKED).withPid(0));
    }

    /**
     * Takes or releases a lock, and waits for it if {@link Lock#waits}.
     *
     * @throws FuseException EAGAIN for a conflicting lock, EDEADLK if waiting would be a deadlock, ENOLCK if there are too many,
     *         EINTR if the session ended
     * @throws InterruptedException if the caller was interrupted
     */
    public void setlk(Lock op) throws InterruptedException {
        LockTable<Long, Owner> table = table(op);
        Owner owner = owner(op);
        used = true;
        if (op.waits()) {
            table.setlkw(op.node(), owner, op.range());
        } else {
            table.set(op.node(), owner, op.range());
        }
        if (!op.isFlock() && op.range().type() != LockType.UNLOCKED && op.handle() != 0) {
            remember(new OpenNode(op.session(), op.node()), op.handle(), owner);
        }
        if (op.session().isClosed()) {
            // It may have ended before the lock was taken, and destroy did not find it.
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

    /** Releases the record locks of a process that has closed one of its descriptors. */
    public void flush(Flush op) {
        if (!used) {
            return;
        }
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

    /** Releases the file's locks on RELEASE. */
    public void release(Release op) {
        if (!used) {
            return;
        }
        if (op.flockUnlock()) {
            flocks.release(op.node(), flockOwner(op.session(), op.lockOwner(), op.handle()));
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

    /** Releases all locks of a session that has ended, and wakes its waiters. */
    public void destroy(Session session) {
        synchronized (lockedBy) {
            lockedBy.keySet().removeIf(node -> node.session.equals(session));
        }
        records.releaseAll(owner -> owner.session.equals(session));
        flocks.releaseAll(owner -> owner.session.equals(session));
    }

    /** Writes the locks of a session for {@link #restore} in another process, without those that are waited for; see {@link Handover}. */
    public void save(Session session, DataOutput out) throws IOException {
        save(records, session, out);
        save(flocks, session, out);
        synchronized (lockedBy) {
            for (var node : lockedBy.entrySet()) {
                if (node.getKey().session.equals(session)) {
                    for (var handle : node.getValue().entrySet()) {
                        for (Owner owner : handle.getValue()) {
                            out.writeBoolean(true);
                            out.writeLong(node.getKey().node);
                            out.writeLong(handle.getKey());
                            out.writeLong(owner.number);
                        }
                    }
                }
            }
            out.writeBoolean(false);
        }
    }

    private static void save(LockTable<Long, Owner> table, Session session, DataOutput out) throws IOException {
        for (var lock : table.held(owner -> owner.session.equals(session))) {
            out.writeBoolean(true);
            out.writeLong(lock.file());
            out.writeLong(lock.owner().number);
            out.writeByte(lock.range().type().code());
            out.writeLong(lock.range().start());
            out.writeLong(lock.range().end());
            out.writeInt(lock.range().pid());
        }
        out.writeBoolean(false);
    }

    /**
     * Reads what {@link #save} has written, as the locks of {@code session}.
     *
     * @throws FuseException if it is damaged
     */
    public void restore(Session session, DataInput in) throws IOException {
        used = true;
        restore(records, session, in);
        restore(flocks, session, in);
        while (in.readBoolean()) {
            remember(new OpenNode(session, in.readLong()), in.readLong(), new Owner(session, in.readLong()));
        }
    }

    private static void restore(LockTable<Long, Owner> table, Session session, DataInput in) throws IOException {
        while (in.readBoolean()) {
            long file = in.readLong();
            var owner = new Owner(session, in.readLong());
            table.set(file, owner, new LockRange(LockType.byCode(in.readUnsignedByte()), in.readLong(), in.readLong(),
                    in.readInt()));
        }
    }

    /** The number of files with locks or waiters; a file with both kinds of locks counts twice. */
    public int lockedFiles() {
        return records.lockedFiles() + flocks.lockedFiles();
    }

    /** The number of requests that wait for a lock. */
    public int waiting() {
        return records.waiting() + flocks.waiting();
    }

    private LockTable<Long, Owner> table(Lock op) {
        return op.isFlock() ? flocks : records;
    }

    private static Owner owner(Lock op) {
        return op.isFlock() ? flockOwner(op.session(), op.owner(), op.handle()) : new Owner(op.session(), op.owner());
    }

    /**
     * The owner of a flock is an open file. Its handle is part of the number, since the kernel's number of an open file that was closed is
     * used for the next one: RELEASE is not waited for, and may run after that one has taken the lock.
     */
    private static Owner flockOwner(Session session, long owner, long handle) {
        return new Owner(session, owner ^ handle * MIXER);
    }
}

package org.hexfuse.examples.passthrough;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.libc.ThreadCredentials;
import org.hexfuse.server.Operation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a thread create files as the caller of an operation would: with the caller's user, group, known supplementary groups and umask,
 * so that the directory's filesystem decides on owner, set-group-ID and default access control lists as ever. Permissions are not
 * checked again: the kernel has done so, and a group of the caller's that is not known must not refuse what it allowed.
 *
 * <p>The credentials are those of the thread, changed by raw system calls, and are changed back before the operation ends. A thread whose
 * credentials cannot be restored must run nothing else: the process is halted.
 */
final class CallerCredentials {
    private static final Logger LOG = LoggerFactory.getLogger(CallerCredentials.class);
    private static final int EX_SOFTWARE = 70;

    /** What a user other than root does not have by {@code setfsuid(2)}. Source: Linux {@code CAP_FS_MASK}. */
    private static final long OF_FILES = bits(0, 1, 2, 3, 4, 9, 27, 32);
    /** What a caller is given: the kernel has checked permissions, and that only root makes device nodes. */
    private static final long GIVEN = bits(ThreadCredentials.CAP_DAC_OVERRIDE, ThreadCredentials.CAP_DAC_READ_SEARCH,
            ThreadCredentials.CAP_MKNOD);
    private static final long NEEDED = bits(ThreadCredentials.CAP_SETUID, ThreadCredentials.CAP_SETGID);
    private static final long FSETID = bits(ThreadCredentials.CAP_FSETID);

    private final int uid;
    private final int gid;
    private final int[] groups;
    private final long capabilities;
    private final Consumer<String> fatal;
    private final ThreadLocal<Assumed> ofThread = ThreadLocal.withInitial(Assumed::new);
    private volatile boolean umasks = true;

    /** The credentials of the calling thread are those of all threads. */
    CallerCredentials() throws LibcException {
        this(message -> {
            LOG.error("{}; the process ends, since it would serve others with the wrong permissions", message);
            Runtime.getRuntime().halt(EX_SOFTWARE);
        });
    }

    /** @param fatal called when the credentials of the calling thread cannot be restored */
    CallerCredentials(Consumer<String> fatal) throws LibcException {
        this.uid = ThreadCredentials.fsuid();
        this.gid = ThreadCredentials.fsgid();
        this.groups = ThreadCredentials.groups();
        this.capabilities = ThreadCredentials.capabilities();
        this.fatal = fatal;
    }

    private static long bits(int... numbers) {
        return Arrays.stream(numbers).mapToLong(number -> 1L << number).reduce(0, (one, other) -> one | other);
    }

    /** Whether files are created as their callers, and not all as this process. */
    boolean switches() {
        return ProcessIds.euid() == 0 && (capabilities & NEEDED) == NEEDED;
    }

    /** Has this thread create files as the caller of an operation, until that is closed. */
    Assumed assume(Operation<?> op, int umask) {
        Assumed assumed = ofThread.get();
        try {
            assumed.mask(umask);
            if ((op.uid() != uid || op.gid() != gid) && switches()) {
                assumed.become(op.uid(), op.gid(), op.supplementaryGroups());
            }
            return assumed;
        } catch (RuntimeException | Error e) {
            assumed.close();
            throw e;
        }
    }

    /** Has this thread write as a user whose writes clear set-user-ID and set-group-ID, until that is closed. */
    Assumed withoutSetId(boolean clear) {
        Assumed assumed = ofThread.get();
        if (clear && (capabilities & FSETID) != 0) {
            assumed.drop(FSETID);
        }
        return assumed;
    }

    /** Has this thread change files as a caller that is in no group of theirs, until that is closed. */
    Assumed asNonMember(Operation<?> op, boolean nonMember) {
        Assumed assumed = ofThread.get();
        if (nonMember && switches()) {
            try {
                assumed.become(uid, op.gid(), List.of());
                assumed.drop(FSETID);
            } catch (RuntimeException | Error e) {
                assumed.close();
                throw e;
            }
        }
        return assumed;
    }

    /** The credentials that a thread has assumed. */
    final class Assumed implements AutoCloseable {
        private boolean unshared;
        private boolean masked;
        private boolean became;
        private boolean dropped;
        private int umaskBefore;
        private int umask;

        private void mask(int mask) {
            umask = mask;
            if (!unshared && umasks) {
                // Where this is refused, as in a container without CAP_SYS_ADMIN, default lists don't win over the umask.
                umasks = ThreadCredentials.unshareUmask() == 0;
                unshared = umasks;
            }
            if (unshared) {
                umaskBefore = ThreadCredentials.umask(mask);
                masked = true;
            }
        }

        /** A mode to create a file with. */
        int mode(int requested) {
            return masked ? requested : requested & ~umask;
        }

        private void become(int user, int group, List<Integer> others) {
            became = true;
            check(ThreadCredentials.setgroups(others.stream().mapToInt(Integer::intValue).toArray()));
            ThreadCredentials.setfsgid(group);
            ThreadCredentials.setfsuid(user);
            if (ThreadCredentials.fsuid() != user || ThreadCredentials.fsgid() != group) {
                throw FuseException.of(Errno.EPERM, "this process may not create files of user "
                        + Integer.toUnsignedString(user) + " and group " + Integer.toUnsignedString(group));
            }
            if (user != uid) {
                check(ThreadCredentials.setCapabilities((capabilities & ~OF_FILES) | (capabilities & GIVEN)));
            }
        }

        private void drop(long some) {
            dropped = true;
            check(ThreadCredentials.setCapabilities(capabilities & ~some));
        }

        private void check(int result) {
            if (result < 0) {
                throw FuseException.of(Errno.EPERM, "the credentials of a caller cannot be assumed: "
                        + Errno.orEio(-result));
            }
        }

        /** Restores the credentials of the thread. */
        @Override public void close() {
            if (masked) {
                masked = false;
                ThreadCredentials.umask(umaskBefore);
            }
            if (became || dropped) {
                boolean ids = became;
                became = false;
                dropped = false;
                restore(ids);
            }
        }

        private void restore(boolean ids) {
            boolean restored = !ids || restoreIds();
            if (ThreadCredentials.setCapabilities(capabilities) != 0 || !restored) {
                fatal.accept("the credentials of " + Thread.currentThread().getName() + " cannot be restored: user "
                        + Integer.toUnsignedString(ThreadCredentials.fsuid()) + ", group "
                        + Integer.toUnsignedString(ThreadCredentials.fsgid()));
                throw new IllegalStateException("a thread without its credentials");
            }
        }

        private boolean restoreIds() {
            ThreadCredentials.setfsuid(uid);
            ThreadCredentials.setfsgid(gid);
            return ThreadCredentials.setgroups(groups) == 0 && ThreadCredentials.fsuid() == uid
                    && ThreadCredentials.fsgid() == gid;
        }
    }
}

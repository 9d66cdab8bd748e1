package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;
import java.util.Set;

/**
 * The credentials of one thread. The functions of the C library change all threads of a process; these change the calling
 * thread, which must be a platform thread and keeps them until it ends.
 *
 * <p>Source: {@code credentials(7)}, {@code nptl(7)}, {@code unshare(2)}.
 */
public final class ThreadIdentity {
    private static final MethodHandle SET_THREE = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT,
            JAVA_INT, JAVA_INT);

    private ThreadIdentity() {}

    /**
     * Sets the user and the groups of the calling thread. A user other than root loses all capabilities and cannot return.
     *
     * @param uid the real, effective and saved user id, unsigned
     * @param gid the real, effective and saved group id, unsigned
     * @param groups the supplementary groups
     * @throws LibcException EPERM for all but root
     */
    public static void become(int uid, int gid, Set<Integer> groups) throws LibcException {
        check("setgroups",
                ThreadCredentials.setgroups(groups.stream().mapToInt(Integer::intValue).sorted().toArray()));
        Libc.call("setresgid",
                s -> (long) SET_THREE.invokeExact(s, (long) SystemCallNumbers.current().setresgid(), gid, gid, gid));
        Libc.call("setresuid",
                s -> (long) SET_THREE.invokeExact(s, (long) SystemCallNumbers.current().setresuid(), uid, uid, uid));
    }

    /** Unshares umask and working directory of the calling thread, and sets its umask; needs no capability. */
    public static void ownUmask(int mask) throws LibcException {
        check("unshare", ThreadCredentials.unshareUmask());
        ThreadCredentials.umask(mask);
    }

    private static void check(String what, int result) throws LibcException {
        if (result < 0) {
            throw LibcException.of(what, -result);
        }
    }
}

package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/** The ids of this process and of its threads. */
public final class ProcessIds {
    private static final MethodHandle GETUID = Libc.find("getuid", JAVA_INT);
    private static final MethodHandle GETEUID = Libc.find("geteuid", JAVA_INT);
    private static final MethodHandle GETGID = Libc.find("getgid", JAVA_INT);
    private static final MethodHandle GETPID = Libc.find("getpid", JAVA_INT);
    private static final MethodHandle SYSCALL = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG);

    private ProcessIds() {}

    /** The real user id, unsigned. */
    public static int uid() {
        return (int) Libc.certain(s -> (int) GETUID.invokeExact(s));
    }

    /** The effective user id, unsigned; 0 for root. */
    public static int euid() {
        return (int) Libc.certain(s -> (int) GETEUID.invokeExact(s));
    }

    /** The real group id, unsigned. */
    public static int gid() {
        return (int) Libc.certain(s -> (int) GETGID.invokeExact(s));
    }

    /** The process id. */
    public static int pid() {
        return (int) Libc.certain(s -> (int) GETPID.invokeExact(s));
    }

    /** The id of the calling thread, or of the carrier of a virtual thread. */
    public static int tid() {
        return (int) Libc.certain(s -> (long) SYSCALL.invokeExact(s, (long) SystemCallNumbers.current().gettid()));
    }
}

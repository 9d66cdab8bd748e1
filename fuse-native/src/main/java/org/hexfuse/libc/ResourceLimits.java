package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The resource limits of this process. */
public final class ResourceLimits {
    private static final MethodHandle GETRLIMIT = Libc.find("getrlimit", JAVA_INT, JAVA_INT, ADDRESS);
    private static final int RLIMIT_NOFILE = 7;

    private ResourceLimits() {}

    /** The soft limit RLIMIT_NOFILE: how many descriptors this process may have, at most {@link Integer#MAX_VALUE}. */
    public static int openFiles() throws LibcException {
        MemorySegment limit = CallMemory.ofThread().struct();
        Libc.call("getrlimit", s -> (int) GETRLIMIT.invokeExact(s, RLIMIT_NOFILE, limit));
        long soft = limit.get(JAVA_LONG, 0);
        return soft < 0 ? Integer.MAX_VALUE : (int) Math.min(soft, Integer.MAX_VALUE);
    }
}

package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The processors that a thread may run on. Source: {@code sched_setaffinity(2)}. */
public final class ThreadAffinity {
    private static final MethodHandle SCHED_SETAFFINITY = Libc.find("sched_setaffinity", JAVA_INT, JAVA_INT, JAVA_LONG,
            ADDRESS);

    private ThreadAffinity() {}

    /**
     * Pins the calling thread, which must be a platform thread, to one processor.
     *
     * @param cpu the number of the processor, from 0
     * @throws LibcException EINVAL if the processor is offline, or not one of this process
     */
    public static void pin(int cpu) throws LibcException {
        if (cpu < 0 || Thread.currentThread().isVirtual()) {
            throw new IllegalArgumentException("processor " + cpu + " for " + Thread.currentThread());
        }
        int words = cpu / Long.SIZE + 1;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(JAVA_LONG, words);
            mask.setAtIndex(JAVA_LONG, words - 1, 1L << cpu % Long.SIZE);
            Libc.call("sched_setaffinity " + cpu,
                    s -> (int) SCHED_SETAFFINITY.invokeExact(s, 0, mask.byteSize(), mask));
        }
    }
}

package org.hexfuse.server.path;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.hexfuse.server.path.PathLocks.Slotted;

/**
 * The shared locks that are taken without the lock of {@link PathLocks}, each in a slot of its own: taking and releasing one is an
 * atomic write each, which threads make at different places. Who wants an exclusive lock takes all of them out, and has them counted
 * at the nodes. Any thread may use it.
 */
final class SharedSlots {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Slotted[].class);
    /** A power of two. Operations in flight beyond these are counted at the nodes. */
    private static final int SLOTS = 64;
    private static final int ATTEMPTS = 4;
    /** References between two slots, so that no two are in one cache line. */
    private static final int STRIDE = 16;

    private final Slotted[] slots = new Slotted[(SLOTS + 1) * STRIDE];

    /** Puts a lock into a slot. Returns its number, or -1 if those that the thread tries are taken. */
    int add(Slotted held) {
        int first = ((int) Thread.currentThread().threadId() * 0x9E3779B9) >>> 16;
        for (int i = 0; i < ATTEMPTS; i++) {
            int slot = ((first + i & SLOTS - 1) + 1) * STRIDE;
            if (SLOT.getOpaque(slots, slot) == null && SLOT.compareAndSet(slots, slot, null, held)) {
                return slot;
            }
        }
        return -1;
    }

    /** Takes a lock out of its slot. Returns whether it was there. */
    boolean remove(int slot, Slotted held) {
        return SLOT.compareAndSet(slots, slot, held, null);
    }

    /** Takes all locks out. */
    void drain(Consumer<Slotted> taker) {
        for (int slot = STRIDE; slot < slots.length; slot += STRIDE) {
            var held = (Slotted) SLOT.getVolatile(slots, slot);
            if (held != null && SLOT.compareAndSet(slots, slot, held, null)) {
                taker.accept(held);
            }
        }
    }
}

package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.hexfuse.abi.Errno;
import org.hexfuse.posix.ReferenceCount;

/**
 * An io_uring with submission queue entries of 128 bytes, as {@code IORING_OP_URING_CMD} needs them.
 *
 * <p><b>Threads.</b> The thread that calls {@link #enable} is the only one that prepares, submits and takes completions
 * ({@code IORING_SETUP_SINGLE_ISSUER}); the kernel runs the completions of commands on it, when it is in a system call
 * ({@code IORING_SETUP_COOP_TASKRUN}). Any thread may close the ring, which is unmapped and closed when the calls in flight have
 * returned. Closing does not wake a thread that is blocked in {@link #submit}: a read of an event counter that is in the ring does.
 *
 * <p>Files are registered and named by their index, so that no command reaches a descriptor whose number was reused. The ring holds
 * them open until the kernel has freed it, which it does after {@link #close}, in the background.
 *
 * <p>Hot calls neither throw nor allocate. Source: {@code io_uring(7)}, Linux {@code include/uapi/linux/io_uring.h}.
 */
public final class IoUring implements AutoCloseable {
    /** The bytes of a command's own struct in its entry. */
    public static final int COMMAND_SIZE = 80;

    private static final MethodHandle SETUP = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS);
    private static final MethodHandle ENTER = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT,
            JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle REGISTER = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT,
            JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle MMAP = Libc.find("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT,
            JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = Libc.find("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
    private static final VarHandle INT = JAVA_INT.varHandle();

    /** The numbers are the same on all architectures. */
    private static final long SYS_SETUP = 425;
    private static final long SYS_ENTER = 426;
    private static final long SYS_REGISTER = 427;

    private static final int SETUP_R_DISABLED = 1 << 6;
    private static final int SETUP_COOP_TASKRUN = 1 << 8;
    private static final int SETUP_SQE128 = 1 << 10;
    private static final int SETUP_SINGLE_ISSUER = 1 << 12;
    private static final int FEATURE_SINGLE_MMAP = 1;
    private static final int ENTER_GETEVENTS = 1;
    private static final int REGISTER_FILES = 2;
    private static final int REGISTER_ENABLE_RINGS = 12;
    private static final int OP_NOP = 0;
    private static final int OP_READ = 22;
    private static final int OP_URING_CMD = 46;
    private static final byte FIXED_FILE = 1;

    private static final int PROT_READ_WRITE = 3;
    /** MAP_SHARED and MAP_POPULATE. */
    private static final int MAP_SHARED = 0x8001;
    private static final long MAP_FAILED = -1;
    private static final long OFFSET_RINGS = 0;
    private static final long OFFSET_ENTRIES = 0x10000000L;

    private static final int PARAMETERS_SIZE = 120;
    private static final int SQE_SIZE = 128;
    private static final int SQE_COMMAND = 48;
    private static final int CQE_SIZE = 16;
    private static final long CLOSED = -Errno.EBADF.code();

    private final Fd ring;
    private final MemorySegment rings;
    private final MemorySegment entries;
    private final ReferenceCount calls = new ReferenceCount(this::free);
    private final int capacity;
    private final long submissionHead;
    private final long submissionTail;
    private final long completionHead;
    private final long completionTail;
    private final long completions;
    private final int completionMask;
    private int tail;
    private int prepared;
    private long userData;
    private int result;

    private IoUring(Fd ring, MemorySegment parameters) throws LibcException {
        this.ring = ring;
        this.capacity = parameters.get(JAVA_INT, 0);
        int completionCount = parameters.get(JAVA_INT, 4);
        int submission = 40;
        int completion = 80;
        this.submissionHead = parameters.get(JAVA_INT, submission);
        this.submissionTail = parameters.get(JAVA_INT, submission + 4);
        long array = parameters.get(JAVA_INT, submission + 24);
        this.completionHead = parameters.get(JAVA_INT, completion);
        this.completionTail = parameters.get(JAVA_INT, completion + 4);
        this.completions = parameters.get(JAVA_INT, completion + 20);
        this.completionMask = completionCount - 1;
        this.rings = map(Math.max(array + 4L * capacity, completions + (long) CQE_SIZE * completionCount),
                OFFSET_RINGS);
        try {
            this.entries = map((long) SQE_SIZE * capacity, OFFSET_ENTRIES);
        } catch (LibcException e) {
            unmap(rings);
            throw e;
        }
        for (int i = 0; i < capacity; i++) {
            rings.set(JAVA_INT, array + 4L * i, i);
        }
        this.tail = rings.get(JAVA_INT, submissionTail);
    }

    /**
     * A ring that is disabled until {@link #enable}.
     *
     * @param size how many entries may be prepared before they are submitted; rounded up to a power of two
     * @throws LibcException ENOSYS without io_uring; EPERM where seccomp or {@code kernel.io_uring_disabled} forbids it; ENOMEM
     *         beyond RLIMIT_MEMLOCK
     */
    public static IoUring create(int size) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment parameters = arena.allocate(PARAMETERS_SIZE, 8);
            parameters.set(JAVA_INT, 8,
                    SETUP_SQE128 | SETUP_SINGLE_ISSUER | SETUP_COOP_TASKRUN | SETUP_R_DISABLED);
            // The kernel sets close-on-exec.
            Fd ring = Fd.of((int) Libc.call("io_uring_setup",
                    s -> (long) SETUP.invokeExact(s, SYS_SETUP, size, parameters)));
            try {
                if ((parameters.get(JAVA_INT, 20) & FEATURE_SINGLE_MMAP) == 0) {
                    throw LibcException.of("io_uring_setup", Errno.ENOSYS);
                }
                return new IoUring(ring, parameters);
            } catch (LibcException e) {
                ring.close();
                throw e;
            }
        }
    }

    private MemorySegment map(long size, long offset) throws LibcException {
        MemorySegment[] mapped = new MemorySegment[1];
        ring.call("mmap of an io_uring", (s, number) -> {
            mapped[0] = (MemorySegment) MMAP.invokeExact(s, MemorySegment.NULL, size, PROT_READ_WRITE, MAP_SHARED,
                    number, offset);
            return mapped[0].address() == MAP_FAILED ? -1 : 0;
        });
        return Libc.resized(mapped[0], size);
    }

    private static void unmap(MemorySegment memory) {
        Libc.certain(s -> (int) MUNMAP.invokeExact(s, memory, memory.byteSize()));
    }

    private void free() {
        unmap(entries);
        unmap(rings);
        ring.close();
    }

    /** Registers the files that entries name by their index here. Called once. The caller may close its descriptors afterwards. */
    public void registerFiles(Fd... files) throws LibcException {
        int held = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(JAVA_INT, files.length);
            for (Fd file : files) {
                numbers.setAtIndex(JAVA_INT, held, file.acquireOrThrow("io_uring_register"));
                held++;
            }
            register(REGISTER_FILES, numbers, files.length);
        } finally {
            for (int i = 0; i < held; i++) {
                files[i].release();
            }
        }
    }

    /** Makes the calling thread the one that submits. Called once, before the first {@link #submit}. */
    public void enable() throws LibcException {
        register(REGISTER_ENABLE_RINGS, MemorySegment.NULL, 0);
    }

    private void register(int operation, MemorySegment argument, int count) throws LibcException {
        ring.call("io_uring_register", (s, number) -> (long) REGISTER.invokeExact(s, SYS_REGISTER, number, operation,
                argument, count));
    }

    /** Prepares an operation without an effect, which completes with 0. */
    public void nop(long data) {
        if (calls.acquire()) {
            try {
                begin(OP_NOP, data);
                finish();
            } finally {
                calls.release();
            }
        }
    }

    /** Prepares a {@code read(2)} of the registered file {@code file}, which completes with its result, or the negated errno. */
    public void read(int file, MemorySegment memory, int length, long data) {
        if (calls.acquire()) {
            try {
                long entry = begin(OP_READ, data);
                entries.set(JAVA_BYTE, entry + 1, FIXED_FILE);
                entries.set(JAVA_INT, entry + 4, file);
                entries.set(JAVA_LONG, entry + 16, memory.address());
                entries.set(JAVA_INT, entry + 24, length);
                finish();
            } finally {
                calls.release();
            }
        }
    }

    /**
     * Prepares a command of the driver of the registered file {@code file}.
     *
     * @param operation the number of the command
     * @param memory what the entry's address points to
     * @param length the entry's length, in units of the command
     * @param command the struct of the command, at most {@link #COMMAND_SIZE} bytes, which is copied
     */
    public void command(int file, int operation, MemorySegment memory, int length, MemorySegment command, long data) {
        if (calls.acquire()) {
            try {
                long entry = begin(OP_URING_CMD, data);
                entries.set(JAVA_BYTE, entry + 1, FIXED_FILE);
                entries.set(JAVA_INT, entry + 4, file);
                entries.set(JAVA_INT, entry + 8, operation);
                entries.set(JAVA_LONG, entry + 16, memory.address());
                entries.set(JAVA_INT, entry + 24, length);
                MemorySegment.copy(command, 0, entries, entry + SQE_COMMAND, command.byteSize());
                finish();
            } finally {
                calls.release();
            }
        }
    }

    /** A zeroed entry; submits the prepared ones first if the queue is full. */
    private long begin(int opcode, long data) {
        while (tail - (int) INT.getAcquire(rings, submissionHead) == capacity) {
            long submitted = submit(0);
            if (submitted < 0 && submitted != -Errno.EINTR.code() && submitted != -Errno.EAGAIN.code()
                    && submitted != -Errno.EBUSY.code()) {
                throw new IllegalStateException("io_uring_enter: errno " + -submitted);
            }
        }
        long entry = (long) SQE_SIZE * (tail & capacity - 1);
        entries.asSlice(entry, SQE_SIZE).fill((byte) 0);
        entries.set(JAVA_BYTE, entry, (byte) opcode);
        entries.set(JAVA_LONG, entry + 32, data);
        return entry;
    }

    private void finish() {
        tail++;
        prepared++;
        INT.setRelease(rings, submissionTail, tail);
    }

    /** How many entries are prepared and not submitted. */
    public int prepared() {
        return prepared;
    }

    /**
     * {@code io_uring_enter(2)}: submits what is prepared, and waits for completions.
     *
     * @param waitFor how many completions there must be before it returns, those that are there already included; 0 does not block
     * @return how many entries were submitted, or the negated errno: EINTR, EBADF when the ring is closed
     */
    public long submit(int waitFor) {
        if (!calls.acquire()) {
            return CLOSED;
        }
        int number = ring.acquire();
        try {
            if (number < 0) {
                return CLOSED;
            }
            MemorySegment state = Libc.state();
            long submitted = Libc.result((long) ENTER.invokeExact(state, SYS_ENTER, number, prepared, waitFor,
                    waitFor == 0 ? 0 : ENTER_GETEVENTS, MemorySegment.NULL, 0L), state);
            if (submitted > 0) {
                prepared -= (int) submitted;
            }
            return submitted;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            if (number >= 0) {
                ring.release();
            }
            calls.release();
        }
    }

    /** Whether a completion is there. False when the ring is closed. */
    public boolean hasCompletion() {
        if (!calls.acquire()) {
            return false;
        }
        try {
            return rings.get(JAVA_INT, completionHead) != (int) INT.getAcquire(rings, completionTail);
        } finally {
            calls.release();
        }
    }

    /** Takes a completion, if there is one: {@link #userData} and {@link #result} are those of it. */
    public boolean take() {
        if (!calls.acquire()) {
            return false;
        }
        try {
            int head = rings.get(JAVA_INT, completionHead);
            if (head == (int) INT.getAcquire(rings, completionTail)) {
                return false;
            }
            long entry = completions + (long) CQE_SIZE * (head & completionMask);
            userData = rings.get(JAVA_LONG, entry);
            result = rings.get(JAVA_INT, entry + 8);
            INT.setRelease(rings, completionHead, head + 1);
            return true;
        } finally {
            calls.release();
        }
    }

    /** The data of the entry that the last completion is of. */
    public long userData() {
        return userData;
    }

    /** The result of the last completion, or the negated errno. */
    public int result() {
        return result;
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() { return calls.isClosed(); }

    /** Closes the ring, now or when the calls in flight have returned. Closing again does nothing. */
    @Override public void close() {
        calls.close();
    }
}

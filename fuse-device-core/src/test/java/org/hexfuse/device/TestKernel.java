package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.DeviceIoctl;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.device.TestServer.Received;
import org.hexfuse.transport.DeviceHandle;

/** A connection, its callers, and one device file through which a test acts as the server, byte by byte. */
final class TestKernel implements AutoCloseable {
    static final int CAPACITY = 1 << 17;
    static final int MAX_MESSAGE = 1 << 20;

    /** The kernels that the device emulates. */
    enum Kernel {
        LINUX, GVISOR;

        /** With all opcodes, so that a test of the device may use any request. */
        KernelProfile profile() {
            return this == LINUX ? KernelProfile.linux()
                    : KernelProfile.gvisor().withOpcodes(KernelProfile.linux().opcodes());
        }
    }

    final DeviceFile file;
    final FuseConnection connection;
    private final List<Thread> callers = new ArrayList<>();

    TestKernel(ConnectionOptions options, NotificationSink sink) {
        file = DeviceFile.open(options.profile());
        connection = file.mount(sink, options, MAX_MESSAGE);
    }

    private TestKernel(DeviceFile file, FuseConnection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** A Linux kernel with SYNC_INIT: another thread has replied to INIT when the mount returns. */
    static TestKernel synchronous(KernelProfile profile, int maxBackground) {
        DeviceFile file = DeviceFile.open(profile);
        file.ioctl(DeviceIoctl.SYNC_INIT.request());
        Thread.ofVirtual().start(() -> write(file, reply(read(file), initOut(0, maxBackground))));
        return new TestKernel(file, file.mount(NotificationSink.NONE, ConnectionOptions.DEFAULT, MAX_MESSAGE));
    }

    static TestKernel fresh(KernelProfile profile) {
        return new TestKernel(ConnectionOptions.DEFAULT.withProfile(profile), NotificationSink.NONE);
    }

    /** A kernel with a reply to INIT. */
    static TestKernel of(KernelProfile profile) {
        return fresh(profile).initialize();
    }

    static TestKernel of(ConnectionOptions options) {
        return new TestKernel(options, NotificationSink.NONE).initialize();
    }

    TestKernel initialize() {
        return initialize(0, 2);
    }

    TestKernel initialize(long flags, int maxBackground) {
        Received init = read();
        assertThat(init.opcode()).isEqualTo(Opcode.INIT);
        assertThat(write(reply(init, initOut(flags, maxBackground)))).isEqualTo(Errno.OK);
        return this;
    }

    static MemorySegment initOut(long flags, int maxBackground) {
        MemorySegment out = TestServer.initOut(45, flags | InitFlag.INIT_EXT.mask(), 4096, maxBackground);
        InitOut.FLAGS2.set(out, (int) (flags >>> 32));
        return out;
    }

    Received read() {
        return read(file);
    }

    /** Reads with a buffer of {@code capacity} bytes. */
    Received read(long capacity) {
        return read(file, capacity);
    }

    static Received read(DeviceFile from) {
        return read(from, CAPACITY);
    }

    private static Received read(DeviceFile from, long capacity) {
        MemorySegment buffer = Arena.ofAuto().allocate(capacity, 8);
        int size = from.read(buffer);
        assertThat(InHeader.LEN.get(buffer)).isEqualTo(size);
        return new Received(buffer.asSlice(0, size));
    }

    /** The error of a non-blocking read; OK if it read a message, which is dropped. */
    Errno readError(long capacity) {
        return readError(file, capacity);
    }

    static Errno readError(DeviceFile from, long capacity) {
        from.nonBlocking(true);
        try {
            return errno(() -> from.read(Arena.ofAuto().allocate(capacity, 8)));
        } finally {
            from.nonBlocking(false);
        }
    }

    Errno write(MemorySegment message) {
        return write(file, message);
    }

    static Errno write(DeviceFile to, MemorySegment message) {
        return errno(() -> assertThat(to.write(message)).isEqualTo((int) message.byteSize()));
    }

    static Errno errno(Runnable action) {
        try {
            action.run();
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    static MemorySegment message(long unique, int error, MemorySegment body) {
        MemorySegment message = Arena.ofAuto().allocate(OutHeader.SIZE + body.byteSize(), 8);
        OutHeader.LEN.set(message, (int) message.byteSize());
        OutHeader.ERROR.set(message, error);
        OutHeader.UNIQUE.set(message, unique);
        MemorySegment.copy(body, 0, message, OutHeader.SIZE, body.byteSize());
        return message;
    }

    static MemorySegment reply(Received request, MemorySegment body) {
        return message(request.unique(), 0, body);
    }

    static MemorySegment reply(Received request) {
        return message(request.unique(), 0, TestServer.zeros(0));
    }

    static MemorySegment error(Received request, Errno errno) {
        return message(request.unique(), -errno.code(), TestServer.zeros(0));
    }

    Errno callNow(Opcode opcode, long node, Consumer<Request> change) {
        return errno(() -> {
            try (Request request = connection.newRequest(opcode, node, Caller.KERNEL)) {
                change.accept(request);
                connection.call(request);
            }
        });
    }

    Future<Errno> call(Opcode opcode, long node) {
        return call(opcode, node, _ -> {});
    }

    Future<Errno> call(Opcode opcode, long node, Consumer<Request> change) {
        var outcome = new CompletableFuture<Errno>();
        callers.add(Thread.ofVirtual().start(() -> outcome.complete(callNow(opcode, node, change))));
        return outcome;
    }

    /** Calls on another thread and ignores the outcome. */
    void send(Opcode opcode, long node) {
        callers.add(Thread.ofVirtual().start(() -> callNow(opcode, node, _ -> {})));
    }

    /** Interrupts the thread of the last call. */
    void interrupt() {
        callers.getLast().interrupt();
    }

    static Errno outcome(Future<Errno> call) throws Exception {
        return call.get(10, TimeUnit.SECONDS);
    }

    /** Waits until {@code count} requests are pending. */
    void awaitPending(int count) {
        eventually(() -> pending() == count);
    }

    int pending() {
        connection.core().input.lock.lock();
        try {
            return connection.core().input.queue.pending().size();
        } finally {
            connection.core().input.lock.unlock();
        }
    }

    void awaitOutstanding(int count) {
        eventually(() -> connection.waiting() == count);
    }

    static void eventually(Callable<Boolean> condition) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(condition);
    }

    /** Waits until a reader is parked. */
    void awaitReader() {
        eventually(() -> {
            connection.core().input.lock.lock();
            try {
                return connection.core().input.hasIdleReaders();
            } finally {
                connection.core().input.lock.unlock();
            }
        });
    }

    boolean isReadable() { return (file.readiness() & DeviceHandle.POLLIN) != 0; }

    /** No request is outstanding, and all counters are zero. */
    void assertIdle() {
        assertThat(counters()).containsOnly(0);
        assertThat(connection.waiting()).isZero();
    }

    private List<Integer> counters() {
        ConnectionCore core = connection.core();
        var counters = new ArrayList<>(List.of(core.outstanding(), core.background.active(),
                core.background.blocked().size(), core.backgroundWait.blocked(), core.backgroundWait.reserved(),
                core.input.queue.pending().size(), core.input.queue.forgets().size()));
        core.lock.lock();
        try {
            core.forEachTable(table -> counters.add(table.size()));
        } finally {
            core.lock.unlock();
        }
        return counters;
    }

    static byte[] bytes(MemorySegment segment) {
        return segment.toArray(JAVA_BYTE);
    }

    @Override public void close() {
        connection.abort();
        file.close();
        eventually(() -> callers.stream().noneMatch(Thread::isAlive));
    }
}

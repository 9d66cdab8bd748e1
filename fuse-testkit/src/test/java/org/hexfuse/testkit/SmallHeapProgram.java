package org.hexfuse.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Capability;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Lock;
import org.hexfuse.server.Lookup;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;

/**
 * Both ends in one small JVM, {@code late COUNT} or {@code locks COUNT}: as many callers at once wait for a reply that is given later, or
 * for a lock. Prints to standard error how they end, and how the GETATTRs end that are called all along.
 */
final class SmallHeapProgram {
    private final Waits fileSystem = new Waits();
    private final FuseConnection kernel;
    private final Map<Errno, AtomicInteger> outcomes = new EnumMap<>(Errno.class);
    private final AtomicInteger ended = new AtomicInteger();

    private SmallHeapProgram() throws IOException {
        FuseServer server = FuseServer.serve(fileSystem).at(Address.parse("mem:")).start();
        kernel = FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT.withRequestTimeout(Duration.ZERO));
        for (Errno errno : Errno.values()) {
            outcomes.put(errno, new AtomicInteger());
        }
    }

    /** Defers the replies to LOOKUP until the program gives them, and grants locks once one is released. */
    private static final class Waits implements FuseFileSystem {
        final Queue<LateReply<Entry>> late = new ConcurrentLinkedQueue<>();
        final AtomicInteger waiting = new AtomicInteger();
        final CountDownLatch unlocked = new CountDownLatch(1);

        @Override public Blocking blocking() {
            return Blocking.IN_JAVA;
        }

        @Override public Set<Capability> capabilities() {
            return Set.of(Capability.RECORD_LOCKS);
        }

        @Override public Entry lookup(Lookup op) {
            return op.later(reply -> {
                late.add(reply);
                waiting.incrementAndGet();
            });
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0755);
        }

        @Override public void setlk(Lock op) throws InterruptedException {
            if (op.waits()) {
                waiting.incrementAndGet();
                unlocked.await();
            } else {
                unlocked.countDown();
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(2);
        });
        Thread.ofPlatform().daemon(true).start(SmallHeapProgram::haltWhenStuck);
        int count = Integer.parseInt(arguments[1]);
        var program = new SmallHeapProgram();
        switch (arguments[0]) {
            case "late" -> program.run(count, program::lookup, program::replyToAll);
            case "locks" -> program.run(count, () -> program.lock(Opcode.SETLKW), program::unlock);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.exit(0);
    }

    private static void haltWhenStuck() {
        try {
            TimeUnit.SECONDS.sleep(100);
            System.err.println("not ended after 100 s");
            Runtime.getRuntime().halt(3);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void run(int count, Supplier<Errno> call, Runnable release) throws InterruptedException {
        var callers = new ArrayList<Thread>();
        var done = new CountDownLatch(1);
        Thread probe = Thread.ofPlatform().start(() -> probe(done));
        for (int i = 0; i < count; i++) {
            callers.add(Thread.ofVirtual().start(() -> {
                outcomes.get(call.get()).incrementAndGet();
                ended.incrementAndGet();
            }));
        }
        while (fileSystem.waiting.get() + ended.get() < count) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        System.err.println("refused " + outcomes());
        release.run();
        for (Thread caller : callers) {
            caller.join();
        }
        System.err.println("ended " + outcomes());
        done.countDown();
        probe.join();
    }

    private String outcomes() {
        var some = new EnumMap<Errno, AtomicInteger>(outcomes);
        some.values().removeIf(number -> number.get() == 0);
        return some.toString();
    }

    private void probe(CountDownLatch done) {
        var errors = new ArrayList<Errno>();
        long longest = 0;
        try {
            do {
                long start = System.nanoTime();
                Errno errno = getattr();
                longest = Math.max(longest, System.nanoTime() - start);
                if (errno != Errno.OK) {
                    errors.add(errno);
                }
            } while (!done.await(1, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        System.err.println("getattr errors " + errors + ", longest ms " + TimeUnit.NANOSECONDS.toMillis(longest));
    }

    private void replyToAll() {
        for (LateReply<Entry> reply = fileSystem.late.poll(); reply != null; reply = fileSystem.late.poll()) {
            reply.reply(Entry.of(2, Attr.file(0444, 0)));
        }
    }

    private void unlock() {
        System.err.println("unlock " + lock(Opcode.SETLK));
    }

    private Errno getattr() {
        return call(kernel.newRequest(Opcode.GETATTR, 1, Caller.KERNEL));
    }

    private Errno lookup() {
        return call(kernel.newRequest(Opcode.LOOKUP, 1, Caller.KERNEL).name(Name.of("late")));
    }

    private Errno lock(Opcode opcode) {
        Request request = kernel.newRequest(opcode, 2, Caller.KERNEL);
        LkIn.OWNER.set(request.arguments(), 5);
        return call(request);
    }

    private Errno call(Request request) {
        try (request) {
            kernel.call(request);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }
}

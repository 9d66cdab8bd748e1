package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;
import static org.hexfuse.device.TestKernel.eventually;
import static org.hexfuse.device.TestKernel.message;
import static org.hexfuse.device.TestServer.zeros;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.hexfuse.abi.BatchForgetIn;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.Opcode;

/** Clients and servers of one connection, on threads of their own, and whoever disturbs them. */
final class StressRun {
    private static final int CALLS_IN_PEACE = 100;
    private static final int CALLS_IN_CHAOS = 1000;
    private static final int ROOM = 256;
    /** Added to a unique, it names no request: a reply to a guessed one could complete another reader's request. */
    private static final long NEVER_MADE = 1L << 40;
    private static final Set<Errno> IN_CHAOS = EnumSet.of(Errno.OK, Errno.ENOENT, Errno.EINTR, Errno.EIO,
            Errno.ECONNABORTED, Errno.ENOTCONN, Errno.ETIMEDOUT);

    /** How the calls of all runs ended: a chaos that does nothing would prove nothing. */
    static final Map<Errno, LongAdder> OUTCOMES = new ConcurrentHashMap<>();
    /** The same of requests that nobody waits for, whose senders may be held back. */
    static final Map<Errno, LongAdder> SUBMISSIONS = new ConcurrentHashMap<>();

    final TestKernel device;
    final Queue<String> surprises = new ConcurrentLinkedQueue<>();
    final LongAdder calls = new LongAdder();
    final LongAdder answers = new LongAdder();
    final LongAdder forgets = new LongAdder();
    final LongAdder forgotten = new LongAdder();
    private final LongAdder submitted = new LongAdder();
    private final LongAdder told = new LongAdder();
    private final KernelProfile profile;
    private final SplittableRandom random;
    private final int clients;
    private final int servers;
    private final List<Thread> clientThreads = new ArrayList<>();
    private final List<Thread> serverThreads = new ArrayList<>();
    /** The clones that servers read from, for who closes them meanwhile. */
    private final Queue<DeviceFile> clones = new ConcurrentLinkedQueue<>();
    private boolean chaos;

    StressRun(KernelProfile profile, int clients, int servers, int places, long seed) {
        this.profile = profile;
        this.clients = clients;
        this.servers = servers;
        this.random = new SplittableRandom(seed);
        boolean synchronous = profile.otherIoctl() == Errno.ENOTTY && random.nextBoolean();
        this.device = synchronous ? TestKernel.synchronous(profile, places)
                : TestKernel.fresh(profile).initialize(0, places);
    }

    void start(boolean disturbed) {
        chaos = disturbed;
        for (int i = 0; i < servers; i++) {
            SplittableRandom own = random.split();
            boolean clone = i > 0 && own.nextBoolean();
            serverThreads.add(Thread.ofVirtual().start(() -> serve(own, clone || chaos)));
        }
        for (int i = 0; i < clients; i++) {
            SplittableRandom own = random.split();
            clientThreads.add(Thread.ofVirtual().start(() -> call(own)));
        }
    }

    private void call(SplittableRandom own) {
        int most = chaos ? CALLS_IN_CHAOS : CALLS_IN_PEACE;
        for (int i = 0; i < most; i++) {
            try {
                step(own);
            } catch (RuntimeException e) {
                surprises.add("client: " + e);
            }
            // An interrupt ends one call, not the client.
            Thread.interrupted();
        }
    }

    private void step(SplittableRandom own) {
        int kind = own.nextInt(20);
        int node = own.nextInt(1000);
        if (kind == 0) {
            forgets.add(3);
            device.connection.forget(node, 3);
        } else if (kind < (chaos ? 8 : 4)) {
            submit(node);
        } else if (kind < 10) {
            ended(node, device.callNow(Opcode.READ, node, request -> request.replyRoom(ROOM)));
        } else if (kind == 10 && chaos) {
            ended(node, device.callNow(Opcode.UNLINK, node, request -> request.timeout(own.nextInt(1, 500_000))));
        } else {
            ended(node, device.callNow(Opcode.UNLINK, node, _ -> {}));
        }
    }

    private void submit(int node) {
        try {
            Request request = device.connection.newRequest(Opcode.RELEASE, node, Caller.KERNEL);
            if (node % 3 == 0) {
                request.force();
            }
            submitted.increment();
            device.connection.submit(request, this::submitted);
        } catch (FuseException e) {
            if (!chaos) {
                surprises.add("submit: " + e.errno());
            }
        }
    }

    private void submitted(Errno how) {
        told.increment();
        SUBMISSIONS.computeIfAbsent(how, _ -> new LongAdder()).increment();
        if (!chaos && how != Errno.OK && how != Errno.ENOENT) {
            surprises.add("submitted: " + how);
        }
    }

    private void ended(int node, Errno how) {
        calls.increment();
        OUTCOMES.computeIfAbsent(how, _ -> new LongAdder()).increment();
        boolean answered = how == (node % 2 == 0 ? Errno.OK : Errno.ENOENT);
        if (answered) {
            answers.increment();
        }
        if (!answered && (!chaos || !IN_CHAOS.contains(how) || how == Errno.OK || how == Errno.ENOENT)) {
            surprises.add("node " + node + " ended with " + how);
        }
    }

    private void serve(SplittableRandom own, boolean onClone) {
        MemorySegment buffer = zeros(8192);
        boolean again = true;
        while (again) {
            again = serveUntilTheEnd(own, onClone, buffer) && chaos && device.connection.isConnected();
        }
    }

    /** Returns whether that was the end of the file that was read from, which another thread may have closed. */
    private boolean serveUntilTheEnd(SplittableRandom own, boolean onClone, MemorySegment buffer) {
        DeviceFile file = device.file;
        try {
            file = onClone ? clone(file) : file;
            while (true) {
                if (chaos && own.nextInt(40) == 0) {
                    DeviceFile old = file;
                    file = clone(old);
                    // On gVisor what a closed clone took can be answered by others, who don't know of it here.
                    leave(old, profile.sharesProcessing() ? 99 : own.nextInt(4), buffer);
                }
                if (chaos && own.nextInt(30) == 0) {
                    file.handle().take(8192).failed();
                } else {
                    serveOne(file, own, buffer);
                }
            }
        } catch (FuseException over) {
            if (device.connection.isConnected() && !closed(over)) {
                surprises.add("server: " + over);
            }
            return closed(over);
        } catch (InterruptedException e) {
            surprises.add("server: " + e);
            return false;
        } finally {
            if (file != device.file) {
                clones.remove(file);
                file.close();
            }
        }
    }

    private boolean closed(FuseException e) {
        return chaos && (e.errno() == Errno.EBADF || e.errno() == profile.readAfterEnd());
    }

    /** Closes a file, now and then with a request that was taken and not answered. */
    private void leave(DeviceFile file, int kind, MemorySegment buffer) {
        if (kind == 0) {
            TestKernel.readError(file, 8192);
        } else if (kind == 1) {
            errno(() -> file.write(buffer.asSlice(0, 20)));
        }
        if (file != device.file) {
            clones.remove(file);
            file.close();
        }
    }

    private DeviceFile clone(DeviceFile source) {
        DeviceFile clone = DeviceFile.open(KernelProfile.linux());
        clone.cloneFrom(source);
        clones.add(clone);
        return clone;
    }

    /** Closes a clone that a server reads from, at whatever it is. */
    private void closeClone() {
        DeviceFile clone = clones.poll();
        // What a closed clone took ends there; on gVisor nobody else here would know that it has to be answered.
        if (clone != null && !profile.sharesProcessing()) {
            clone.close();
        }
    }

    private void serveOne(DeviceFile file, SplittableRandom own, MemorySegment buffer) {
        file.read(buffer);
        long unique = InHeader.UNIQUE.get(buffer);
        long node = InHeader.NODEID.get(buffer);
        switch (Opcode.of(InHeader.OPCODE.get(buffer)).orElseThrow()) {
            case FORGET -> forgotten.add(3);
            case BATCH_FORGET -> forgotten.add(3L * BatchForgetIn.COUNT.get(buffer, InHeader.SIZE));
            case INTERRUPT -> errno(() -> file.write(message(unique, own.nextInt(10) == 0 ? -Errno.EAGAIN.code() : 0,
                    zeros(0))));
            case READ -> answer(file, own, unique, node, own.nextInt(ROOM));
            default -> answer(file, own, unique, node, 0);
        }
    }

    private void answer(DeviceFile file, SplittableRandom own, long unique, long node, int size) {
        if (chaos && own.nextInt(20) == 0) {
            errno(() -> file.write(message(unique + NEVER_MADE, 0, zeros(own.nextInt(30)))));
        }
        boolean fine = node % 2 == 0;
        Errno how = errno(() -> file.write(message(unique, fine ? 0 : -Errno.ENOENT.code(), zeros(fine ? size : 0))));
        if (!chaos && how != Errno.OK) {
            surprises.add("reply: " + how);
        }
    }

    /** Interrupts callers and senders, has requests sent again, closes clones and changes limits, for a while. */
    void disturb() throws InterruptedException {
        int disturbances = random.nextInt(5, 40);
        for (int i = 0; i < disturbances; i++) {
            switch (random.nextInt(6)) {
                case 0 -> errno(() -> device.write(message(0, NotifyCode.RESEND.code(), zeros(0))));
                case 1 -> device.connection.maxBackground(random.nextInt(1, 9));
                case 2, 3 -> closeClone();
                default -> clientThreads.get(random.nextInt(clients)).interrupt();
            }
            if (random.nextInt(3) == 0) {
                Thread.sleep(0, random.nextInt(500_000));
            }
        }
    }

    void end() {
        if (random.nextBoolean()) {
            device.connection.abort();
        } else {
            device.connection.abortByControl();
        }
    }

    void joinClients() {
        eventually(() -> clientThreads.stream().noneMatch(Thread::isAlive));
    }

    void joinAll() {
        joinClients();
        eventually(() -> serverThreads.stream().noneMatch(Thread::isAlive));
        device.file.close();
    }

    void assertNothingIsLeft() {
        device.assertQuiet();
        assertThat(device.connection.core().input.isIdle()).isTrue();
        assertThat(told.sum()).isEqualTo(submitted.sum());
        assertThat(device.connection.state()).isEqualTo(DeviceState.ENDED);
    }
}

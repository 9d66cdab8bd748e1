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

/** The clients and servers of one connection, on their own threads, and the disturbances of a run. */
final class StressRun {
    private static final int UNDISTURBED_CALLS = 100;
    private static final int DISTURBED_CALLS = 1000;
    private static final int ROOM = 256;
    /** Added to a unique, it gives one that no request has: a reply to a guessed one could complete another reader's request. */
    private static final long UNASSIGNED = 1L << 40;
    private static final Set<Errno> DISTURBED_OUTCOMES = EnumSet.of(Errno.OK, Errno.ENOENT, Errno.EINTR, Errno.EIO,
            Errno.ECONNABORTED, Errno.ENOTCONN, Errno.ETIMEDOUT);

    /** The outcomes of the calls of all runs, which show that the disturbances took effect. */
    static final Map<Errno, LongAdder> OUTCOMES = new ConcurrentHashMap<>();
    /** The outcomes of background requests, whose senders may be blocked. */
    static final Map<Errno, LongAdder> SUBMISSIONS = new ConcurrentHashMap<>();

    final TestKernel device;
    final Queue<String> surprises = new ConcurrentLinkedQueue<>();
    final LongAdder calls = new LongAdder();
    final LongAdder replies = new LongAdder();
    final LongAdder forgets = new LongAdder();
    final LongAdder forgotten = new LongAdder();
    private final LongAdder submitted = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final KernelProfile profile;
    private final SplittableRandom random;
    private final int clients;
    private final int servers;
    private final List<Thread> clientThreads = new ArrayList<>();
    private final List<Thread> serverThreads = new ArrayList<>();
    /** The clones that servers read from, for the disturbances that close them. */
    private final Queue<DeviceFile> clones = new ConcurrentLinkedQueue<>();
    private boolean disturbed;

    StressRun(KernelProfile profile, int clients, int servers, int maxActive, long seed) {
        this.profile = profile;
        this.clients = clients;
        this.servers = servers;
        this.random = new SplittableRandom(seed);
        boolean synchronous = profile.errors().otherIoctl() == Errno.ENOTTY && random.nextBoolean();
        this.device = synchronous ? TestKernel.synchronous(profile, maxActive)
                : TestKernel.fresh(profile).initialize(0, maxActive);
    }

    void start(boolean disturbed) {
        this.disturbed = disturbed;
        for (int i = 0; i < servers; i++) {
            SplittableRandom own = random.split();
            boolean clone = i > 0 && own.nextBoolean();
            serverThreads.add(Thread.ofVirtual().start(() -> serve(own, clone || disturbed)));
        }
        for (int i = 0; i < clients; i++) {
            SplittableRandom own = random.split();
            clientThreads.add(Thread.ofVirtual().start(() -> call(own)));
        }
    }

    private void call(SplittableRandom own) {
        int most = disturbed ? DISTURBED_CALLS : UNDISTURBED_CALLS;
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
        } else if (kind < (disturbed ? 8 : 4)) {
            submit(node);
        } else if (kind < 10) {
            ended(node, device.callNow(Opcode.READ, node, request -> request.replyRoom(ROOM)));
        } else if (kind == 10 && disturbed) {
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
            if (!disturbed) {
                surprises.add("submit: " + e.errno());
            }
        }
    }

    private void submitted(Errno how) {
        completed.increment();
        SUBMISSIONS.computeIfAbsent(how, _ -> new LongAdder()).increment();
        if (!disturbed && how != Errno.OK && how != Errno.ENOENT) {
            surprises.add("submitted: " + how);
        }
    }

    private void ended(int node, Errno how) {
        calls.increment();
        OUTCOMES.computeIfAbsent(how, _ -> new LongAdder()).increment();
        boolean answered = how == (node % 2 == 0 ? Errno.OK : Errno.ENOENT);
        if (answered) {
            replies.increment();
        }
        if (!answered && (!disturbed || !DISTURBED_OUTCOMES.contains(how) || how == Errno.OK || how == Errno.ENOENT)) {
            surprises.add("node " + node + " ended with " + how);
        }
    }

    private void serve(SplittableRandom own, boolean onClone) {
        MemorySegment buffer = zeros(8192);
        boolean again = true;
        while (again) {
            again = serveUntilTheEnd(own, onClone, buffer) && disturbed && device.connection.isConnected();
        }
    }

    /** Returns whether the file was closed, by another thread, while the connection may live. */
    private boolean serveUntilTheEnd(SplittableRandom own, boolean onClone, MemorySegment buffer) {
        DeviceFile file = device.file;
        try {
            file = onClone ? clone(file) : file;
            while (true) {
                if (disturbed && own.nextInt(40) == 0) {
                    DeviceFile old = file;
                    file = clone(old);
                    // On gVisor other clones would have to reply to the requests of a closed one; the servers here do not.
                    leave(old, profile.sharesProcessing() ? 99 : own.nextInt(4), buffer);
                }
                if (disturbed && own.nextInt(30) == 0) {
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
        return disturbed && (e.errno() == Errno.EBADF || e.errno() == profile.errors().readAfterEnd());
    }

    /** Closes a file, sometimes with a request that was read and has no reply. */
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

    /** Closes a clone that a server reads from, at any point of its work. */
    private void closeClone() {
        DeviceFile clone = clones.poll();
        // The requests of a closed clone end; on gVisor other clones would have to reply to them, and the servers here do not.
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
            case READ -> reply(file, own, unique, node, own.nextInt(ROOM));
            default -> reply(file, own, unique, node, 0);
        }
    }

    private void reply(DeviceFile file, SplittableRandom own, long unique, long node, int size) {
        if (disturbed && own.nextInt(20) == 0) {
            errno(() -> file.write(message(unique + UNASSIGNED, 0, zeros(own.nextInt(30)))));
        }
        boolean fine = node % 2 == 0;
        Errno how = errno(() -> file.write(message(unique, fine ? 0 : -Errno.ENOENT.code(), zeros(fine ? size : 0))));
        if (!disturbed && how != Errno.OK) {
            surprises.add("reply: " + how);
        }
    }

    /** Interrupts callers and senders, resends requests, closes clones and changes limits, for a while. */
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
        device.assertIdle();
        assertThat(device.connection.core().input.hasIdleReaders()).isFalse();
        assertThat(completed.sum()).isEqualTo(submitted.sum());
        assertThat(device.connection.state()).isEqualTo(DeviceState.DISCONNECTED);
    }
}

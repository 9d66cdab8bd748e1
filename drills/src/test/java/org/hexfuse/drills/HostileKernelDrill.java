package org.hexfuse.drills;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.InterruptIn;
import org.hexfuse.abi.LkIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Hostile kernels at the sockets of a served filesystem, a minute each, while a good one works there all the time. Afterwards
 * the server holds what it held before.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class HostileKernelDrill {
    private static final long SECONDS = Long.getLong("drill.seconds", 60);
    private static final int ATTACKERS = 4;

    @TempDir Path directory;

    /** What a hostile kernel does with one connection; it may fail at any point. */
    enum Attack {
        /** Bytes without sense. */
        GARBAGE {
            @Override void run(Peer peer, Random random) throws IOException {
                byte[] bytes = new byte[random.nextInt(1, 4096)];
                random.nextBytes(bytes);
                peer.send(bytes);
            }
        },
        /** Lengths that no message has. */
        LENGTHS {
            @Override void run(Peer peer, Random random) throws IOException {
                byte[] request = request(Opcode.LOOKUP.code(), 2, new byte[]{'a', 0});
                int[] lengths = {0, 15, 39, Integer.MAX_VALUE, -1};
                InHeader.LEN.set(MemorySegment.ofArray(request), lengths[random.nextInt(lengths.length)]);
                peer.send(request);
            }
        },
        /** A byte now and then. */
        DRIP {
            @Override void run(Peer peer, Random random) throws IOException, InterruptedException {
                for (byte b : init()) {
                    peer.send(new byte[]{b});
                    Thread.sleep(100);
                }
            }
        },
        /** Connects and is silent. */
        SILENCE {
            @Override void run(Peer peer, Random random) throws InterruptedException {
                Thread.sleep(2000);
            }
        },
        /** Connects and leaves. */
        CHURN {
            @Override void run(Peer peer, Random random) {
                // That is all.
            }
        },
        /** INIT again and again, and of versions that are none. */
        INITS {
            @Override void run(Peer peer, Random random) throws IOException {
                for (int i = 0; i < 100; i++) {
                    byte[] init = init();
                    InitIn.MAJOR.set(MemorySegment.ofArray(init), InHeader.SIZE, random.nextInt(5, 10));
                    InitIn.MINOR.set(MemorySegment.ofArray(init), InHeader.SIZE, random.nextInt());
                    peer.send(init);
                }
            }
        },
        /** A session like any other, with requests that make no sense, and replies that nobody reads. */
        REQUESTS {
            @Override void run(Peer peer, Random random) throws IOException {
                peer.send(init());
                for (int i = 0; i < 200; i++) {
                    byte[] body = new byte[random.nextInt(0, 200)];
                    random.nextBytes(body);
                    peer.send(request(random.nextInt(0, 60), random.nextLong(), body));
                }
            }
        },
        /** READ of four gigabytes, INTERRUPTs of what never was, locks that wait. */
        NUMBERS {
            @Override void run(Peer peer, Random random) throws IOException {
                peer.send(init());
                for (int i = 0; i < 100; i++) {
                    byte[] read = new byte[ReadIn.SIZE];
                    ReadIn.SIZE_FIELD.set(MemorySegment.ofArray(read), -1);
                    peer.send(request(Opcode.READ.code(), 4L * i + 2, read));
                    byte[] interrupt = new byte[InterruptIn.SIZE];
                    InterruptIn.UNIQUE.set(MemorySegment.ofArray(interrupt), random.nextLong());
                    peer.send(request(Opcode.INTERRUPT.code(), 4L * i + 3, interrupt));
                    byte[] lock = new byte[LkIn.SIZE];
                    LkIn.OWNER.set(MemorySegment.ofArray(lock), random.nextLong());
                    peer.send(request(Opcode.SETLKW.code(), 4L * i + 4, lock));
                }
            }
        };

        abstract void run(Peer peer, Random random) throws IOException, InterruptedException;
    }

    private static byte[] request(int opcode, long unique, byte[] body) {
        byte[] message = new byte[InHeader.SIZE + body.length];
        MemorySegment segment = MemorySegment.ofArray(message);
        InHeader.LEN.set(segment, message.length);
        InHeader.OPCODE.set(segment, opcode);
        InHeader.UNIQUE.set(segment, unique);
        InHeader.NODEID.set(segment, 1);
        System.arraycopy(body, 0, message, InHeader.SIZE, body.length);
        return message;
    }

    private static byte[] init() {
        byte[] body = new byte[InitIn.SIZE];
        InitIn.MAJOR.set(MemorySegment.ofArray(body), Protocol.MAJOR);
        InitIn.MINOR.set(MemorySegment.ofArray(body), Protocol.MINOR);
        return request(Opcode.INIT.code(), 2, body);
    }

    /** One connection of a hostile kernel. */
    static final class Peer implements AutoCloseable {
        private final Fd socket;
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment buffer = arena.allocate(8192);

        Peer(SocketType type, Path path) throws LibcException {
            this.socket = Sockets.socket(type);
            try {
                socket.nonblocking(true);
                Sockets.connect(socket, path.toString());
            } catch (LibcException e) {
                close();
                throw e;
            }
        }

        void send(byte[] bytes) throws IOException {
            MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
            long n = Syscalls.send(socket, buffer, bytes.length, 0x4000);
            if (n != bytes.length) {
                throw new IOException("sent " + n);
            }
        }

        @Override public void close() {
            socket.close();
            arena.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Attack.class) void aServerSurvives(Attack attack) throws Exception {
        Path stream = directory.resolve("stream");
        Path packets = directory.resolve("packets");
        try (VictimProcess victim = VictimProcess.start(List.of("-Xmx128m"), directory, "serve", "unix:" + stream,
                "unix-seqpacket:" + packets)) {
            var stop = new AtomicBoolean();
            var failures = new ConcurrentLinkedQueue<Throwable>();
            var good = new AtomicLong();
            var attacks = new AtomicLong();
            // The first minute of a JVM makes threads, classes and code of its own: one round before the first look.
            work("unix:" + stream, good, new AtomicBoolean(true), failures);
            work("unix-seqpacket:" + packets, good, new AtomicBoolean(true), failures);
            VictimProcess.Resources before = victim.resources();
            var threads = new ArrayList<Thread>();
            threads.add(Thread.ofPlatform().start(() -> work("unix:" + stream, good, stop, failures)));
            threads.add(Thread.ofPlatform().start(() -> work("unix-seqpacket:" + packets, good, stop, failures)));
            for (int i = 0; i < ATTACKERS; i++) {
                SocketType type = i % 2 == 0 ? SocketType.STREAM : SocketType.SEQPACKET;
                Path path = i % 2 == 0 ? stream : packets;
                var random = new Random(i);
                threads.add(Thread.ofPlatform().start(() -> {
                    while (!stop.get()) {
                        attacks.incrementAndGet();
                        try (Peer peer = new Peer(type, path)) {
                            attack.run(peer, random);
                        } catch (IOException _) {
                            pause();
                        } catch (InterruptedException _) {
                            return;
                        }
                    }
                }));
            }
            Thread.sleep(Duration.ofSeconds(SECONDS));
            stop.set(true);
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
            }
            // What is silent is closed when INIT is due.
            Thread.sleep(Duration.ofSeconds(12));
            VictimProcess.Resources after = victim.resources();
            System.out.println("DRILL hostile kernels, " + attack + ", " + SECONDS + " s: " + attacks + " connections, "
                    + good + " good operations, " + failures.size() + " failed; threads " + before.threads() + " -> "
                    + after.threads() + ", descriptors " + before.descriptors() + " -> " + after.descriptors()
                    + ", direct " + before.directKibibytes() + " -> " + after.directKibibytes() + " KiB, resident "
                    + before.residentMebibytes() + " -> " + after.residentMebibytes() + " MiB, "
                    + victim.complaints() + " log lines");
            assertThat(failures).isEmpty();
            assertThat(victim.isAlive()).isTrue();
            assertThat(good).hasPositiveValue();
            assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + VictimProcess.SCHEDULER);
            assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors());
            assertThat(after.directKibibytes()).isLessThan(VictimProcess.IDLE_DIRECT_KIBIBYTES);
            assertThat(victim.complaints()).as(() -> victim.sample()).isLessThan(30 + SECONDS);
            long start = System.nanoTime();
            victim.terminate();
            assertThat(victim.ends(Duration.ofSeconds(15))).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a good kernel does: one round at least. */
    private static void work(String address, AtomicLong good, AtomicBoolean stop,
            ConcurrentLinkedQueue<Throwable> failures) {
        String name = "/f" + Thread.currentThread().threadId();
        do {
            try (Vfs vfs = Vfs.connect(Address.parse(address))) {
                for (int i = 0; i < 50; i++) {
                    vfs.writeString(name, "content " + i);
                    if (!vfs.readString(name).equals("content " + i)) {
                        throw new AssertionError("other content");
                    }
                    vfs.unlink(name);
                    good.incrementAndGet();
                }
            } catch (IOException | RuntimeException | AssertionError e) {
                failures.add(e);
            }
        } while (!stop.get());
    }
}

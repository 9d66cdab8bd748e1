package org.hexfuse.drills;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
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
import org.hexfuse.server.Create;
import org.hexfuse.server.Created;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Lock;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Mount;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Release;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.Write;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.slf4j.LoggerFactory;

/** What a drill is done to: {@code mount KIND POINT [SOCKET]}, {@code takeover KIND POINT SOCKET}, {@code serve ADDRESS...}, {@code kernel ADDRESS...}, {@code locks COUNT},
 * {@code cycle}, {@code own POINT}. */
final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws Exception {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                .setLevel(Level.WARN);
        // It says how long requests have waited.
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger("org.hexfuse.server.session.HandoverOffer")
                .setLevel(Level.INFO);
        switch (arguments[0]) {
            case "mount" -> serve(Fuse.mount(fileSystem(arguments[1]), Path.of(arguments[2])), arguments);
            case "takeover" -> serve(
                    Fuse.takeOver(fileSystem(arguments[1]), Path.of(arguments[2]), Path.of(arguments[3])), arguments);
            case "serve" -> serve(List.of(arguments).subList(1, arguments.length));
            case "locks" -> locks(Integer.parseInt(arguments[1]));
            case "kernel" -> VfsWorkload.run(List.of(arguments).subList(1, arguments.length));
            case "cycle" -> cycle();
            case "own" -> own(Path.of(arguments[1]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static FuseFileSystem fileSystem(String kind) throws IOException {
        return switch (kind) {
            case "sink" -> new Sink(Blocking.IN_JAVA);
            case "stuck" -> new Stuck();
            case "notify" -> new SelfNotifying();
            case "throwing" -> new Throwing();
            case "opening" -> new Opening();
            case "silent" -> new Silent();
            case "large" -> memory("memory:?size=1g&files=2m");
            default -> memory();
        };
    }

    private static FuseFileSystem memory() throws IOException {
        return memory("memory:?size=64m");
    }

    private static FuseFileSystem memory(String address) throws IOException {
        for (FuseFileSystemProvider provider : ServiceLoader.load(FuseFileSystemProvider.class)) {
            if (provider.scheme().equals("memory")) {
                return provider.create(Address.parse(address));
            }
        }
        throw new IOException("memory: is not here");
    }

    private static void serve(Mount mounted, String... arguments) throws IOException, InterruptedException {
        try (Mount mount = mounted) {
            if (arguments.length > 3) {
                mount.offerHandover(Path.of(arguments[3]));
            }
            System.out.println(VictimProcess.READY);
            mount.await();
        }
        System.out.println("ENDED");
    }

    private static void serve(List<String> addresses) throws IOException {
        FuseFileSystem memory = memory();
        for (String address : addresses) {
            FuseServer.serve(memory).at(Address.parse(address)).start();
        }
        System.out.println(VictimProcess.READY);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            printHeld();
        }
        System.exit(0);
    }

    /** Prints the direct memory that is in use after a collection, in KiB. */
    static void printHeld() {
        long before;
        long bytes = Long.MAX_VALUE;
        // Segments of automatic arenas are freed by a thread of the JDK's some time after the collection that finds them.
        do {
            before = bytes;
            System.gc();
            LockSupport.parkNanos(300_000_000);
            bytes = direct();
        } while (bytes < before);
        System.out.println(VictimProcess.DIRECT + bytes / 1024);
    }

    private static long direct() {
        long bytes = 0;
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            bytes += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
        }
        return bytes;
    }

    /** Regular files that take what is written and forget it, slowly. */
    private record Sink(Blocking blocking) implements FuseFileSystem {
        private static final AtomicInteger NEXT = new AtomicInteger(2);

        @Override public Entry lookup(Lookup op) {
            return Entry.absent(Duration.ZERO);
        }

        @Override public Attr getattr(GetAttr op) {
            return op.node() == ROOT ? Attr.directory(0777) : Attr.file(0666, 0);
        }

        @Override public Attr setattr(SetAttr op) {
            return Attr.file(0666, 0);
        }

        @Override public Created create(Create op) {
            return new Created(Entry.of(NEXT.getAndIncrement(), Attr.file(0666, 0)), Opened.of(1));
        }

        @Override public int write(Write op) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(20);
            return op.size();
        }
    }

    /** A lookup of {@code stuck} never returns. */
    private static final class Stuck implements FuseFileSystem {
        @Override public Entry lookup(Lookup op) {
            while (op.name().is("stuck")) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException _) {
                    // As code that is not to be stopped.
                }
            }
            return Entry.absent(Duration.ZERO);
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0777);
        }
    }

    /** A lookup throws what its name says, in one way or another. */
    private static final class Throwing implements FuseFileSystem {
        @Override public Blocking blocking() {
            return Blocking.IN_JAVA;
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0777);
        }

        @Override public Entry lookup(Lookup op) throws IOException {
            switch (op.name().toString()) {
                case "unchecked" -> throw new IllegalStateException("thrown by a drill");
                case "checked" -> throw new IOException("thrown by a drill");
                case "assertion" -> throw new AssertionError("thrown by a drill");
                case "memory" -> throw new OutOfMemoryError("thrown by a drill");
                case "stack" -> throw new StackOverflowError("thrown by a drill");
                case "link" -> throw new NoClassDefFoundError("thrown by a drill");
                case "death" -> throw new InternalError("thrown by a drill");
                case "initializer" -> throw new ExceptionInInitializerError("thrown by a drill");
                case "recursion" -> recur(op);
                default -> {
                }
            }
            return Entry.absent(Duration.ZERO);
        }

        private static int recur(Lookup op) {
            return op.name().is("recursion") ? recur(op) + 1 : 0;
        }
    }

    /** Replies to no lookup, and has the kernel limit the time of requests. */
    private static final class Silent implements FuseFileSystem {
        @Override public void init(InitNegotiation negotiation) {
            negotiation.requestTimeout(Duration.ofSeconds(15));
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0777);
        }

        @Override public Entry lookup(Lookup op) throws IOException, InterruptedException {
            return op.later(_ -> {});
        }
    }

    /** Each open file has a file of the host open. */
    private static final class Opening implements FuseFileSystem {
        private final Map<Long, FileChannel> open = new ConcurrentHashMap<>();
        private final AtomicLong next = new AtomicLong(1);

        @Override public Blocking blocking() {
            return Blocking.IN_JAVA;
        }

        @Override public Attr getattr(GetAttr op) {
            return op.node() == ROOT ? Attr.directory(0777) : Attr.file(0444, 0);
        }

        @Override public Entry lookup(Lookup op) {
            return Entry.of(2, Attr.file(0444, 0));
        }

        @Override public Opened open(Open op) throws IOException {
            long handle = next.getAndIncrement();
            open.put(handle, FileChannel.open(Path.of("/dev/null")));
            return Opened.of(handle);
        }

        @Override public void release(Release op) throws IOException {
            open.remove(op.handle()).close();
        }
    }

    /** A lookup invalidates the very name that it is about. */
    private static final class SelfNotifying implements FuseFileSystem {
        @Override public Entry lookup(Lookup op) {
            System.out.println("NOTIFIED " + op.session().notifier().invalidateEntry(op.node(), op.name()));
            return Entry.of(2, Attr.file(0444, 0), Duration.ZERO);
        }

        @Override public Attr getattr(GetAttr op) {
            return op.node() == ROOT ? Attr.directory(0777) : Attr.file(0444, 0);
        }
    }

    /** Locks that wait until an unlock comes. */
    private static void locks(int count) throws IOException, InterruptedException {
        var unlocked = new CountDownLatch(1);
        FuseServer server = FuseServer.serve(new FuseFileSystem() {
            @Override public Set<Capability> capabilities() {
                return Set.of(Capability.FLOCK);
            }

            @Override public void setlk(Lock op) throws InterruptedException {
                if (op.waits()) {
                    unlocked.await();
                } else {
                    unlocked.countDown();
                }
            }
        }).at(Address.parse("mem:")).start();
        FuseConnection kernel = FuseConnection.mount(Transports.connect(server.address()), NotificationSink.NONE,
                ConnectionOptions.DEFAULT);
        var granted = new AtomicInteger();
        var refused = new AtomicInteger();
        var others = new AtomicInteger();
        var callers = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            callers.add(Thread.ofVirtual().start(() -> {
                Errno errno = lock(kernel, Opcode.SETLKW);
                (errno == Errno.OK ? granted : errno == Errno.ENOLCK ? refused : others).incrementAndGet();
            }));
        }
        TimeUnit.SECONDS.sleep(3);
        Errno unlock = lock(kernel, Opcode.SETLK);
        for (Thread caller : callers) {
            caller.join(Duration.ofMinutes(1));
        }
        System.out
                .println("LOCKS unlock=" + unlock + " granted=" + granted + " ENOLCK=" + refused + " others=" + others);
        System.exit(0);
    }

    private static Errno lock(FuseConnection kernel, Opcode opcode) {
        try (Request request = kernel.newRequest(opcode, 2, Caller.KERNEL)) {
            LkIn.OWNER.set(request.arguments(), 5);
            kernel.call(request);
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    /** A server whose directory contains itself, twice a level. */
    private static void cycle() throws IOException {
        try (UserKernel kernel = UserKernel.connect("mem:", new FuseFileSystem() {
            @Override public Entry lookup(Lookup op) {
                return Entry.of(op.node() < 30 ? op.node() + 1 : 2, Attr.directory(0755), Duration.ofHours(1));
            }

            @Override public Attr getattr(GetAttr op) {
                return Attr.of(FileType.DIRECTORY, 0755).build();
            }
        })) {
            var path = new StringBuilder();
            Errno errno = Errno.OK;
            for (int level = 0; level < 40 && errno == Errno.OK; level++) {
                for (String name : List.of("/x", "/y")) {
                    try {
                        kernel.vfs().stat(path + name);
                    } catch (FuseException e) {
                        errno = e.errno();
                    }
                }
                path.append("/y");
            }
            kernel.vfs().dropCaches();
            System.out.println("CYCLE " + errno + " " + Name.of("x"));
        }
        System.exit(0);
    }

    /** Sixteen virtual threads look at the mount of their own JVM, whose filesystem blocks in Java. */
    private static void own(Path point) throws IOException, InterruptedException {
        try (Mount mount = Fuse.mount(new Sink(Blocking.IN_JAVA), point)) {
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 16; i++) {
                Path name = mount.mountPoint().resolve("name" + i);
                threads.add(Thread.ofVirtual().start(() -> {
                    for (int j = 0; j < 20; j++) {
                        if (Files.exists(name)) {
                            throw new AssertionError();
                        }
                    }
                }));
            }
            boolean all = true;
            for (Thread thread : threads) {
                all &= thread.join(Duration.ofSeconds(20));
            }
            System.out.println("OWN " + all);
            if (!all) {
                Runtime.getRuntime().halt(1);
            }
        }
        System.exit(0);
    }
}

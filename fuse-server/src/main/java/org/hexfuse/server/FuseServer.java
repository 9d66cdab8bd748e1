package org.hexfuse.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.hexfuse.server.dispatch.SessionObserver;
import org.hexfuse.server.observe.PanicHandler;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.server.observe.ServerStatistics;
import org.hexfuse.server.reply.Timeouts;
import org.hexfuse.server.session.SessionLoop;
import org.hexfuse.server.session.SessionSettings;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Transports;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Serves a filesystem at an address: a session for each kernel end that connects.
 *
 * {@snippet :
 * try (FuseServer server = FuseServer.serve(new Hello()).at(Address.parse("mem:hello")).start()) {
 *     server.await();
 * }
 * }
 *
 * <p>Any thread may call any method. The threads of a server are daemons.
 */
public final class FuseServer implements AutoCloseable {
    private static final Logger LOG = Loggers.of(FuseServer.class);
    private static final Duration FIRST_SESSION = Duration.ofSeconds(10);
    /** Each wait of a handover is bounded, but its state may be large. */
    private static final Duration TAKEOVER = Duration.ofMinutes(10);
    private static final Duration ACCEPTING = Duration.ofSeconds(5);
    /** Longer than unmounting takes, to which the drain timeout is added. */
    private static final Duration SHUTDOWN = Duration.ofSeconds(35);

    private final FuseFileSystem fileSystem;
    private final ServerEndpoint endpoint;
    private final SessionSettings settings;
    private final ServerListener listener;
    private final PanicHandler panics;
    private final UnaryOperator<ServerLink> links;
    private final List<SessionLoop> sessions = new CopyOnWriteArrayList<>();
    private final CompletableFuture<SessionLoop> first = new CompletableFuture<>();
    private final CountDownLatch noMoreArrivals = new CountDownLatch(1);
    private volatile boolean closed;

    private FuseServer(Builder builder, ServerEndpoint endpoint) {
        this.fileSystem = builder.fileSystem;
        this.endpoint = endpoint;
        this.settings = builder.settings;
        this.listener = builder.listener;
        this.panics = builder.panics;
        this.links = builder.links;
    }

    /** A builder for a server of {@code fileSystem}. */
    public static Builder serve(FuseFileSystem fileSystem) {
        return new Builder(fileSystem);
    }

    /** The address that kernel ends connect to. */
    public Address address() {
        return endpoint.address();
    }

    /** The sessions that have begun and not ended. */
    public List<Session> sessions() {
        return sessions.stream().filter(session -> !session.closed().isDone()).map(SessionLoop::session).toList();
    }

    /** What all sessions do now: requests, workers, memory. */
    public ServerStatistics statistics() {
        return sessions().stream().map(Session::statistics).reduce(ServerStatistics.NONE, ServerStatistics::plus);
    }

    private void startAccepting() {
        Thread.ofPlatform().daemon(true).name("hexfuse-accept " + address()).start(this::acceptAll);
    }

    private void acceptAll() {
        try {
            for (Optional<ServerLink> link = next(); link.isPresent(); link = next()) {
                begin(link.get());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            first.completeExceptionally(new IOException(address() + " was closed"));
            noMoreArrivals.countDown();
        }
    }

    private Optional<ServerLink> next() throws InterruptedException {
        while (true) {
            try {
                return endpoint.accept();
            } catch (IOException e) {
                LOG.warn("{}: {}", address(), e.getMessage());
                if (closed) {
                    return Optional.empty();
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private void begin(ServerLink accepted) {
        ServerLink link = links.apply(accepted);
        var session = new SessionLoop(fileSystem, link, "hexfuse " + address(), settings,
                new SessionObserver(listener, panics));
        sessions.add(session);
        // With it goes the memory of its requests, which nothing else needs.
        var _ = session.closed().thenRun(() -> sessions.remove(session));
        session.start();
        first.complete(session);
        if (closed) {
            session.shutdown();
        }
    }

    /**
     * Waits until INIT of the first session is answered, so that the filesystem can be used.
     *
     * @throws IOException if the session fails, or has not begun within ten seconds
     */
    public void awaitReady() throws IOException, InterruptedException {
        try {
            first.get(FIRST_SESSION.toNanos(), TimeUnit.NANOSECONDS).awaitReady(FIRST_SESSION);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (TimeoutException _) {
            throw new IOException(
                    "no kernel end connected to " + address() + " within " + FIRST_SESSION.toSeconds() + " s");
        }
    }

    /** Waits until the session of a predecessor has begun. */
    void awaitTakenOver() throws IOException, InterruptedException {
        try {
            first.get(FIRST_SESSION.toNanos(), TimeUnit.NANOSECONDS).awaitReady(TAKEOVER);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (TimeoutException _) {
            throw new IOException(address() + " was not taken over");
        }
    }

    /** Lets others take the first session over. */
    void offerHandover(Path socket) throws IOException, InterruptedException {
        try {
            first.get().offerHandover(socket);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    /** The process that has taken the first session over. */
    OptionalLong successor() {
        return first.isDone() && !first.isCompletedExceptionally() ? first.join().successor() : OptionalLong.empty();
    }

    /** Waits until all sessions have ended and no other can begin: unmounted, or closed. */
    public void await() throws InterruptedException {
        noMoreArrivals.await();
        for (SessionLoop session : sessions) {
            try {
                session.closed().get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * Stops accepting, ends all sessions and waits, for a limited time, until they have ended. Closing again has no effect.
     */
    @Override public void close() {
        closed = true;
        try {
            endpoint.close();
        } catch (IOException e) {
            LOG.warn("{}: {}", address(), e.getMessage());
        }
        try {
            // A link that was accepted just now becomes a session, which must be ended as well.
            if (!noMoreArrivals.await(ACCEPTING.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("{}: still accepting {} s after it was closed", address(), ACCEPTING.toSeconds());
            }
            List<SessionLoop> open = List.copyOf(sessions);
            open.forEach(SessionLoop::shutdown);
            CompletableFuture<Void> all = CompletableFuture
                    .allOf(open.stream().map(SessionLoop::closed).toArray(CompletableFuture[]::new));
            all.get(shutdown().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            LOG.error("{}: a session has not ended within {} s", address(), shutdown().toSeconds());
        } catch (ExecutionException e) {
            LOG.error("{}: a session has failed", address(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration shutdown() {
        return SHUTDOWN.plus(settings.drain());
    }

    /** Builds a server. Not for several threads. */
    public static final class Builder {
        static final long LEAST_INFLIGHT = 1L << 20;

        private final FuseFileSystem fileSystem;
        private Address address = Address.of("mem", "");
        private SessionSettings settings = SessionSettings.defaults();
        private ServerListener listener = ServerListener.NONE;
        private PanicHandler panics = PanicHandler.LOG;
        private UnaryOperator<ServerLink> links = UnaryOperator.identity();

        private Builder(FuseFileSystem fileSystem) {
            this.fileSystem = Objects.requireNonNull(fileSystem);
        }

        /** The address to serve at; {@code mem:} unless set. */
        public Builder at(Address where) {
            this.address = Objects.requireNonNull(where);
            return this;
        }

        /** The number of threads that read requests of one session; unless set that of processors, at least two. */
        public Builder threads(int count) {
            this.settings = settings.with(settings.threads().withReaders(atLeastOne(count)));
            return this;
        }

        /**
         * The most threads that one session of a filesystem that {@linkplain FuseFileSystem#blocking blocks} may have: 64 unless set,
         * always one more than {@link #threads}. Of a filesystem that blocks in Java further requests run on virtual threads;
         * of one that blocks in native code they wait.
         */
        public Builder maxThreads(int count) {
            this.settings = settings.with(settings.threads().withMost(atLeastOne(count)));
            return this;
        }

        /**
         * How many threads that are not needed any more stay, beside those of {@link #threads}, and how long the others stay: 8 and ten
         * seconds unless set.
         */
        public Builder maxIdleThreads(int count, Duration others) {
            this.settings = settings.with(settings.threads().withIdle(atLeastOne(count), others));
            return this;
        }

        private static int atLeastOne(int count) {
            if (count < 1) {
                throw new IllegalArgumentException(count + " threads");
            }
            return count;
        }

        /**
         * The most bytes of requests and replies that one session may hold in memory at once, at least {@value #LEAST_INFLIGHT};
         * further requests wait in the kernel. A quarter of the largest heap and 256 MiB at most unless set. The system property
         * {@code org.hexfuse.max_inflight} bounds all sessions of the JVM together, by half of the largest heap unless set.
         */
        public Builder maxInflight(long bytes) {
            if (bytes < LEAST_INFLIGHT) {
                throw new IllegalArgumentException(
                        "max_inflight=" + bytes + ", where " + LEAST_INFLIGHT + " is the least");
            }
            this.settings = settings.withMaxInflight(bytes);
            return this;
        }

        /** The attribute timeout of attributes without one of their own; one second unless set. */
        public Builder attrTimeout(Duration timeout) {
            this.settings = settings.with(new Timeouts(timeout, settings.timeouts().entry()));
            return this;
        }

        /** The entry timeout of entries without one of their own; one second unless set. */
        public Builder entryTimeout(Duration timeout) {
            this.settings = settings.with(new Timeouts(settings.timeouts().attr(), timeout));
            return this;
        }

        /**
         * How long the end of a session waits for its handlers, which are interrupted, and for late replies, before it abandons them:
         * five seconds unless set.
         */
        public Builder drainTimeout(Duration timeout) {
            this.settings = settings.withDrain(timeout);
            return this;
        }

        /** Observes sessions and requests; none unless set. See {@link ServerListener#and} for several. */
        public Builder listener(ServerListener observer) {
            this.listener = Objects.requireNonNull(observer);
            return this;
        }

        /** Is given what the filesystem throws and no errno stands for; {@link PanicHandler#LOG} unless set. */
        public Builder onPanic(PanicHandler handler) {
            this.panics = Objects.requireNonNull(handler);
            return this;
        }

        /**
         * Decorates the link of each kernel end that connects, before its session begins: for tests, which so record or disturb
         * messages. A decorator delegates what it does not change, {@link ServerLink#feature} included, and must not throw. A further one
         * decorates what those before have made.
         */
        public Builder decorateLinks(UnaryOperator<ServerLink> decorator) {
            UnaryOperator<ServerLink> before = links;
            Objects.requireNonNull(decorator);
            this.links = link -> decorator.apply(before.apply(link));
            return this;
        }

        /**
         * Mounts the filesystem on the real kernel, as {@link Fuse#mount(FuseFileSystem, Path, String...)} does, instead of serving it at
         * an address.
         */
        public Mount mount(Path mountPoint, String... options) throws IOException, InterruptedException {
            return Fuse.mount(this, fileSystem, mountPoint, List.of(options));
        }

        /** Takes over a mount that another process serves, as {@link Fuse#takeOver} does. */
        public Mount takeOver(Path mountPoint, Path socket, String... options)
                throws IOException, InterruptedException {
            return Fuse.takeOver(this, fileSystem, mountPoint, socket, List.of(options));
        }

        /**
         * Opens the address and begins to serve.
         *
         * @throws IllegalArgumentException if the address is malformed
         * @throws IOException if it cannot be opened
         */
        public FuseServer start() throws IOException {
            var server = new FuseServer(this, Transports.open(address));
            server.startAccepting();
            return server;
        }
    }
}

package org.hexfuse.testkit.record;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.FuseServer;
import org.hexfuse.transport.ServerLink;

/**
 * A log of the requests that a server receives, INIT and FORGET included, with their replies, in the order in which they were read.
 *
 * {@snippet :
 * var recorder = new Recorder();
 * try (var kernel = UserKernel.serving(new Hello()).recorder(recorder).connect()) {
 *     kernel.vfs().stat("/hello.txt");
 *     kernel.vfs().stat("/hello.txt");
 *     assertThat(recorder.requests(Opcode.LOOKUP)).hasSize(1);
 *     assertThat(recorder.opcodes()).doesNotContain(Opcode.ACCESS);
 * }
 * }
 *
 * <p>The log is bounded. RELEASE, FORGET and background requests have no caller that waits for them, so a test that counts them waits
 * for them first: {@link #await}.
 *
 * <p>Any thread may call any method. One recorder may record several servers, whose requests it mixes.
 */
public final class Recorder {
    /** How many requests are recorded by default. */
    public static final int CAPACITY = 10_000;
    /** The most bytes of a name that are recorded. */
    public static final int LONGEST_NAME = 1024;
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final int capacity;
    private final List<Entry> entries = new ArrayList<>();
    private long missed;

    /** Records at most {@value #CAPACITY} requests. */
    public Recorder() {
        this(CAPACITY);
    }

    /**
     * Records at most {@code capacity} requests. Those that come later are only counted; then the methods that return requests throw
     * an AssertionError until {@link #clear}.
     */
    public Recorder(int capacity) {
        if (capacity < 0) {
            throw new IllegalArgumentException("a capacity of " + capacity);
        }
        this.capacity = capacity;
    }

    /** Records the requests of a link: for {@link FuseServer.Builder#decorateLinks}. */
    public ServerLink decorate(ServerLink link) {
        return new RecordingLink(link, this);
    }

    /** Adds a request, without its reply. Returns the entry that gets it, which may be of no log. */
    Entry add(RecordedRequest request) {
        var entry = new Entry(request);
        synchronized (entries) {
            if (entries.size() < capacity) {
                entries.add(entry);
            } else {
                missed++;
            }
        }
        return entry;
    }

    /** All requests. */
    public List<RecordedRequest> requests() {
        synchronized (entries) {
            if (missed > 0) {
                throw new AssertionError("the recorder is full: " + missed + " requests came after the first "
                        + capacity);
            }
            return entries.stream().map(Entry::request).toList();
        }
    }

    /** The requests of some operations. */
    public List<RecordedRequest> requests(Opcode... opcodes) {
        Set<Opcode> wanted = Set.of(opcodes);
        return requests().stream().filter(request -> wanted.contains(request.opcode())).toList();
    }

    /** The operations of all requests. */
    public List<Opcode> opcodes() {
        return requests().stream().map(RecordedRequest::opcode).toList();
    }

    /** How many requests of an operation there were. */
    public long count(Opcode opcode) {
        return requests().stream().filter(request -> request.opcode() == opcode).count();
    }

    /**
     * Waits until the log has a request, with its reply if it has one.
     *
     * @throws AssertionError if that does not happen within ten seconds; it has the log
     */
    public RecordedRequest await(Predicate<RecordedRequest> wanted) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            for (RecordedRequest request : requests()) {
                boolean complete = request.reply().isPresent() || !request.opcode().expectsReply();
                if (complete && wanted.test(request)) {
                    return request;
                }
            }
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new AssertionError("no such request within " + PATIENCE.toSeconds() + " s:\n" + this);
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Waits until an operation was recorded, as {@link #await(Predicate)} does. */
    public RecordedRequest await(Opcode opcode) throws InterruptedException {
        return await(request -> request.opcode() == opcode);
    }

    /** Forgets all requests. */
    public void clear() {
        synchronized (entries) {
            entries.clear();
            missed = 0;
        }
    }

    /** The log, a line each. */
    @Override public String toString() {
        synchronized (entries) {
            String lines = entries.stream().map(entry -> entry.request() + "\n").collect(Collectors.joining());
            return missed == 0 ? lines : lines + "and " + missed + " more, which were not recorded\n";
        }
    }

    /** A request whose reply comes later. */
    static final class Entry {
        private volatile RecordedRequest request;

        private Entry(RecordedRequest request) {
            this.request = request;
        }

        RecordedRequest request() {
            return request;
        }

        void reply(Errno error, long size) {
            var reply = new RecordedRequest.Reply(error, size);
            RecordedRequest open = request;
            request = new RecordedRequest(open.opcode(), open.unique(), open.node(), open.names(), open.arguments(),
                    open.dataSize(), Optional.of(reply));
        }
    }
}

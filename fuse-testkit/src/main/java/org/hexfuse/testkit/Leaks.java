package org.hexfuse.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.hexfuse.abi.Protocol;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.Session;

/** Finds what a kernel still holds of a filesystem when a test is done with it. */
final class Leaks {
    /** RELEASE and FORGET have no caller that waits, so they may still be in flight. */
    static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(2);

    private Leaks() {}

    /** What drops the caches of a kernel, which hold lookup counts. */
    interface Caches {
        /**
         * Drops them, called until nothing is held.
         *
         * @return whether the kernel forgets the lookup counts then
         */
        boolean drop();
    }

    /**
     * What is held after the caches were dropped, a line each; none if nothing is.
     *
     * <p>An open file holds its node and the directories on the way to it, so lookup counts are a leak of their own only
     * where nothing is open.
     */
    static List<String> find(Supplier<List<Session>> sessions, Caches caches, Duration patience)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        List<String> leaks = find(sessions, caches.drop());
        while (!leaks.isEmpty() && System.nanoTime() - deadline < 0) {
            Thread.sleep(PAUSE);
            leaks = find(sessions, caches.drop());
        }
        return leaks;
    }

    /** Fails a test that has leaked something. */
    static void fail(List<String> leaks) {
        if (!leaks.isEmpty()) {
            throw new AssertionError("the kernel still holds of the filesystem:\n" + String.join("\n", leaks));
        }
    }

    private static List<String> find(Supplier<List<Session>> sessions, boolean lookups) {
        return sessions.get().stream().map(Session::references).flatMap(held -> describe(held, lookups).stream())
                .collect(Collectors.toList());
    }

    private static List<String> describe(KernelReferences held, boolean lookups) {
        var leaks = new ArrayList<String>();
        for (KernelReferences.OpenHandle open : held.handles()) {
            leaks.add("node " + Long.toUnsignedString(open.node()) + ": " + (open.directory() ? "directory" : "file")
                    + " handle " + Long.toUnsignedString(open.handle()) + " is open"
                    + (open.opens() == 1 ? "" : " " + open.opens() + " times"));
        }
        held.requests().forEach(request -> leaks.add("request without a reply: " + request));
        if (leaks.isEmpty() && lookups) {
            held.lookups().forEach((node, count) -> {
                if (node != Protocol.ROOT_ID) {
                    leaks.add("node " + Long.toUnsignedString(node) + ": lookup count " + count + " is not forgotten");
                }
            });
        }
        return leaks;
    }
}

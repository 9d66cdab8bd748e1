package org.hexfuse.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.hexfuse.abi.Protocol;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.Session;
import org.hexfuse.vfs.Vfs;

/** Finds what a kernel still holds of a filesystem when a test is done with it. */
final class Leaks {
    /** RELEASE and FORGET have no caller that waits, so they may still be in flight. */
    static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(2);

    private Leaks() {}

    /**
     * What is held after the caches were dropped, a line each; none if nothing is.
     *
     * <p>An open file holds its node and the directories on the way to it, so lookup counts are a leak of their own only
     * where nothing is open.
     *
     * @param lookups whether lookup counts are to be forgotten
     */
    static List<String> find(FuseServer server, Vfs vfs, boolean lookups, Duration patience)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        vfs.dropCaches();
        List<String> leaks = find(server, lookups);
        while (!leaks.isEmpty() && System.nanoTime() - deadline < 0) {
            Thread.sleep(PAUSE);
            leaks = find(server, lookups);
        }
        return leaks;
    }

    private static List<String> find(FuseServer server, boolean lookups) {
        return server.sessions().stream().map(Session::references).flatMap(held -> describe(held, lookups).stream())
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

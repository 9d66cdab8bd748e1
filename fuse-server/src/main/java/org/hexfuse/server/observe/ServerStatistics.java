package org.hexfuse.server.observe;

/**
 * What a session, or a server with all its sessions, does at one moment. The numbers are read one after another while requests go on.
 *
 * @param sessions the sessions that have begun and not ended
 * @param running the requests whose handlers run
 * @param deferred the late replies that are outstanding
 * @param waiting the requests, of {@code running}, that wait in a lane of their own: SETLKW
 * @param queued the requests that were read and wait for a worker, of a filesystem that blocks
 * @param workers the threads that read requests; 0 where requests run on the threads of their callers
 * @param memoryReserved the bytes that are reserved for requests and replies, those of the workers included
 * @param memoryLimit the most bytes that may be reserved, {@code max_inflight}
 */
public record ServerStatistics(int sessions, int running, int deferred, int waiting, int queued, int workers,
        long memoryReserved, long memoryLimit) {
    /** Without sessions. */
    public static final ServerStatistics NONE = new ServerStatistics(0, 0, 0, 0, 0, 0, 0, 0);

    /** The sums of both. */
    public ServerStatistics plus(ServerStatistics other) {
        return new ServerStatistics(sessions + other.sessions, running + other.running, deferred + other.deferred,
                waiting + other.waiting, queued + other.queued, workers + other.workers,
                memoryReserved + other.memoryReserved, memoryLimit + other.memoryLimit);
    }
}

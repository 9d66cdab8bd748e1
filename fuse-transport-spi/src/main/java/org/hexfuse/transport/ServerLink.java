package org.hexfuse.transport;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.hexfuse.abi.Errno;

/**
 * The server's end of one connection over a transport. A session opens a {@link SlotChannel} for each of its workers, one
 * before INIT and the others after.
 *
 * <p>It ends in two steps, since memory can be freed only when nobody reads into it: {@link #shutdown} wakes all workers,
 * {@link #close} frees what they used.
 */
public interface ServerLink extends AutoCloseable {
    /** The longest message, in bytes, that can be sent in either direction. It caps what INIT answers. */
    int maxMessage();

    /** INIT is answered: sizes the slots of all channels, from the next {@link SlotChannel#next} on. */
    void negotiated(Limits limits);

    /**
     * A source of requests for one worker.
     *
     * @throws IOException if the transport can't give one more; those that are open go on
     */
    SlotChannel openChannel() throws IOException;

    /**
     * Whether {@link SlotChannel#next} and {@link Slot#commit} wait inside system calls, so that a worker must be a platform
     * thread.
     */
    boolean blocksInSystemCalls();

    /**
     * Sends a notification.
     *
     * @param message the whole message, from its {@link org.hexfuse.abi.OutHeader} on, with unique 0
     * @param size the message's length in bytes
     * @return OK, or what the kernel's end made of it
     */
    Errno send(MemorySegment message, long size);

    /**
     * Whether the kernel end is connected, as far as that is known without reading a request: false once it has unmounted or
     * closed the connection, and after {@link #shutdown}. Asked while handlers hold all workers, so that none reads. Does not
     * block.
     */
    boolean isConnected();

    /** Something that this transport has and others haven't, such as {@link CallerDriven}. */
    default <T> Optional<T> feature(Class<T> type) {
        return Optional.empty();
    }

    /**
     * Ends the connection: every {@link SlotChannel#next} returns null, now or when it is called, and the kernel's end sees
     * its server gone. Slots that are out can still be committed, which does nothing. Calling it again does nothing. A worker
     * may call it.
     */
    void shutdown();

    /** Shuts down and frees all memory and descriptors. No worker uses the link any more. */
    @Override void close();
}

package org.hexfuse.transport;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.hexfuse.abi.Errno;

/**
 * The server end of one connection over a transport. A session opens a {@link SlotChannel} for each of its workers, one
 * before INIT and the others after.
 *
 * <p>It is closed in two steps, since memory is freed only when no worker reads into it: {@link #shutdown} disconnects and wakes
 * all workers, {@link #close} frees their memory.
 */
public interface ServerLink extends AutoCloseable {
    /** The longest message in either direction, in bytes. It caps the reply to INIT. */
    int maxMessage();

    /** Resizes the slots of all channels, from the next {@link SlotChannel#next} on, when INIT is answered. */
    void negotiated(Limits limits);

    /**
     * Opens a source of requests for one worker.
     *
     * @throws IOException if the transport has no further channel; open ones stay open
     */
    SlotChannel openChannel() throws IOException;

    /**
     * Whether {@link SlotChannel#next} and {@link Slot#commit} block in system calls, which needs platform threads as workers.
     */
    boolean blocksInSystemCalls();

    /**
     * Sends a notification.
     *
     * @param message the whole message: {@link org.hexfuse.abi.OutHeader} with unique 0, then the notification
     * @param size the length of the message in bytes
     * @return OK, or the errno that the kernel end answered with
     */
    Errno send(MemorySegment message, long size);

    /**
     * Whether the kernel end is connected, as far as that is known without reading a request: false once it has unmounted or
     * closed the connection, and after {@link #shutdown}. Asked while handlers hold all workers, so that none reads. Does not
     * block.
     */
    boolean isConnected();

    /** An optional feature, which other transports may lack, such as {@link CallerDriven}. */
    default <T> Optional<T> feature(Class<T> type) {
        return Optional.empty();
    }

    /**
     * Disconnects: every {@link SlotChannel#next} returns null, blocked or called later, and the kernel end is disconnected.
     * Committing a slot that is still out does nothing. Calling it again does nothing. A worker may call it.
     */
    void shutdown();

    /** Shuts down and frees all memory and descriptors. Called when no worker uses the link any more. */
    @Override void close();
}

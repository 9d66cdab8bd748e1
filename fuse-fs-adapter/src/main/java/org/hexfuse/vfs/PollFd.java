package org.hexfuse.vfs;

import java.time.Duration;
import java.util.List;
import org.hexfuse.vfs.file.PollSet;

/**
 * One of several open files to wait for ({@code struct pollfd}).
 *
 * @param file an open file, of any mount
 * @param events the requested events, bits of {@link org.hexfuse.posix.PollEvents}
 */
public record PollFd(OpenFile file, int events) {
    /**
     * Blocks until one of several files is ready, as {@code poll(2)}.
     *
     * @param timeout how long; zero returns at once and asks no server for a notification
     * @return the ready events of each file, plus POLLERR and POLLHUP; POLLNVAL for a file that is closed, also meanwhile; 0 for all after
     *         the timeout
     * @throws org.hexfuse.abi.FuseException EINTR if the thread is interrupted
     */
    public static List<Integer> poll(List<PollFd> files, Duration timeout) {
        return new PollSet(files.stream().map(fd -> new PollSet.Member(fd.file.pollWaiter(), fd.events)).toList())
                .await(timeout);
    }
}

package org.hexfuse.testkit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Assumptions;

/**
 * FUSE over io_uring, turned on for the whole machine until this is closed: a parameter of the kernel that root may write. Mounts that
 * have begun by then keep it. Closing restores what was set. Only one test of the machine has it at a time, so that none restores what
 * another has set.
 */
public final class UringSwitch implements AutoCloseable {
    private static final Path PARAMETER = Path.of("/sys/module/fuse/parameters/enable_uring");
    private static final Path LOCK = Path.of(System.getProperty("java.io.tmpdir"), "hexfuse-enable_uring.lock");
    /** One process has a file lock once. */
    private static final Semaphore HERE = new Semaphore(1);

    private final FileChannel channel;
    private final FileLock lock;
    private final String before;

    private UringSwitch(FileChannel channel, FileLock lock, String before) {
        this.channel = channel;
        this.lock = lock;
        this.before = before;
    }

    /** Turns it on, or skips the test with the reason. */
    public static UringSwitch turnOn() throws IOException {
        Assumptions.assumeTrue(Files.exists(PARAMETER), "this kernel has no FUSE over io_uring");
        Assumptions.assumeTrue(Files.isWritable(PARAMETER), "not root, who alone may turn FUSE over io_uring on");
        HERE.acquireUninterruptibly();
        FileChannel channel = null;
        try {
            channel = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.lock();
            String before = Files.readString(PARAMETER);
            Files.writeString(PARAMETER, "Y");
            return new UringSwitch(channel, lock, before);
        } catch (IOException e) {
            if (channel != null) {
                channel.close();
            }
            HERE.release();
            Assumptions.abort("FUSE over io_uring cannot be turned on: " + e.getMessage());
            throw e;
        }
    }

    @Override public void close() throws IOException {
        try (channel; lock) {
            Files.writeString(PARAMETER, before);
        } finally {
            HERE.release();
        }
    }
}

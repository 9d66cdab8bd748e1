package org.hexfuse.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.hexfuse.transport.linux.Mounts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code hexfuse umount}. */
@Command(name = "umount", description = "Unmount a filesystem, also one whose server is dead.", mixinStandardHelpOptions = true) final class UmountCommand
        implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "where it is mounted") private Path mountPoint;

    @Override public Integer call() throws Exception {
        Mounts.unmount(mountPoint);
        return 0;
    }
}

package org.hexfuse.command;

import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Mount;
import org.hexfuse.server.program.MountArguments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hexfuse mount}. */
@Command(name = "mount", description = "Mount a filesystem, until it is unmounted or Ctrl-C.", mixinStandardHelpOptions = true, sortOptions = false) final class MountCommand
        implements Callable<Integer> {
    /** The text between filesystem and mount point in the line that reports a mount. */
    static final String MOUNTED = " is mounted on ";

    private final FileSystems fileSystems;
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FS", description = "what to mount, such as memory:?size=1g") private String what;

    @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "a directory, or /dev/fd/N for a device that is mounted") private Path mountPoint;

    @Option(names = "-o", paramLabel = "OPT", description = "options of the mount: allow_other, default_permissions, ro, suid, dev, noexec, noatime, "
            + "max_read=N, fsname=NAME, subtype=NAME, auto_unmount, attr_timeout=SECONDS, entry_timeout=SECONDS, "
            + "max_inflight=BYTES, max_threads=N; a backslash keeps a comma in a name") private List<String> options = List
                    .of();

    @Option(names = "--threads", paramLabel = "N", description = "threads that read requests, one for each processor unless given") private int threads = Math
            .max(2, Runtime.getRuntime().availableProcessors());

    @Option(names = "--daemon", description = "run in the background and return when mounted; logs to a file") private boolean daemon;

    @Option(names = "--log", paramLabel = "FILE", description = "the log of a daemon; below ~/.local/state unless given") private Path log;

    @Option(names = "--debug", description = "log every request and reply to standard error, one line each") private boolean debug;

    @Inject MountCommand(FileSystems fileSystems) {
        this.fileSystems = fileSystems;
    }

    @Override public Integer call() throws Exception {
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("--threads takes a number from 1 to 1024 and not " + threads);
        }
        if (Files.exists(mountPoint) && !Files.isDirectory(mountPoint) && !mountPoint.startsWith("/dev/fd")) {
            throw new IOException(mountPoint + " is not a directory");
        }
        if (debug) {
            Logging.everything();
        }
        if (daemon) {
            return MountDaemon.start(spec, mountPoint, Optional.ofNullable(log));
        }
        FuseFileSystem fileSystem = fileSystems.create(FileSystems.parse(what));
        List<String> split = options.stream().flatMap(text -> MountArguments.splitOptions(text).stream()).toList();
        try (Mount mount = Fuse.mount(fileSystem, mountPoint, split, threads)) {
            spec.commandLine().getOut().println(what + MOUNTED + mount.mountPoint());
            spec.commandLine().getOut().flush();
            mount.await();
        }
        return 0;
    }
}

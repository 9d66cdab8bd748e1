package org.hexfuse.command;

import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.nio.mount.OwnedFileSystem;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.Mount;
import org.hexfuse.server.program.MountArguments;
import org.hexfuse.transport.linux.Mounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

    private static final Logger LOG = LoggerFactory.getLogger(MountCommand.class);

    private final FileSystems fileSystems;
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FS", description = "what to mount, such as memory:?size=1g") private String what;

    @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "a directory, or /dev/fd/N for a device that is mounted") private Path mountPoint;

    @Option(names = "-o", paramLabel = "OPT", description = "options of the mount: allow_other, default_permissions, ro, suid, dev, noexec, noatime, "
            + "max_read=N, fsname=NAME, subtype=NAME, auto_unmount, attr_timeout=SECONDS, entry_timeout=SECONDS, "
            + "max_inflight=BYTES, max_threads=N, io_uring, io_uring_depth=N; a backslash keeps a comma in a name") private List<String> options = List
                    .of();

    @Option(names = "--threads", paramLabel = "N", description = "threads that read requests, one for each processor unless given") private int threads = Math
            .max(2, Runtime.getRuntime().availableProcessors());

    @Option(names = "--takeover", description = "take over a mount that another hexfuse serves with the same FS, which ends then; files stay open") private boolean takeover;

    @Option(names = "--handover-socket", paramLabel = "FILE", description = "where the mount can be taken over, below ~/.local/state unless given") private Path handoverSocket;

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
        if (!takeover && !isGiven() && Files.exists(mountPoint) && !Files.isDirectory(mountPoint)) {
            throw new IOException(mountPoint + " is not a directory");
        }
        if (debug) {
            Logging.everything();
        }
        if (daemon) {
            return MountDaemon.start(spec, mountPoint, Optional.ofNullable(log));
        }
        FuseFileSystem fileSystem = fileSystems.create(FileSystems.parse(what));
        try (var _ = new OwnedFileSystem(fileSystem);
                Mount mount = takeover ? takeOver(fileSystem) : mount(fileSystem)) {
            if (fileSystem.handover().isPresent() && !isGiven()) {
                offer(mount);
            }
            print(what + MOUNTED + mount.mountPoint());
            mount.await();
            if (mount.successor().isPresent()) {
                print(mount.mountPoint() + " was taken over by process " + mount.successor().getAsLong());
            }
        }
        return 0;
    }

    /** Whether another process has mounted it and passed the device on. */
    private boolean isGiven() {
        return Mounts.isGiven(mountPoint);
    }

    private List<String> splitOptions() {
        return options.stream().flatMap(text -> MountArguments.splitOptions(text).stream()).toList();
    }

    private void print(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    private Mount mount(FuseFileSystem fileSystem) throws IOException, InterruptedException {
        return Fuse.mount(fileSystem, mountPoint, splitOptions(), threads);
    }

    private Mount takeOver(FuseFileSystem fileSystem) throws IOException, InterruptedException {
        if (fileSystem.handover().isEmpty()) {
            throw new IOException(what + " cannot be handed over");
        }
        String point = Mounts.point(mountPoint);
        Path socket = handoverSocket == null ? HandoverSocket.of(point) : handoverSocket;
        int user = Mounts.user(mountPoint).orElse(ProcessIds.uid());
        if (handoverSocket == null && user != ProcessIds.uid()) {
            throw new IOException(mountPoint + " is mounted by another user, " + Integer.toUnsignedString(user));
        }
        if (!Files.exists(socket)) {
            throw new IOException("no hexfuse serves " + mountPoint + ", or it cannot be taken over: there is no "
                    + socket);
        }
        return FuseServer.serve(fileSystem).threads(threads).takeOver(mountPoint, socket,
                splitOptions().toArray(String[]::new));
    }

    /** The mount is served all the same if it cannot be taken over. */
    private void offer(Mount mount) throws InterruptedException {
        try {
            if (handoverSocket == null) {
                HandoverSocket.makeDirectory();
                mount.offerHandover(HandoverSocket.of(Mounts.point(mount.mountPoint())));
            } else {
                mount.offerHandover(handoverSocket);
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be taken over: {}", mount.mountPoint(), ErrorReport.oneLine(e.getMessage()));
        }
    }
}

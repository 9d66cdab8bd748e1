package org.hexfuse.command;

import jakarta.inject.Inject;
import java.util.concurrent.Callable;
import org.hexfuse.nio.mount.OwnedFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.transport.Address;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hexfuse serve}. */
@Command(name = "serve", description = "Serve a filesystem at an address, until Ctrl-C.", mixinStandardHelpOptions = true, sortOptions = false) final class ServeCommand
        implements Callable<Integer> {
    private final FileSystems fileSystems;
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FS", description = "the filesystem, such as memory:") private String what;

    @Parameters(index = "1", paramLabel = "ADDRESS", description = "the address, such as unix:files.sock") private String where;

    @Option(names = "--threads", paramLabel = "N", description = "threads that read requests of one session") private int threads = Math
            .max(2, Runtime.getRuntime().availableProcessors());

    @Option(names = "--debug", description = "log every request and reply to standard error, one line each") private boolean debug;

    @Inject ServeCommand(FileSystems fileSystems) {
        this.fileSystems = fileSystems;
    }

    @Override public Integer call() throws Exception {
        if (debug) {
            Logging.everything();
        }
        FuseFileSystem fileSystem = fileSystems.create(FileSystems.parse(what));
        try (var _ = new OwnedFileSystem(fileSystem);
                FuseServer server = FuseServer.serve(fileSystem).at(Address.parse(where)).threads(threads).start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "hexfuse-close"));
            spec.commandLine().getOut().println(what + " is served at " + server.address());
            spec.commandLine().getOut().flush();
            server.await();
        }
        return 0;
    }
}

package org.hexfuse.testkit.junit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.filter.FaultyFileSystem;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.VirtualClock;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.VfsClient;
import org.hexfuse.testkit.record.Recorder;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/** The mount of one test, with the values of its parameters. */
final class TestMount {
    /** How the mount ends. */
    private interface Unmount {
        void run(boolean succeeded) throws Exception;
    }

    /** What is checked when the filesystem is closed. */
    private interface Check {
        void run() throws Exception;
    }

    private final TestMembers.Found<FuseFileSystem> served;
    private final Map<Class<?>, Object> values = new HashMap<>();
    private final Recorder recorder = new Recorder();
    private Optional<Path> directory = Optional.empty();
    private Unmount unmount = _ -> {};
    private Check afterwards = () -> {};

    private TestMount(TestMembers.Found<FuseFileSystem> served) {
        this.served = served;
        values.put(Recorder.class, recorder);
    }

    static TestMount here(TestMembers.Found<FuseFileSystem> served, TestedKernel kernel, String address,
            VfsOptions options, boolean virtual, boolean failOnLeaks) throws IOException {
        var mount = new TestMount(served);
        try {
            mount.connect(kernel, address, options, virtual, failOnLeaks);
            return mount;
        } catch (IOException | RuntimeException e) {
            mount.closeAfter(e);
            throw e;
        }
    }

    private void connect(TestedKernel kernel, String address, VfsOptions options, boolean virtual,
            boolean failOnLeaks) throws IOException {
        UserKernel.Builder builder = UserKernel.serving(served.value()).at(complete(address)).options(options)
                .kernel(kernel.profile()).recorder(recorder);
        if (virtual) {
            var clock = new VirtualClock();
            values.put(VirtualClock.class, clock);
            builder.clock(clock);
        }
        UserKernel user = builder.connect();
        values.put(UserKernel.class, user);
        values.put(Vfs.class, user.vfs());
        values.put(PosixClient.class, new VfsClient(user.vfs()));
        unmount = succeeded -> {
            if (failOnLeaks && succeeded) {
                user.failOnLeaks();
            }
            user.close();
        };
    }

    /** The address with a socket of its own where it has none. */
    private String complete(String address) throws IOException {
        Address parsed = Address.parse(address);
        if (!parsed.path().isEmpty() || !parsed.scheme().startsWith("unix")) {
            return address;
        }
        Path made = Files.createTempDirectory("hexfuse-");
        directory = Optional.of(made);
        return parsed.withPath(made.resolve("socket").toString()).toString();
    }

    static TestMount byRunningKernel(TestMembers.Found<FuseFileSystem> served, boolean failOnLeaks,
            String... options) throws IOException, InterruptedException {
        var mount = new TestMount(served);
        var threads = new MountThreads();
        try {
            threads.run(() -> mount.mount(failOnLeaks, options));
            if (failOnLeaks) {
                mount.afterwards = threads::assertEnded;
            }
            return mount;
        } catch (IOException | InterruptedException | RuntimeException e) {
            mount.closeAfter(e);
            throw e;
        }
    }

    private void mount(boolean failOnLeaks, String... options) throws IOException, InterruptedException {
        RunningKernel running = RunningKernel
                .mount(FuseServer.serve(served.value()).decorateLinks(recorder::decorate), options);
        values.put(Path.class, running.path());
        unmount = succeeded -> {
            if (failOnLeaks && succeeded) {
                running.failOnLeaks();
            }
            try {
                closeClient();
            } finally {
                running.close();
            }
        };
    }

    private void closeAfter(Exception failure) {
        try {
            close(false);
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private void closeClient() {
        if (values.get(PosixClient.class) instanceof PosixClient client) {
            client.close();
        }
    }

    /** The value of a parameter of that type. On the running kernel a client has a thread of its own, so it is made when needed. */
    Object get(Class<?> type) {
        if (type == PosixClient.class && values.get(Path.class) instanceof Path point) {
            values.computeIfAbsent(type, _ -> new LibcClient(point));
        }
        Object value = values.get(type);
        if (value == null) {
            throw new IllegalStateException("the test method has no parameter " + type.getSimpleName()
                    + ", which other methods then have neither");
        }
        return value;
    }

    /** Adds to a failure which faults were injected, if any were. */
    void explain(Throwable failure) {
        FilterFileSystem.layers(served.value()).filter(FaultyFileSystem.class::isInstance)
                .forEach(faulty -> failure.addSuppressed(new InjectedFaults(faulty.toString())));
    }

    /** Printed with the failure of a test, and has no stack of its own. */
    private static final class InjectedFaults extends Exception {
        private static final long serialVersionUID = 1;

        InjectedFaults(String faults) {
            super(faults, null, false, false);
        }
    }

    /**
     * Unmounts, and closes the filesystem, each even if what is before it fails.
     *
     * @param succeeded whether the test has, so that leaks are looked for
     */
    void close(boolean succeeded) throws Exception {
        try {
            unmount.run(succeeded);
        } finally {
            try {
                if (served.own() && served.value() instanceof AutoCloseable closeable) {
                    closeable.close();
                }
            } finally {
                if (directory.isPresent()) {
                    Files.deleteIfExists(directory.get().resolve("socket"));
                    Files.deleteIfExists(directory.get());
                }
            }
        }
        if (succeeded) {
            afterwards.run();
        }
    }
}

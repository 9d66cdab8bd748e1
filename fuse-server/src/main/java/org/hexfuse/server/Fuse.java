package org.hexfuse.server;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hexfuse.transport.Address;

/** Mounts filesystems on the real kernel. {@link FuseServer.Builder#mount} has more settings, such as a listener. */
public final class Fuse {
    private static final String SCHEME = "linux";

    private Fuse() {}

    /**
     * Mounts a filesystem and waits until it can be used. It is unmounted when the {@link Mount} is closed, or the JVM exits.
     *
     * @param mountPoint a directory
     * @param options as those of {@code mount -o}, such as {@code allow_other} or {@code fsname=vault}; {@code attr_timeout} and
     *        {@code entry_timeout} in seconds, {@code max_inflight} in bytes, {@code max_threads}, see {@link FuseServer.Builder};
     *        {@code io_uring} and {@code io_uring_depth}, which have effect where the kernel, the process and the filesystem allow it
     * @throws IllegalArgumentException if an option is malformed
     * @throws IOException if it cannot be mounted; the message has the reason in one line
     */
    public static Mount mount(FuseFileSystem fileSystem, Path mountPoint, String... options)
            throws IOException, InterruptedException {
        return mount(FuseServer.serve(fileSystem), fileSystem, mountPoint, List.of(options));
    }

    /** As {@link #mount(FuseFileSystem, Path, String...)}, with {@code threads} threads that read requests. */
    public static Mount mount(FuseFileSystem fileSystem, Path mountPoint, List<String> options, int threads)
            throws IOException, InterruptedException {
        return mount(FuseServer.serve(fileSystem).threads(threads), fileSystem, mountPoint, options);
    }

    static Mount mount(FuseServer.Builder builder, FuseFileSystem fileSystem, Path mountPoint,
            List<String> options)
            throws IOException, InterruptedException {
        List<String> forTransport = new ArrayList<>();
        for (String option : options) {
            if (!apply(builder, option)) {
                forTransport.add(option);
            }
        }
        Address address = address(mountPoint, forTransport, fileSystem.kernelChecksPermissions());
        return new Mount(builder.at(address), mountPoint, FuseServer::awaitReady);
    }

    /**
     * Takes over a mount that another process serves with the same kind of filesystem, and offers at {@code socket}, see
     * {@link Mount#offerHandover}. Requests wait meanwhile; files stay open. The mount keeps its options and timeouts. From then on it is
     * this process's, as if it had mounted it.
     *
     * @param mountPoint where it is mounted
     * @param options those of the server only: {@code max_inflight}, {@code max_threads}
     * @throws IOException if it cannot be taken over, with the reason in one line; the other process serves it on
     */
    public static Mount takeOver(FuseFileSystem fileSystem, Path mountPoint, Path socket, String... options)
            throws IOException, InterruptedException {
        return takeOver(FuseServer.serve(fileSystem), fileSystem, mountPoint, socket, List.of(options));
    }

    static Mount takeOver(FuseServer.Builder builder, FuseFileSystem fileSystem, Path mountPoint, Path socket,
            List<String> options) throws IOException, InterruptedException {
        if (fileSystem.handover().isEmpty()) {
            throw new IOException(fileSystem.getClass().getName() + " cannot take a mount over");
        }
        for (String option : options) {
            if (option.startsWith("attr_timeout") || option.startsWith("entry_timeout") || !apply(builder, option)) {
                throw new IllegalArgumentException("a mount that is taken over keeps its options; leave out '" + option
                        + "'");
            }
        }
        var address = new Address(SCHEME, mountPoint.toAbsolutePath().normalize().toString(),
                Map.of("takeover", socket.toAbsolutePath().toString()));
        return new Mount(builder.at(address), mountPoint, FuseServer::awaitTakenOver);
    }

    /** Applies an option of the server. Returns false for one of the transport. */
    private static boolean apply(FuseServer.Builder builder, String option) {
        int equals = option.indexOf('=');
        String value = equals < 0 ? "" : option.substring(equals + 1);
        switch (equals < 0 ? option : option.substring(0, equals)) {
            case "attr_timeout" -> builder.attrTimeout(seconds(option, value));
            case "entry_timeout" -> builder.entryTimeout(seconds(option, value));
            case "max_inflight" -> builder.maxInflight(bytes(option, value));
            case "max_threads" -> builder.maxThreads(count(option, value));
            default -> {
                return false;
            }
        }
        return true;
    }

    private static Duration seconds(String option, String value) {
        if (!value.matches("[0-9]{1,9}([.][0-9]{1,9})?")) {
            throw new IllegalArgumentException("'" + option + "' needs a number of seconds, such as 1.5");
        }
        return Duration.ofNanos(new BigDecimal(value).movePointRight(9).longValueExact());
    }

    private static int count(String option, String value) {
        if (!value.matches("[1-9][0-9]{0,4}")) {
            throw new IllegalArgumentException("'" + option + "' needs a number of threads");
        }
        return Integer.parseInt(value);
    }

    private static long bytes(String option, String value) {
        if (!value.matches("[0-9]{1,15}")) {
            throw new IllegalArgumentException("'" + option + "' needs a number of bytes");
        }
        return Long.parseLong(value);
    }

    private static Address address(Path mountPoint, List<String> options, boolean kernelChecksPermissions) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (kernelChecksPermissions) {
            parameters.put("default_permissions", "");
        }
        for (String option : options) {
            int equals = option.indexOf('=');
            parameters.put(equals < 0 ? option : option.substring(0, equals),
                    equals < 0 ? "" : option.substring(equals + 1));
        }
        return new Address(SCHEME, mountPoint.toAbsolutePath().normalize().toString(), parameters);
    }
}

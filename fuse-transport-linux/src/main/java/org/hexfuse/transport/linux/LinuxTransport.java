package org.hexfuse.transport.linux;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.linux.uring.UringLink;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.ServerTransportProvider;
import org.hexfuse.transport.spi.SingleLinkEndpoint;
import org.slf4j.Logger;

/**
 * The transport {@code linux:/mount/point?option&option=value}: mounts on a directory, or on a regular file.
 *
 * <p>The options are those of {@code mount(8)} and {@code fuse(8)}: {@code allow_other}, {@code default_permissions},
 * {@code max_read=N}, {@code fsname=NAME}, {@code subtype=NAME}, {@code auto_unmount}, {@code ro}, {@code rw},
 * {@code [no]suid}, {@code [no]dev}, {@code [no]exec}, {@code [no]atime}, {@code sync}, {@code async}, {@code dirsync}.
 * The parameter {@code takeover=SOCKET}, without others, takes over a mount that another process serves.
 * {@code io_uring} has requests come over io_uring, {@code io_uring_depth=N} of them at once by each processor.
 * Without options set-user-id bits and device files have no effect and other users have no access, as with libfuse.
 *
 * <p>{@code linux:/dev/fd/N} serves a device that a parent process has mounted and passed on as descriptor N, for a server without
 * privileges: that process chose the options and unmounts, and the descriptor is closed with the link. Source: {@code fuse(8)}.
 */
@SuppressWarnings("exports") // an annotation that only the compiler reads
@AutoService(ServerTransportProvider.class) public final class LinuxTransport implements ServerTransportProvider {
    private static final Logger LOG = Loggers.of(LinuxTransport.class);

    /** Called by {@link java.util.ServiceLoader}. */
    public LinuxTransport() {}

    @Override public String scheme() {
        return "linux";
    }

    @Override public String description() {
        return "the Linux kernel: a mount on a directory, by mount(2) or fusermount3";
    }

    @Override public ServerEndpoint open(Address address) throws IOException {
        if (address.parameter(LinuxTakeover.PARAMETER).isPresent()) {
            return LinuxTakeover.open(address);
        }
        MountOptions options = MountOptions.of(address);
        if (KernelMount.isGiven(address.path())) {
            KernelMount given = KernelMount.given(address.path());
            if (options.uringDepth().isPresent()) {
                LOG.warn("{} is not served over io_uring, which a mount point of another process cannot be",
                        address.path());
            }
            return new SingleLinkEndpoint(address, disconnected -> new LinuxLink(given, disconnected));
        }
        MountPoint point = MountPoint.of(address.path());
        KernelMount mount = KernelMount.mount(point, options);
        return new SingleLinkEndpoint(address.withPath(point.path()),
                disconnected -> link(mount, options, disconnected));
    }

    private static ServerLink link(KernelMount mount, MountOptions options, Runnable disconnected) {
        var link = new LinuxLink(mount, disconnected);
        return options.uringDepth().isEmpty() ? link
                : new UringLink(link, mount.point(), mount.device(), options.uringDepth().getAsInt(), disconnected);
    }
}

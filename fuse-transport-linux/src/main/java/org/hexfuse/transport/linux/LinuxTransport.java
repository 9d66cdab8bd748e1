package org.hexfuse.transport.linux;

import com.google.auto.service.AutoService;
import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.spi.ServerTransportProvider;
import org.hexfuse.transport.spi.SingleLinkEndpoint;

/**
 * The transport {@code linux:/mount/point?option&option=value}: mounts on a directory, or on a regular file.
 *
 * <p>The options are those of {@code mount(8)} and {@code fuse(8)}: {@code allow_other}, {@code default_permissions},
 * {@code max_read=N}, {@code fsname=NAME}, {@code subtype=NAME}, {@code auto_unmount}, {@code ro}, {@code rw},
 * {@code [no]suid}, {@code [no]dev}, {@code [no]exec}, {@code [no]atime}, {@code sync}, {@code async}, {@code dirsync}.
 * The parameter {@code takeover=SOCKET}, without others, takes over a mount that another process serves.
 * Without options set-user-id bits and device files have no effect and other users have no access, as with libfuse.
 *
 * <p>{@code linux:/dev/fd/N} serves a device that a parent process has mounted and passed on as descriptor N, for a server without
 * privileges: that process chose the options and unmounts, and the descriptor is closed with the link. Source: {@code fuse(8)}.
 */
@SuppressWarnings("exports") // an annotation that only the compiler reads
@AutoService(ServerTransportProvider.class) public final class LinuxTransport implements ServerTransportProvider {
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
            return new SingleLinkEndpoint(address, disconnected -> new LinuxLink(given, disconnected));
        }
        MountPoint point = MountPoint.of(address.path());
        KernelMount mount = KernelMount.mount(point, options);
        return new SingleLinkEndpoint(address.withPath(point.path()),
                disconnected -> new LinuxLink(mount, disconnected));
    }
}

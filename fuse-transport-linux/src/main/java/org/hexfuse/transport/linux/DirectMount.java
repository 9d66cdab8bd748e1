package org.hexfuse.transport.linux;

import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.FilesystemContext;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.ProcessIds;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Mounts by system calls, which need CAP_SYS_ADMIN: by {@code fsopen(2)} and its brothers where the kernel has them and lets this
 * process use them, else by {@code mount(2)}.
 */
final class DirectMount {
    private static final Logger LOG = Loggers.of(DirectMount.class);

    private DirectMount() {}

    static void mount(Fd device, MountPoint point, MountOptions options) throws LibcException {
        FilesystemContext context;
        try {
            context = FilesystemContext.open("fuse");
        } catch (LibcException e) {
            // Linux before 5.2 has no such call, and a container's filter may allow mount(2) alone.
            if (e.errno() != Errno.ENOSYS && e.errno() != Errno.EPERM) {
                throw e;
            }
            LOG.debug("{}; mounting by mount(2)", e.getMessage());
            mountAtOnce(device, point, options);
            return;
        }
        try (context) {
            mountByContext(context, device, point, options);
        }
    }

    static void mountByContext(FilesystemContext context, Fd device, MountPoint point, MountOptions options)
            throws LibcException {
        context.set("source", options.fsname());
        if (!options.subtype().isEmpty()) {
            context.set("subtype", options.subtype());
        }
        for (String option : options.ofFilesystem()) {
            context.set(option);
        }
        for (String option : forKernel(device, point, options)) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                context.set(option);
            } else {
                context.set(option.substring(0, equals), option.substring(equals + 1));
            }
        }
        try (Fd mount = context.mount(options.attributes())) {
            FilesystemContext.attach(mount, point.path());
        }
    }

    static void mountAtOnce(Fd device, MountPoint point, MountOptions options) throws LibcException {
        MountCalls.mount(options.fsname(), point.path(), options.type(), options.flags(),
                String.join(",", forKernel(device, point, options)));
    }

    private static List<String> forKernel(Fd device, MountPoint point, MountOptions options) {
        return options.forKernel(device.value(), point.kind(), ProcessIds.uid(), ProcessIds.gid());
    }
}

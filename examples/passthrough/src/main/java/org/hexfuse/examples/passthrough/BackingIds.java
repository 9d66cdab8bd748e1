package org.hexfuse.examples.passthrough;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.libc.Fd;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether kernels read and write the files themselves: where the kernel, its privileges and the stacking of filesystems allow it. Why
 * not is logged once.
 */
final class BackingIds {
    private static final Logger LOG = LoggerFactory.getLogger(BackingIds.class);

    private final boolean wanted;
    /** By device, whether its files can be backing files. */
    private final Map<Long, Boolean> usable = new ConcurrentHashMap<>();

    BackingIds(boolean wanted) {
        this.wanted = wanted;
    }

    /** Enables it for a session, if that is possible. */
    void negotiate(InitNegotiation negotiation) {
        if (!wanted) {
            return;
        }
        String reason = null;
        try {
            if (!negotiation.enable(InitFlag.PASSTHROUGH)) {
                reason = "the kernel does not offer it";
            }
        } catch (IllegalArgumentException e) {
            reason = e.getMessage();
        }
        if (reason != null) {
            LOG.info("no backing files, this process reads and writes: {}", reason);
        }
    }

    /** Whether an open file is to be a backing file. The same for all that are open at once. */
    boolean usable(Session session, BackingInode inode, Fd fd) {
        return wanted && session.has(InitFlag.PASSTHROUGH)
                && usable.computeIfAbsent(inode.key().dev(), _ -> probe(session, fd));
    }

    private static boolean probe(Session session, Fd fd) {
        return session.backingFiles().map(registry -> {
            try {
                registry.close(registry.open(fd.value()));
                return true;
            } catch (FuseException e) {
                LOG.info("no backing files, this process reads and writes: registering one fails with {}", e.errno());
                return false;
            }
        }).orElse(false);
    }
}

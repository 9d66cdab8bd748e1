package org.hexfuse.server.tree;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FutureReply;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Open;
import org.hexfuse.server.OpenDir;
import org.hexfuse.server.Session;
import org.hexfuse.server.dispatch.Failures;

/** Operations that no kernel has sent, in a session that is about to begin. Their replies may be late. */
final class ByHand {
    /** How long a late reply may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** What a file that exists must not be opened with, to be what it was. */
    private static final int ONCE = OpenFlags.CREAT | OpenFlags.EXCL | OpenFlags.NOCTTY | OpenFlags.TRUNC;
    private static final Set<Errno> GONE = Set.of(Errno.ENOENT, Errno.ENOTDIR, Errno.ESTALE);

    private final TreeFileSystem fileSystem;
    private final Session session;

    ByHand(TreeFileSystem fileSystem, Session session) {
        this.fileSystem = fileSystem;
        this.session = session;
    }

    /**
     * Looks a name up; what is found has another reference then.
     *
     * @param what names the file in an error
     */
    Optional<Node> lookup(Node directory, Name name, Object what) throws IOException, InterruptedException {
        try {
            Entry entry = FutureReply.of(Lookup.of(directory.id, name).withSession(session), fileSystem::lookup)
                    .await(PATIENCE);
            return entry.node() == 0 ? Optional.empty() : Optional.of(fileSystem.node(entry.node()));
        } catch (IOException | RuntimeException e) {
            if (Failures.errno(e).filter(GONE::contains).isPresent()) {
                return Optional.empty();
            }
            throw new IOException("looking up " + what + " failed: " + e.getMessage(), e);
        }
    }

    /** Opens a file, and returns its number. */
    long open(Node node, int flags) throws IOException, InterruptedException {
        boolean unnamed = (flags & OpenFlags.TMPFILE) == OpenFlags.TMPFILE;
        Open op = Open.of(node.id, flags & ~(unnamed ? ONCE | OpenFlags.TMPFILE : ONCE)).withSession(session);
        try {
            return FutureReply.of(op, fileSystem::open).await(PATIENCE).handle();
        } catch (IOException | RuntimeException e) {
            throw new IOException("opening " + node + " failed: " + e.getMessage(), e);
        }
    }

    /** Opens a directory, and returns its number. */
    long opendir(Node node, int flags) throws IOException, InterruptedException {
        OpenDir op = OpenDir.of(node.id).withFlags(flags).withSession(session);
        try {
            return FutureReply.of(op, fileSystem::opendir).await(PATIENCE).handle();
        } catch (IOException | RuntimeException e) {
            throw new IOException("opening " + node + " failed: " + e.getMessage(), e);
        }
    }
}

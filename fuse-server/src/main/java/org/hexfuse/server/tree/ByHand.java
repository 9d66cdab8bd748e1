package org.hexfuse.server.tree;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Blocking;
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
    private static final int TOGETHER = 64;
    /** What a file that exists must not be opened with, to be what it was. */
    private static final int ONCE = OpenFlags.CREAT | OpenFlags.EXCL | OpenFlags.NOCTTY | OpenFlags.TRUNC;
    private static final Set<Errno> GONE = Set.of(Errno.ENOENT, Errno.ENOTDIR, Errno.ESTALE);

    private final TreeFileSystem fileSystem;
    private final Session session;

    ByHand(TreeFileSystem fileSystem, Session session) {
        this.fileSystem = fileSystem;
        this.session = session;
    }

    /** Looks names up, several at the same time if the filesystem waits for something. What is found has another reference then. */
    List<Optional<Node>> lookup(Node directory, List<Name> names) throws IOException, InterruptedException {
        var found = new ArrayList<Optional<Node>>(names.size());
        if (names.size() == 1 || fileSystem.blocking() != Blocking.IN_JAVA) {
            for (Name name : names) {
                found.add(lookup(directory, name));
            }
            return found;
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int from = 0; from < names.size(); from += TOGETHER) {
                List<Callable<Optional<Node>>> some = names.subList(from, Math.min(names.size(), from + TOGETHER))
                        .stream().<Callable<Optional<Node>>>map(name -> () -> lookup(directory, name)).toList();
                for (Future<Optional<Node>> each : threads.invokeAll(some)) {
                    found.add(each.get());
                }
            }
            return found;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    private Optional<Node> lookup(Node directory, Name name) throws IOException, InterruptedException {
        try {
            Entry entry = FutureReply.of(Lookup.of(directory.id, name).withSession(session), fileSystem::lookup)
                    .await(PATIENCE);
            return entry.node() == 0 ? Optional.empty() : Optional.of(fileSystem.node(entry.node()));
        } catch (IOException | RuntimeException e) {
            if (Failures.errno(e).filter(GONE::contains).isPresent()) {
                return Optional.empty();
            }
            throw new IOException("looking up " + name + " in " + directory + " failed: " + e.getMessage(), e);
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

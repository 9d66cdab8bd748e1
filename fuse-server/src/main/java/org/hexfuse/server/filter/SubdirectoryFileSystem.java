package org.hexfuse.server.filter;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Created;
import org.hexfuse.server.Deferrable;
import org.hexfuse.server.DirPlusReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.Forget;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Handover;
import org.hexfuse.server.FutureReply;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Operation;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.Rename;
import org.hexfuse.server.Session;

/**
 * Serves a directory of a filesystem as its root, so that nothing outside it can be reached. The directory is looked up when a session
 * begins, by names that are no symbolic links, and stays the root of that session when it is moved; a session does not begin without it.
 */
public final class SubdirectoryFileSystem extends FilterFileSystem {
    /** INIT times out as well. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Name PARENT = Name.of("..");

    private final List<Name> path;
    private final Map<Session, RootedSession> sessions = new ConcurrentHashMap<>();

    /** The directory {@code path} of {@code delegate}, its names separated by slashes. */
    public SubdirectoryFileSystem(FuseFileSystem delegate, String path) {
        super(delegate);
        this.path = Arrays.stream(path.split("/")).filter(name -> !name.isEmpty()).map(Name::of).toList();
        if (this.path.contains(PARENT) || this.path.contains(Name.of("."))) {
            throw new IllegalArgumentException("a path with '.' or '..': " + path);
        }
    }

    /** That of the delegate, with the directory. A successor serves the directory of the same path. */
    @Override public Optional<Handover> handover() {
        return super.handover().map(handover -> new RootedHandover(handover, this));
    }

    @Override public void init(InitNegotiation negotiation) throws IOException, InterruptedException {
        var session = new RootedSession(negotiation.session());
        super.init(new RootedNegotiation(negotiation, session));
        try {
            if (!negotiation.resumes()) {
                session.setRoot(resolve(session), path.isEmpty() ? 0 : 1);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            delegate().destroy(session);
            throw e;
        }
        sessions.put(negotiation.session(), session);
    }

    @Override public void destroy(Session session) {
        RootedSession rooted = sessions.remove(session);
        try {
            if (rooted.holdsRoot()) {
                forget(rooted, rooted.root());
            }
        } finally {
            super.destroy(rooted);
        }
    }

    /** Looks the directory up; its lookup count is one higher then, and those of the directories above are what they were. */
    private long resolve(RootedSession session) throws IOException, InterruptedException {
        long node = ROOT;
        for (Name name : path) {
            long above = node;
            try {
                node = lookup(session, above, name);
            } finally {
                forget(session, above);
            }
        }
        return node;
    }

    private long lookup(RootedSession session, long directory, Name name) throws IOException, InterruptedException {
        Entry entry = FutureReply.of(Lookup.of(directory, name).withSession(session), delegate()::lookup)
                .await(PATIENCE);
        if (entry.node() == 0) {
            throw FuseException.of(Errno.ENOENT);
        }
        if (FileType.ofMode(entry.attr().mode()).orElse(FileType.REGULAR) != FileType.DIRECTORY) {
            forget(session, entry.node());
            throw FuseException.of(Errno.ENOTDIR);
        }
        return entry.node();
    }

    private void forget(RootedSession session, long node) {
        if (node == ROOT) {
            return;
        }
        try {
            delegate().forget(Forget.of(node, 1).withSession(session));
        } catch (IOException e) {
            throw FuseException.of(Errno.EIO, e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    List<Name> path() {
        return path;
    }

    FuseFileSystem served() {
        return delegate();
    }

    private RootedSession session(Operation<?> op) {
        return session(op.session());
    }

    RootedSession session(Session kernel) {
        RootedSession session = sessions.get(kernel);
        if (session == null) {
            throw new IllegalStateException("an operation of a session that has not begun");
        }
        return session;
    }

    @Override protected <O extends Operation<O>> O before(O op) {
        RootedSession session = session(op);
        return op.withSession(session).withNode(session.inward(op.node()));
    }

    @Override protected <O extends Operation<O> & Deferrable<O, R>, R> R around(O op, Call<O, R> call)
            throws IOException, InterruptedException {
        RootedSession session = (RootedSession) op.session();
        return mapResult(op, call, result -> outward(session, result));
    }

    /** The type of a result stays the same. */
    @SuppressWarnings("unchecked") private static <R> R outward(RootedSession session, R result) {
        return (R) switch (result) {
            case null -> null;
            case Entry entry -> outward(session, entry);
            case Created created -> new Created(outward(session, created.entry()), created.opened());
            default -> result;
        };
    }

    private static Entry outward(RootedSession session, Entry entry) {
        return entry.node() == 0 ? entry : entry.node(session.outward(entry.node()));
    }

    /** The parent of the root is the root; only kernels that export the filesystem look it up. */
    @Override public Entry lookup(Lookup op) throws IOException, InterruptedException {
        return super.lookup(op.node() == ROOT && op.name().equals(PARENT) ? op.withName(Name.of(".")) : op);
    }

    @Override public void rename(Rename op) throws IOException, InterruptedException {
        super.rename(op.withTarget(session(op).inward(op.targetDirectory()), op.targetName()));
    }

    @Override public void readdirplus(ReadDir op, DirPlusReply out) throws IOException, InterruptedException {
        RootedSession session = session(op);
        super.readdirplus(op, out.map(entry -> outward(session, entry)));
    }
}

package org.hexfuse.server.filter;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FutureReply;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Handover;
import org.hexfuse.server.handover.SavedName;
import org.hexfuse.server.Session;

/** The handover of a filesystem that is served from one of its directories on: the path and the node of that come first. */
record RootedHandover(Handover origin, SubdirectoryFileSystem fileSystem) implements Handover {
    /** How long late attributes may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Not that of the delegate alone, whose state lacks the directory. */
    @Override public String format() {
        return origin.format() + " subdirectory";
    }

    @Override public void save(Session session, DataOutput out) throws IOException {
        RootedSession rooted = fileSystem.session(session);
        out.writeInt(fileSystem.path().size());
        for (Name name : fileSystem.path()) {
            SavedName.write(name, out);
        }
        out.writeLong(rooted.root());
        origin.save(rooted, out);
    }

    @Override public void restore(Session session, DataInput in) throws IOException {
        RootedSession rooted = fileSystem.session(session);
        List<Name> path = fileSystem.path();
        if (in.readInt() != path.size()) {
            throw new IOException("another directory than '" + text(path) + "' is served");
        }
        for (Name name : path) {
            if (!SavedName.read(in).equals(name)) {
                throw new IOException("another directory than '" + text(path) + "' is served");
            }
        }
        rooted.setRoot(in.readLong(), path.isEmpty() ? 0 : 1);
        origin.restore(rooted, in);
        checkRoot(rooted);
    }

    private static String text(List<Name> path) {
        return path.stream().map(Name::toString).collect(Collectors.joining("/"));
    }

    private void checkRoot(RootedSession session) throws IOException {
        FuseFileSystem delegate = fileSystem.served();
        try {
            Attr attr = FutureReply.of(GetAttr.of(session.root()).withSession(session), delegate::getattr)
                    .await(PATIENCE);
            if (!FileType.DIRECTORY.is(attr.mode())) {
                throw new IOException("the directory that was served is a file");
            }
        } catch (FuseException e) {
            throw new IOException("the directory that was served is not here: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }
}

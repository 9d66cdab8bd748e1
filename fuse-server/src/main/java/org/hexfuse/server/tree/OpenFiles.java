package org.hexfuse.server.tree;

import java.io.IOException;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Release;
import org.hexfuse.server.ReleaseDir;
import org.hexfuse.server.Session;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;

/** From the open file that an author returns to the handle of the reply: it gets a number, or is released if that fails. */
final class OpenFiles {
    private static final RateLimitedLog LIMITED = new RateLimitedLog(Loggers.of(TreeFileSystem.class));

    private final TreeFileSystem owner;
    private final HandleTable handles;

    OpenFiles(TreeFileSystem owner, HandleTable handles) {
        this.owner = owner;
        this.handles = handles;
    }

    /** The late reply of OPEN, whose author gives an open file. */
    LateReply<FileHandle> late(Open op, Node node) {
        Session session = op.session();
        int flags = op.flags();
        return new MappedReply<FileHandle, Opened>(op.deferred(), (handle, origin) -> {
            Opened opened = opened(session, node, handle, flags);
            try {
                return origin.reply(opened);
            } catch (RuntimeException | Error e) {
                discard(opened);
                release(session, node, handle);
                throw e;
            }
        });
    }

    /** Gives an open file a number, or releases it if that fails. */
    Opened opened(Session session, Node node, FileHandle handle, int flags) {
        Objects.requireNonNull(handle, "open returned no handle");
        try {
            return opened(node, handle, flags);
        } catch (RuntimeException | Error e) {
            release(session, node, handle);
            throw e;
        }
    }

    /** Gives an open file a number. */
    Opened opened(Node node, FileHandle handle, int flags) {
        // What may throw comes before the number.
        Opened opened = new Opened(0, mask(handle.openFlags()), handle.passthrough(), 0);
        return new Opened(handles.open(node, handle, flags), opened.flags(), opened.descriptor(), 0);
    }

    private static int mask(Set<OpenOutFlag> flags) {
        return (int) Flag.of(flags.toArray(OpenOutFlag[]::new));
    }

    /** Gives an open directory a number, or releases it if that fails. */
    Opened openedDirectory(Session session, Node directory, int flags) {
        int mask;
        try {
            mask = mask(directory.openFlags());
        } catch (RuntimeException | Error e) {
            try {
                directory.releasedir(ReleaseDir.of(directory.id, 0).withSession(session));
            } catch (IOException | InterruptedException | RuntimeException failure) {
                e.addSuppressed(failure);
            }
            throw e;
        }
        return new Opened(handles.open(new OpenListing(directory, flags)), mask, OptionalInt.empty(), 0);
    }

    /** Takes the number of an open file back that no kernel gets. */
    void discard(Opened opened) {
        owner.drop(handles.release(opened.handle()).node(), 1);
    }

    /** Releases a handle that no kernel gets; {@code node} is null if it is not known. */
    void release(Session session, Node node, FileHandle handle) {
        try {
            handle.release(Release.of(node == null ? 0 : node.id, 0).withSession(session));
        } catch (IOException | InterruptedException | RuntimeException e) {
            LIMITED.warn("release", "release of a handle that no kernel has failed", e);
        }
    }
}

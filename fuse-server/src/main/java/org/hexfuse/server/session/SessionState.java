package org.hexfuse.server.session;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Handover;
import org.hexfuse.server.Session;
import org.hexfuse.server.init.Agreement;
import org.hexfuse.server.init.InitHandler;
import org.hexfuse.server.init.SessionInfo;
import org.hexfuse.server.reply.Timeouts;
import org.hexfuse.server.table.ReferenceTable;
import org.hexfuse.transport.ServerLink;

/** What a successor needs of a session: what was negotiated, the references of the kernel, and the state of the filesystem. */
final class SessionState {
    private final FuseFileSystem fileSystem;
    private final Session session;
    private final SessionInfo info;
    private final InitHandler initialization;
    private final ReferenceTable references;
    private final ServerLink link;

    SessionState(FuseFileSystem fileSystem, Session session, SessionInfo info, InitHandler initialization,
            ReferenceTable references, ServerLink link) {
        this.fileSystem = fileSystem;
        this.session = session;
        this.info = info;
        this.initialization = initialization;
        this.references = references;
        this.link = link;
    }

    /** Writes it. It does not change meanwhile. */
    void save(DataOutput out, Handover handover) throws IOException {
        info.agreement().save(out);
        out.writeBoolean(fileSystem.kernelChecksPermissions());
        info.timeouts().save(out);
        references.save(out);
        handover.save(session, out);
    }

    /** Reads what a predecessor has saved, and begins the session of the filesystem. */
    void restore(DataInput in, Handover handover) throws IOException, InterruptedException {
        Agreement agreed = Agreement.restore(in, link.maxMessage());
        if (in.readBoolean() != fileSystem.kernelChecksPermissions()) {
            throw new IOException("the mount was made with another kernelChecksPermissions()");
        }
        info.timeouts(Timeouts.restore(in));
        initialization.resume(agreed);
        references.restore(in);
        handover.restore(session, in);
    }
}

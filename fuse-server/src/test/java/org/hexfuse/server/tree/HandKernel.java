package org.hexfuse.server.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.DirReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Forget;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.KernelReferences.OpenHandle;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Open;
import org.hexfuse.server.OpenDir;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.Release;
import org.hexfuse.server.ReleaseDir;
import org.hexfuse.server.Session;
import org.hexfuse.server.Write;

/** A kernel whose requests a test makes by hand, and whose filesystem is handed over to another one. It counts its references. */
public final class HandKernel {
    private final Map<Long, Long> lookups = new HashMap<>();
    private final List<OpenHandle> handles = new ArrayList<>();
    private FuseFileSystem fileSystem;
    private Session session;

    /** Serves a filesystem to this kernel. */
    public HandKernel(FuseFileSystem fileSystem) throws Exception {
        begin(fileSystem, false);
    }

    private void begin(FuseFileSystem other, boolean resumes) throws Exception {
        Session begun = mock(Session.class);
        when(begun.references()).thenAnswer(_ -> new KernelReferences(lookups, handles, List.of()));
        InitNegotiation negotiation = mock(InitNegotiation.class);
        when(negotiation.session()).thenReturn(begun);
        when(negotiation.resumes()).thenReturn(resumes);
        other.init(negotiation);
        fileSystem = other;
        session = begun;
    }

    /** The session now. */
    public Session session() {
        return session;
    }

    /** What the filesystem saves. */
    public byte[] save() throws IOException {
        var bytes = new ByteArrayOutputStream();
        fileSystem.handover().orElseThrow().save(session, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    /** Hands over what was saved. If that fails, the filesystem is the former one. */
    public void restore(FuseFileSystem successor, byte... saved) throws Exception {
        FuseFileSystem former = fileSystem;
        Session formerSession = session;
        boolean done = false;
        begin(successor, true);
        try {
            restoreInto(successor, saved);
            done = true;
        } finally {
            if (done) {
                former.destroy(formerSession);
            } else {
                goBack(former, formerSession);
            }
        }
    }

    private void restoreInto(FuseFileSystem successor, byte... saved) throws IOException {
        var in = new ByteArrayInputStream(saved);
        successor.handover().orElseThrow().restore(session, new DataInputStream(in));
        if (in.available() > 0) {
            throw new IOException(in.available() + " bytes are left");
        }
    }

    private void goBack(FuseFileSystem former, Session formerSession) {
        fileSystem.destroy(session);
        fileSystem = former;
        session = formerSession;
    }

    /** Restores what was saved, and then goes on with the former filesystem. */
    public void tryToRestore(FuseFileSystem successor, byte... saved) throws Exception {
        FuseFileSystem former = fileSystem;
        Session formerSession = session;
        begin(successor, true);
        try {
            restoreInto(successor, saved);
        } finally {
            goBack(former, formerSession);
        }
    }

    /** Hands the filesystem over to another one. */
    public void handOver(FuseFileSystem successor) throws Exception {
        restore(successor, save());
    }

    /** The node of a path. */
    public long lookup(String path) throws Exception {
        long node = FuseFileSystem.ROOT;
        for (Path name : Path.of(path)) {
            node = lookup(node, name.toString());
        }
        return node;
    }

    /** The node of a name; 0 if it is absent. */
    public long lookup(long directory, String name) throws Exception {
        Entry entry = fileSystem.lookup(Lookup.of(directory, Name.of(name)).withSession(session));
        if (entry.node() != 0) {
            lookups.merge(entry.node(), 1L, Long::sum);
        }
        return entry.node();
    }

    /** A node that an operation has returned. */
    public long entered(Entry entry) {
        lookups.merge(entry.node(), 1L, Long::sum);
        return entry.node();
    }

    /** A handle that an operation has returned. */
    public long opened(long node, long handle) {
        handles.add(new OpenHandle(node, handle, false, 1));
        return handle;
    }

    /** Forgets all lookups of a node. */
    public void forget(long node) throws Exception {
        fileSystem.forget(Forget.of(node, lookups.remove(node)).withSession(session));
    }

    public Attr getattr(long node) throws Exception {
        return fileSystem.getattr(GetAttr.of(node).withSession(session));
    }

    public long open(long node, int flags) throws Exception {
        return opened(node, fileSystem.open(Open.of(node, flags).withSession(session)).handle());
    }

    public void release(long handle) throws Exception {
        OpenHandle open = find(handle);
        handles.remove(open);
        fileSystem.release(Release.of(open.node(), handle).withSession(session));
    }

    private OpenHandle find(long handle) {
        return handles.stream().filter(each -> each.handle() == handle).findFirst().orElseThrow();
    }

    public String read(long handle) throws Exception {
        byte[] out = new byte[1000];
        DataReply reply = DataReply.into(out);
        fileSystem.read(Read.of(find(handle).node(), handle, 0, out.length).withSession(session), reply);
        return new String(out, 0, (int) reply.written(), UTF_8);
    }

    public void write(long handle, long offset, String text) throws Exception {
        fileSystem.write(Write.of(find(handle).node(), handle, offset, text.getBytes(UTF_8)).withSession(session));
    }

    public long opendir(long node) throws Exception {
        long handle = fileSystem.opendir(OpenDir.of(node).withSession(session)).handle();
        handles.add(new OpenHandle(node, handle, true, 1));
        return handle;
    }

    /** Up to {@code most} names behind a cookie, with their cookies. */
    public List<String> readdir(long handle, long cookie, int most) throws Exception {
        var names = new ArrayList<String>();
        fileSystem.readdir(ReadDir.of(find(handle).node(), handle).withRange(cookie, 1 << 16).withSession(session),
                new DirReply() {
                    @Override public void dots(long ownIno, long parentIno) {
                        // The tree adds them.
                    }

                    @Override public boolean add(Name name, long ino, FileType type) {
                        throw new IllegalArgumentException("a name without a cookie");
                    }

                    @Override public boolean add(Name name, long ino, FileType type, long next) {
                        return names.size() < most && names.add(name + " " + next);
                    }
                });
        return names;
    }

    public void releasedir(long handle) throws Exception {
        OpenHandle open = find(handle);
        handles.remove(open);
        fileSystem.releasedir(ReleaseDir.of(open.node(), handle).withSession(session));
    }

    /** Closes and forgets everything. */
    public void end() throws Exception {
        for (OpenHandle open : List.copyOf(handles)) {
            if (open.directory()) {
                releasedir(open.handle());
            } else {
                release(open.handle());
            }
        }
        for (long node : List.copyOf(lookups.keySet())) {
            forget(node);
        }
        fileSystem.destroy(session);
    }
}

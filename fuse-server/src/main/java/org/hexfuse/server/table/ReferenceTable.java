package org.hexfuse.server.table;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Release;
import org.hexfuse.server.ReleaseDir;
import org.hexfuse.server.Session;
import org.hexfuse.server.operation.ForgetView;
import org.hexfuse.server.operation.ReleaseDirView;
import org.hexfuse.server.operation.ReleaseView;
import org.hexfuse.server.reply.DirPlusReplyWriter.LookupCounter;
import org.hexfuse.server.request.HandmadeRequest;
import org.hexfuse.transport.BackingRegistry;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;

/**
 * The references that a kernel holds: lookups of nodes and open handles. A reference is counted before the reply that grants it is
 * sent, since the kernel may drop it at once, and undone if the kernel did not receive the reply. What is left at the session's end
 * is released and forgotten towards the filesystem, once. Any thread may use it.
 */
public final class ReferenceTable implements LookupCounter {
    private static final RateLimitedLog LIMITED = new RateLimitedLog(Loggers.of(ReferenceTable.class));

    private final FuseFileSystem fileSystem;
    private final Session session;
    private final HandmadeRequest forget;
    private final LookupCounts lookups = new LookupCounts();
    private final OpenHandles handles = new OpenHandles();
    /** Not null from the first file on that was opened with a descriptor. */
    private volatile BackingIds backing;
    private volatile boolean abandoned;
    private volatile boolean releasesNoFile;

    /** Without references. */
    public ReferenceTable(FuseFileSystem fileSystem, Session session) {
        this.fileSystem = fileSystem;
        this.session = session;
        this.forget = new HandmadeRequest(Opcode.FORGET, 0, session);
    }

    @Override public void lookedUp(long node) {
        if (node != 0) {
            lookups.add(node);
        }
    }

    @Override public void undoLookup(long node) {
        if (node != 0) {
            forget(node, 1);
        }
    }

    /** The kernel drops lookups of a node. A number beyond those that it has counts as all of them. */
    public void forget(long node, long count) {
        long taken = lookups.remove(node, count);
        if (taken > 0) {
            callForget(node, taken);
        }
    }

    private void callForget(long node, long count) {
        if (abandoned) {
            return;
        }
        try {
            fileSystem.forget(new ForgetView(forget).set(node, count));
        } catch (Throwable e) {
            LIMITED.warn("forget", "forget of node " + node + " failed", e);
        }
    }

    /**
     * The backing id of a file that is about to be opened; 0 if its reads and writes come to the filesystem.
     *
     * @throws org.hexfuse.abi.FuseException if the kernel refuses the file
     */
    public int backingId(long node, Opened opened) {
        Optional<BackingRegistry> registry = session.backingFiles();
        if (registry.isEmpty()) {
            return 0;
        }
        if (opened.descriptor().isEmpty()) {
            return opened.backingId();
        }
        return backing(registry.get()).opened(node, opened.handle(), opened.descriptor().getAsInt());
    }

    private synchronized BackingIds backing(BackingRegistry registry) {
        BackingIds present = backing;
        if (present == null) {
            present = new BackingIds(registry);
            backing = present;
        }
        return present;
    }

    private void closeBacking(long node, long handle) {
        BackingIds present = backing;
        if (present != null && !abandoned) {
            present.released(node, handle);
        }
    }

    /** A handle is about to be sent to the kernel. */
    public void opened(long node, long handle, boolean directory) {
        if (directory || !releasesNoFile) {
            handles.add(node, handle, directory);
        }
    }

    /** From now on the kernel sends no RELEASE, not even for what CREATE opens: handles of files are not counted. */
    public void releasesNoFile() {
        releasesNoFile = true;
    }

    /** The kernel sends RELEASE or RELEASEDIR. */
    public void released(long node, long handle, boolean directory) {
        handles.remove(node, handle, directory);
        closeBacking(node, handle);
    }

    /** The kernel did not receive a handle: the filesystem releases it. */
    public void undoOpen(long node, long handle, boolean directory) {
        handles.remove(node, handle, directory);
        closeBacking(node, handle);
        callRelease(node, handle, directory);
    }

    /** An open that was not counted, since its reply could not be made: the filesystem releases its handle. */
    public void refuseOpen(long node, long handle, boolean directory) {
        callRelease(node, handle, directory);
    }

    private void callRelease(long node, long handle, boolean directory) {
        if (abandoned) {
            return;
        }
        try {
            if (directory) {
                ReleaseDir op = new ReleaseDirView(new HandmadeRequest(Opcode.RELEASEDIR, node, session));
                fileSystem.releasedir(op.withHandle(handle).withLockOwner(0, true));
            } else {
                Release op = new ReleaseView(new HandmadeRequest(Opcode.RELEASE, node, session));
                fileSystem.release(op.withHandle(handle).withLockOwner(0, true));
            }
        } catch (Throwable e) {
            LIMITED.warn("release", "release of node " + node + " failed", e);
        }
    }

    /** What the kernel holds now, beside the requests that run. Costs as much memory as there are nodes. */
    public KernelReferences held(List<String> requests) {
        var counts = new HashMap<Long, Long>();
        lookups.forEach(counts::put);
        List<KernelReferences.OpenHandle> open = handles.all().entrySet().stream()
                .map(entry -> new KernelReferences.OpenHandle(entry.getKey().node(), entry.getKey().handle(),
                        entry.getKey().directory(), entry.getValue()))
                .toList();
        return new KernelReferences(counts, open, requests);
    }

    /** Writes all references for a successor. They do not change meanwhile. */
    public void save(DataOutput out) throws IOException {
        var nodes = new ArrayList<long[]>();
        lookups.forEach((node, count) -> nodes.add(new long[]{node, count}));
        out.writeInt(nodes.size());
        for (long[] node : nodes) {
            out.writeLong(node[0]);
            out.writeLong(node[1]);
        }
        Map<OpenHandles.Key, Integer> open = handles.all();
        out.writeInt(open.size());
        for (var entry : open.entrySet()) {
            out.writeLong(entry.getKey().node());
            out.writeLong(entry.getKey().handle());
            out.writeBoolean(entry.getKey().directory());
            out.writeInt(entry.getValue());
        }
        out.writeBoolean(releasesNoFile);
        BackingIds present = backing;
        if (present == null) {
            out.writeInt(0);
        } else {
            present.save(out);
        }
    }

    /**
     * Reads what {@link #save} has written.
     *
     * @throws IOException if there are backing ids, and this process cannot have backing files
     */
    public void restore(DataInput in) throws IOException {
        int nodes = in.readInt();
        for (int i = 0; i < nodes; i++) {
            long node = in.readLong();
            long count = in.readLong();
            if (node == 0 || count <= 0) {
                throw new IOException("the lookup count of node " + node + " is " + count);
            }
            lookups.add(node, count);
        }
        int open = in.readInt();
        for (int i = 0; i < open; i++) {
            handles.add(new OpenHandles.Key(in.readLong(), in.readLong(), in.readBoolean()), in.readInt());
        }
        releasesNoFile = in.readBoolean();
        int backed = in.readInt();
        if (backed > 0) {
            backing(session.backingFiles().orElseThrow(() -> new IOException("this process cannot have backing files")))
                    .restore(in, backed);
        }
    }

    /** The references are another process's: nothing is released or forgotten from now on. */
    public void abandon() {
        abandoned = true;
    }

    /** The kernel is gone: releases and forgets all that it had. */
    public void releaseAll() {
        handles.all().forEach((key, count) -> {
            for (int i = 0; i < count; i++) {
                callRelease(key.node(), key.handle(), key.directory());
            }
        });
        handles.all().clear();
        lookups.drain(this::callForget);
    }
}

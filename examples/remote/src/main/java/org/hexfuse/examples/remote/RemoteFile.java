package org.hexfuse.examples.remote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.examples.remote.cache.CachedFile;
import org.hexfuse.examples.remote.store.Item;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.FileHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file of the store. It is uploaded whenever a descriptor is closed that may have written to it. */
final class RemoteFile extends RemoteNode {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteFile.class);

    private final CachedFile content;

    RemoteFile(Shared shared) {
        super(shared, FileType.REGULAR);
        content = new CachedFile(shared.store(), this::path, () -> shared.invalidations().add(this));
    }

    @Override Attr attr(Item item) {
        content.seen(item);
        return super.attr(content.current(item));
    }

    @Override public Attr setattr(SetAttr op) throws IOException, InterruptedException {
        Attr attr = super.setattr(op);
        if (op.size().isEmpty()) {
            return attr;
        }
        content.truncate(op.size().getAsLong());
        return getattr(GetAttr.of(id()));
    }

    @Override public FileHandle open(Open op) throws IOException, InterruptedException {
        return open(op.flags(), item());
    }

    /** Opens it as the store has it: kernels are to know its size before they read. */
    FileHandle open(int flags, Item item) throws IOException, InterruptedException {
        if (content.seen(item)) {
            invalidateAttributes();
        }
        return new OpenRemoteFile(content.open(item, (flags & OpenFlags.TRUNC) != 0));
    }

    /** Uploads what was written, unless the file was removed. */
    void upload() throws IOException, InterruptedException {
        if (dentry().isPresent()) {
            content.upload();
        }
    }

    /** An open file. It knows whether it is read sequentially: then more and more blocks are read ahead. */
    private final class OpenRemoteFile implements FileHandle {
        private final boolean keepsCache;
        private long next;
        private int ahead;

        /** With {@code keepsCache} the kernel keeps its page cache of when the file was open before. */
        OpenRemoteFile(boolean keepsCache) {
            this.keepsCache = keepsCache;
        }

        @Override public Set<OpenOutFlag> openFlags() { return keepsCache ? Set.of(OpenOutFlag.KEEP_CACHE) : Set.of(); }

        @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
            for (ByteBuffer part : content.read(op.offset(), op.size(), ahead(op))) {
                out.write(part);
            }
        }

        private synchronized int ahead(Read op) {
            int most = shared.options().limits().ahead();
            ahead = op.offset() == next ? Math.min(most, Math.max(1, ahead * 2)) : 0;
            next = op.offset() + op.size();
            return ahead;
        }

        @Override public int write(Write op) throws IOException, InterruptedException {
            byte[] data = new byte[op.size()];
            op.data().copyTo(0, data, 0, data.length);
            boolean appends = (op.flags() & OpenFlags.APPEND) != 0 && !op.fromCache();
            content.write(appends ? -1 : op.offset(), data);
            return data.length;
        }

        @Override public void flush(Flush op) throws IOException, InterruptedException { upload(); }

        @Override public void fsync(Fsync op) throws IOException, InterruptedException { upload(); }

        /** There may be something to upload that was written after the last descriptor was closed, through a memory map. */
        @Override public void release(Release op) throws IOException, InterruptedException {
            try {
                content.close(dentry().isPresent());
            } catch (IOException | InterruptedException | RuntimeException e) {
                LOG.warn("what was written to {} is lost", RemoteFile.this, e);
            }
        }
    }
}

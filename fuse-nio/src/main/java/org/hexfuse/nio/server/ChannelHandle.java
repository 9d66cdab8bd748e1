package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.CopyFileRange;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Fsync;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.Write;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.transport.Segments;

/** An open file that is a channel. */
class ChannelHandle implements FileHandle {
    /** The longest copy of one request, in bytes, so that it ends in time. */
    private static final long LONGEST_COPY = 64L << 20;

    final OpenNode node;
    final PositionedChannel channel;
    private final ChannelContents contents;
    private final Missing missing;

    ChannelHandle(OpenNode node, PositionedChannel channel, ChannelContents contents, Missing missing) {
        this.node = node;
        this.channel = channel;
        this.contents = contents;
        this.missing = missing;
    }

    @Override public void read(Read op, DataReply out) throws IOException {
        ReplyMemory.read(op, out, this::fill);
    }

    private int fill(ByteBuffer target, long offset) throws IOException {
        while (target.hasRemaining() && channel.read(target, offset + target.position()) > 0) {
            // A channel may read less than it could.
        }
        return target.position();
    }

    @Override public int write(Write op) throws IOException {
        boolean appends = (op.flags() & OpenFlags.APPEND) != 0 && !op.fromCache();
        if (op.size() == 0) {
            return 0;
        }
        if (!appends) {
            write(op, op.offset());
            return op.size();
        }
        node.end.lock();
        try {
            write(op, channel.size());
        } finally {
            node.end.unlock();
        }
        return op.size();
    }

    private void write(Write op, long start) throws IOException {
        if (start > Long.MAX_VALUE - op.size()) {
            throw FuseException.of(Errno.EFBIG);
        }
        contents.beforeWrite(channel, start);
        Segments data = op.data();
        long at = start;
        for (int i = 0; i < data.count(); i++) {
            ByteBuffer source = data.segment(i).asSlice(data.offset(i), data.length(i)).asByteBuffer();
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
        }
        node.written();
    }

    /** Cuts the file, or extends it by zeros. */
    final void resize(long size) throws IOException {
        node.end.lock();
        try {
            contents.resize(channel, size);
        } finally {
            node.end.unlock();
        }
    }

    @Override public void fsync(Fsync op) throws IOException {
        try {
            channel.force(!op.dataOnly());
        } catch (UnsupportedOperationException _) {
            missing.note("way to force what is written to storage: fsync returns without");
        }
    }

    @Override public long copyFileRange(CopyFileRange op, FileHandle target) throws IOException {
        var other = (ChannelHandle) target;
        long length = Math.min(Math.min(op.length(), LONGEST_COPY), channel.size() - op.offset());
        if (length <= 0) {
            return 0;
        }
        long copied = channel.copyTo(op.offset(), length, other.channel, op.targetOffset());
        other.node.written();
        return copied;
    }

    @Override public void release(Release op) throws IOException {
        contents.closed(node);
        channel.close();
    }
}

package org.hexfuse.testkit.tree;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.Write;
import org.hexfuse.server.tree.Node;

/** A file with a text, which is its own handle. */
class Text extends Node {
    final AtomicInteger releases = new AtomicInteger();
    final AtomicInteger forgets = new AtomicInteger();
    private volatile byte[] content;

    Text(String content) {
        super(FileType.REGULAR);
        this.content = content.getBytes(UTF_8);
    }

    void content(String text) {
        content = text.getBytes(UTF_8);
    }

    @Override public Attr getattr(GetAttr op) {
        return Attr.of(FileType.REGULAR, 0644).size(content.length).nlink(nlink()).build();
    }

    @Override public synchronized Attr setattr(SetAttr op) {
        op.size().ifPresent(size -> content = Arrays.copyOf(content, (int) size));
        return getattr(null);
    }

    @Override public void read(Read op, DataReply out) {
        out.writeSlice(content, op.offset());
    }

    @Override public synchronized int write(Write op) {
        byte[] longer = Arrays.copyOf(content, Math.max(content.length, (int) op.offset() + op.size()));
        op.data().copyTo(0, longer, (int) op.offset(), op.size());
        content = longer;
        return op.size();
    }

    @Override public void release(Release op) {
        releases.incrementAndGet();
    }

    @Override public void forgotten() {
        forgets.incrementAndGet();
    }
}

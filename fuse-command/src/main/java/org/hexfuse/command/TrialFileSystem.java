package org.hexfuse.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;

/** A filesystem of one file, which {@code hexfuse doctor} mounts and reads. */
final class TrialFileSystem implements FuseFileSystem {
    static final String NAME = "trial";
    static final String TEXT = "read\n";
    private static final int NODE = 2;

    @Override public Entry lookup(Lookup op) {
        return op.name().is(NAME) ? Entry.of(NODE, attr(NODE)) : Entry.absent(Duration.ZERO);
    }

    @Override public Attr getattr(GetAttr op) {
        return attr(op.node());
    }

    @Override public void read(Read op, DataReply out) {
        out.writeSlice(TEXT.getBytes(UTF_8), op.offset());
    }

    private static Attr attr(long node) {
        return node == ROOT ? Attr.directory(0755) : Attr.file(0444, TEXT.length());
    }
}

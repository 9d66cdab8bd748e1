package org.hexfuse.examples.guide;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Set;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Open;
import org.hexfuse.server.Read;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Node;

/** A file that has the time at which it was opened. */
final class Clock extends Node {
    Clock() {
        super(FileType.REGULAR);
    }

    @Override public Attr getattr(GetAttr op) {
        return Attr.of(FileType.REGULAR, 0444).times(Instant.now()).build();
    }

    @Override public FileHandle open(Open op) {
        byte[] text = (Instant.now() + "\n").getBytes(UTF_8);
        return new FileHandle() {
            @Override public Set<OpenOutFlag> openFlags() {
                return Set.of(OpenOutFlag.DIRECT_IO);
            }

            @Override public void read(Read read, DataReply out) {
                out.writeSlice(text, read.offset());
            }
        };
    }
}

package org.hexfuse.server.tree;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Open;
import org.hexfuse.server.Read;

/** A file that anyone may read, whose content never changes. */
public final class StaticFile extends Node {
    private final byte[] content;
    private final Attr attr;

    /** A file with a copy of {@code content}. */
    public StaticFile(byte[] content) {
        super(FileType.REGULAR);
        this.content = content.clone();
        this.attr = Attr.of(FileType.REGULAR, 0444).size(content.length).times(Instant.now()).build();
    }

    /** A file with a text in UTF-8. */
    public StaticFile(String text) {
        this(text.getBytes(UTF_8));
    }

    @Override public Attr getattr(GetAttr op) {
        return attr;
    }

    /** For writing it is EROFS, for root too, whom the mode does not stop. */
    @Override public FileHandle open(Open op) {
        if ((op.flags() & OpenFlags.ACCMODE) != OpenFlags.RDONLY) {
            throw FuseException.of(Errno.EROFS);
        }
        return this;
    }

    /** The kernel's page cache keeps it from one open to the next. */
    @Override public Set<OpenOutFlag> openFlags() {
        return Set.of(OpenOutFlag.KEEP_CACHE);
    }

    @Override public void read(Read op, DataReply out) {
        out.writeSlice(content, op.offset());
    }
}

package org.hexfuse.transport.linux;

import java.io.IOException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.program.FuseProgram;

/** A program that mounts a filesystem with one file, as long as the name of its source. */
public final class HelloProgram {
    private HelloProgram() {}

    /** Takes a source and a mount point. */
    public static void main(String[] args) {
        System.exit(FuseProgram.named("hello").run(arguments -> {
            if (arguments.sources().size() != 1) {
                throw new IOException("it takes one source");
            }
            return new OneFile(arguments.sources().getFirst().length());
        }, args));
    }

    private record OneFile(long size) implements FuseFileSystem {
        @Override public Entry lookup(Lookup op) {
            if (!op.name().is("file")) {
                throw FuseException.of(Errno.ENOENT);
            }
            return Entry.of(2, Attr.file(0444, size));
        }

        @Override public Attr getattr(GetAttr op) {
            return op.node() == ROOT ? Attr.of(FileType.DIRECTORY, 0755).build() : Attr.file(0444, size);
        }
    }
}

package org.hexfuse.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Mount;
import org.hexfuse.server.Read;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.Write;

/** Mounts files of zeros that discard writes, with two threads, to measure the overhead of framework and kernel. */
public final class MountNull implements FuseFileSystem {
    private static final long SIZE = 1L << 30;
    private final Blocking blocking;

    private MountNull(Blocking blocking) {
        this.blocking = blocking;
    }

    /** Called with a mount point and a {@link Blocking}. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var fileSystem = new MountNull(Blocking.valueOf(arguments[1]));
        try (Mount mount = Fuse.mount(fileSystem, Path.of(arguments[0]), List.of(), 2)) {
            mount.await();
        }
    }

    @Override public Blocking blocking() {
        return blocking;
    }

    @Override public Entry lookup(Lookup op) {
        return op.name().toString().startsWith("data") ? Entry.of(2, Attr.file(0666, SIZE), Duration.ofHours(1))
                : Entry.absent(Duration.ZERO);
    }

    @Override public Attr getattr(GetAttr op) {
        return op.node() == ROOT ? Attr.directory(0777) : Attr.file(0666, SIZE);
    }

    @Override public Attr setattr(SetAttr op) {
        return Attr.file(0666, SIZE);
    }

    @Override public void read(Read op, DataReply out) {
        out.writeZeros(out.room());
    }

    @Override public int write(Write op) {
        return op.size();
    }
}

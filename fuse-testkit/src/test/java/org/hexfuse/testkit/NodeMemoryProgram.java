package org.hexfuse.testkit;

import java.io.IOException;
import java.util.stream.Stream;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Forget;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.path.PathFileSystem;
import org.hexfuse.server.path.PathOperations;
import org.hexfuse.server.tree.Child;
import org.hexfuse.server.tree.Listed;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeFileSystem;

/** Looks many names up, and writes how many bytes of heap each node takes, and what is left of it once it is forgotten. */
public final class NodeMemoryProgram {
    private static final int NODES = 200_000;
    private static final int FIRST = 1000;

    private NodeMemoryProgram() {}

    /** An author's object with a field of its own. */
    private static final class Numbered extends Node {
        private final int number;

        Numbered(int number) {
            super(FileType.REGULAR);
            this.number = number;
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.file(0444, number);
        }
    }

    private static final class Numbers extends Node {
        Numbers() {
            super(FileType.DIRECTORY);
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0755);
        }

        @Override public Child lookup(Lookup op) {
            return new Numbered(Integer.parseInt(op.name().toString().substring(1)));
        }
    }

    private static final class Paths implements PathOperations {
        @Override public Attr getattr(String path, GetAttr op) {
            return path.equals("/") ? Attr.directory(0755) : Attr.file(0444, path.length());
        }

        @Override public Stream<Listed> readdir(String path, ReadDir op) {
            return Stream.empty();
        }

        @Override public void read(String path, Read op, DataReply out) {
            out.writeZeros(op.size());
        }
    }

    /** Exact with the serial collector, which leaves nothing behind. */
    private static long used() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void lookUp(FuseFileSystem fileSystem, long[] ids, int from, int to)
            throws IOException, InterruptedException {
        for (int i = from; i < to; i++) {
            ids[i] = fileSystem.lookup(Lookup.of(1, Name.of("f%07d".formatted(i)))).node();
        }
    }

    /** With the property {@code paths} measures the path API, else the tree. */
    public static void main(String[] args) throws Exception {
        boolean paths = Boolean.getBoolean("paths");
        FuseFileSystem fileSystem = paths ? PathFileSystem.of(new Paths()) : TreeFileSystem.of(new Numbers());
        var ids = new long[NODES];
        lookUp(fileSystem, ids, 0, FIRST);
        long before = used();
        lookUp(fileSystem, ids, FIRST, NODES);
        long with = used();
        for (long id : ids) {
            fileSystem.forget(Forget.of(id, 1));
        }
        System.err.printf("%d %d%n", (with - before) / (NODES - FIRST), (used() - before) / NODES);
        fileSystem.getattr(GetAttr.of(1));
    }
}

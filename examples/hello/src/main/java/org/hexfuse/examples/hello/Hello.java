package org.hexfuse.examples.hello;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofSeconds;

import java.nio.file.Path;
import java.util.Optional;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.*;

/** One directory with one file in it. */
public final class Hello implements FuseFileSystem {
    private static final byte[] TEXT = "Hello, world!\n".getBytes(UTF_8);

    @Override public Entry lookup(Lookup op) {
        return op.name().is("hello.txt") ? Entry.of(2, attr(2)) : Entry.absent(ofSeconds(1));
    }

    @Override public Attr getattr(GetAttr op) { return attr(op.node()); }

    @Override public void readdir(ReadDir op, DirReply out) { out.add("hello.txt", 2, FileType.REGULAR); }

    @Override public void read(Read op, DataReply out) { out.writeSlice(TEXT, op.offset()); }

    @Override public Optional<Handover> handover() { return Optional.of(Handover.stateless("hello 1")); }

    private static Attr attr(long node) { return node == ROOT ? Attr.directory(0755) : Attr.file(0444, TEXT.length); }

    public static void main(String[] args) throws Exception {
        Fuse.mount(new Hello(), Path.of(args[0])).await();
    }
}

package org.hexfuse.examples.guide;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.path.PathOperations;
import org.hexfuse.server.tree.Listed;

/** A directory with one file, by paths. */
final class PathHello implements PathOperations {
    private static final byte[] TEXT = "Hello, world!\n".getBytes(UTF_8);

    @Override public Attr getattr(String path, GetAttr op) {
        return switch (path) {
            case "/" -> Attr.directory(0755);
            case "/hello.txt" -> Attr.file(0444, TEXT.length);
            default -> throw FuseException.of(Errno.ENOENT);
        };
    }

    @Override public Stream<Listed> readdir(String path, ReadDir op) {
        return Stream.of(Listed.of("hello.txt", FileType.REGULAR));
    }

    @Override public void read(String path, Read op, DataReply out) {
        out.writeSlice(TEXT, op.offset());
    }
}

package org.hexfuse.examples.guide;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.stream.Stream;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.tree.Child;
import org.hexfuse.server.tree.Listed;
import org.hexfuse.server.tree.Node;

/** The system properties of this process as files. */
final class Properties extends Node {
    Properties() {
        super(FileType.DIRECTORY);
    }

    @Override public Attr getattr(GetAttr op) {
        return Attr.directory(0555);
    }

    @Override public Child lookup(Lookup op) {
        String name = op.name().toString();
        return System.getProperty(name) == null ? Child.absent(Duration.ofSeconds(1)) : new Property(name);
    }

    @Override public Stream<Listed> readdir(ReadDir op) {
        return System.getProperties().stringPropertyNames().stream().map(name -> Listed.of(name, FileType.REGULAR));
    }

    /** One property. */
    private static final class Property extends Node {
        private final String name;

        Property(String name) {
            super(FileType.REGULAR);
            this.name = name;
        }

        @Override public Object key() {
            return name;
        }

        private byte[] content() {
            return (System.getProperty(name, "") + "\n").getBytes(UTF_8);
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.file(0444, content().length);
        }

        @Override public void read(Read op, DataReply out) {
            out.writeSlice(content(), op.offset());
        }
    }
}

package org.hexfuse.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DirReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.ReadDir;
import org.hexfuse.transport.Address;

/** Runs the shell on an endless filesystem. Arguments: the name of the filesystem, the shell's commands. */
final class HostileTreeProgram {
    private HostileTreeProgram() {}

    /** Every directory has one directory, {@code d}. */
    private abstract static class Deep implements FuseFileSystem {
        abstract long child(long node);

        @Override public Entry lookup(Lookup op) {
            if (!op.name().is("d")) {
                throw FuseException.of(Errno.ENOENT);
            }
            return Entry.of(child(op.node()), Attr.directory(0755));
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0755);
        }

        @Override public void readdir(ReadDir op, DirReply out) {
            out.add("d", child(op.node()), FileType.DIRECTORY);
        }
    }

    /** Every directory is a new node. */
    private static final class Bottomless extends Deep {
        @Override long child(long node) {
            return node + 1;
        }
    }

    /** The third directory contains the second one. */
    private static final class Cyclic extends Deep {
        @Override long child(long node) {
            return node == 3 ? 2 : node + 1;
        }
    }

    /** The listing of the root has no end. */
    private static final class Endless implements FuseFileSystem {
        @Override public Entry lookup(Lookup op) {
            return Entry.of(2, Attr.file(0444, 0));
        }

        @Override public Attr getattr(GetAttr op) {
            return op.node() == ROOT ? Attr.directory(0755) : Attr.file(0444, 0);
        }

        @Override public void readdir(ReadDir op, DirReply out) {
            long cookie = op.offset() + 1;
            while (out.add(Name.of("f" + cookie), 2, FileType.REGULAR, cookie)) {
                cookie++;
            }
        }
    }

    public static void main(String[] args) throws Exception {
        FuseFileSystem fileSystem = switch (args[0]) {
            case "endless" -> new Endless();
            case "cyclic" -> new Cyclic();
            case "bottomless" -> new Bottomless();
            default -> throw new IllegalArgumentException(args[0]);
        };
        int status;
        try (FuseServer _ = FuseServer.serve(fileSystem).at(Address.parse("mem:hostile")).start()) {
            status = Hexfuse.commandLine().setOut(new PrintWriter(System.out, true, UTF_8))
                    .setErr(new PrintWriter(System.err, true, UTF_8)).execute("shell", "mem:hostile", "-c", args[1]);
        }
        System.exit(status);
    }
}

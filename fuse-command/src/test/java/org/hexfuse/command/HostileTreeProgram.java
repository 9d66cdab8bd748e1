package org.hexfuse.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
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

/** Runs the shell on endless filesystems. */
final class HostileTreeProgram {
    static final String STATUS = "status ";

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

    /** Reads lines, a filesystem and a command of the shell each; writes what the shell says of it, and {@link #STATUS}. */
    public static void main(String[] args) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        var out = new PrintWriter(System.out, true, UTF_8);
        // Standard error is compared as well, with what is logged there; standard output is not.
        System.setErr(System.out);
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int space = line.indexOf(' ');
            out.println(STATUS + run(line.substring(0, space), line.substring(space + 1), out));
        }
    }

    private static int run(String name, String command, PrintWriter errors) throws IOException {
        FuseFileSystem fileSystem = switch (name) {
            case "endless" -> new Endless();
            case "cyclic" -> new Cyclic();
            case "bottomless" -> new Bottomless();
            default -> throw new IllegalArgumentException(name);
        };
        try (FuseServer _ = FuseServer.serve(fileSystem).at(Address.parse("mem:hostile")).start()) {
            return Hexfuse.commandLine().setOut(new PrintWriter(System.out, true, UTF_8)).setErr(errors)
                    .execute("shell", "mem:hostile", "-c", command);
        }
    }
}

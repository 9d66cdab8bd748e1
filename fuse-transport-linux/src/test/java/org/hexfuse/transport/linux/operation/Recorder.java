package org.hexfuse.transport.linux.operation;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.*;

/** Two files, {@code f} (2) and {@code g} (3), and a directory {@code d} (4): records the operations that a test asks about. */
class Recorder implements FuseFileSystem {
    static final long F = 2;
    static final long G = 3;
    static final long D = 4;

    final Queue<String> events = new ConcurrentLinkedQueue<>();
    /** Flags of INIT that a test needs, and the kernel does not offer. */
    final Queue<InitFlag> lacking = new ConcurrentLinkedQueue<>();
    private final Set<InitFlag> wanted;

    Recorder(InitFlag... wanted) {
        this.wanted = Set.of(wanted);
    }

    /** Records the fields of an operation, which is not valid later. */
    void record(Object... fields) {
        events.add(String.join(" ", List.of(fields).stream().map(Object::toString).toList()));
    }

    @Override public void init(InitNegotiation negotiation) {
        for (InitFlag flag : wanted) {
            if (negotiation.offers(flag)) {
                negotiation.enable(flag);
            } else {
                lacking.add(flag);
            }
        }
    }

    @Override public Entry lookup(Lookup op) {
        return switch (op.name().toString()) {
            case "f" -> entry(F);
            case "g" -> entry(G);
            case "d" -> entry(D);
            default -> Entry.absent(Duration.ZERO);
        };
    }

    static Entry entry(long node) {
        return Entry.of(node, attr(node));
    }

    static Attr attr(long node) {
        return node == ROOT || node == D ? Attr.of(FileType.DIRECTORY, 0777).build()
                : Attr.of(FileType.REGULAR, 06777).size(100_000).build();
    }

    @Override public Attr getattr(GetAttr op) {
        return attr(op.node());
    }

    /** Direct, so that each call is a request. The handle is ten times the node. */
    @Override public Opened open(Open op) {
        return Opened.of(op.node() * 10).directIo();
    }

    /** The errno with which an operation fails that a test expects no more of. */
    static FuseException refused() {
        return FuseException.of(Errno.EDOM);
    }
}

package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOut;
import org.hexfuse.abi.Protocol;
import org.hexfuse.device.BackingFile;
import org.hexfuse.device.ConnectionInfo;
import org.hexfuse.device.Request;
import org.hexfuse.device.RequestPort;

/**
 * A port with a server behind it: a tree of nodes to look up, and answers that a test scripts. Keeps the lookup count of each node.
 * For one thread, and for what the page cache does in the background.
 */
final class StandInServer implements RequestPort {
    static final long FLAGS = Flag.of(InitFlag.BIG_WRITES, InitFlag.ATOMIC_O_TRUNC, InitFlag.MAX_PAGES,
            InitFlag.PARALLEL_DIROPS, InitFlag.HANDLE_KILLPRIV);

    /** How a test answers an operation: writes the reply and returns its length, or throws. */
    @FunctionalInterface interface Answer {
        int to(Request request);
    }

    /** A node of the tree. */
    static final class Node {
        final long number;
        int mode;
        int uid;
        int gid;
        long size;
        long mtime;
        long generation;
        final Map<String, Node> children = new LinkedHashMap<>();
        String target = "";

        Node(long number, int mode) {
            this.number = number;
            this.mode = mode;
        }
    }

    final List<Opcode> calls = Collections.synchronizedList(new ArrayList<>());
    final Map<Long, Long> lookups = new TreeMap<>();
    final Map<Integer, BackingFile> backing = new TreeMap<>();
    final Map<Opcode, Answer> answers = new EnumMap<>(Opcode.class);
    final Node root = new Node(Protocol.ROOT_ID, FileType.DIRECTORY.mode() | 0755);
    /** The operations whose requests get no memory. */
    final Set<Opcode> withoutMemory = EnumSet.noneOf(Opcode.class);
    long entrySeconds;
    long attributeSeconds;
    int minor = Protocol.MINOR;
    long flags = FLAGS;
    /** The FOPEN flags of directories. */
    long directoryFlags;
    int maxReadahead;
    int maxPages = 2;
    /** How many further calls are answered before {@link #breaking} is the answer to all of them. */
    int answered = Integer.MAX_VALUE;
    Errno breaking = Errno.ENOTCONN;
    /** Runs the background requests: at once, unless a test defers them. */
    Consumer<Runnable> background = Runnable::run;
    private final Map<Long, Node> nodes = new LinkedHashMap<>(Map.of(Protocol.ROOT_ID, root));
    private long next = 2;

    Node add(Node parent, String name, int mode) {
        var node = new Node(next++, mode);
        nodes.put(node.number, node);
        parent.children.put(name, node);
        return node;
    }

    Node directory(Node parent, String name) {
        return add(parent, name, FileType.DIRECTORY.mode() | 0755);
    }

    Node file(Node parent, String name) {
        return add(parent, name, FileType.REGULAR.mode() | 0644);
    }

    Node symlink(Node parent, String name, String target) {
        Node node = add(parent, name, FileType.SYMLINK.mode() | 0777);
        node.target = target;
        return node;
    }

    void fail(Opcode opcode, Errno errno) {
        answers.put(opcode, _ -> {
            throw FuseException.of(errno);
        });
    }

    long count(Opcode opcode) {
        synchronized (calls) {
            return calls.stream().filter(call -> call == opcode).count();
        }
    }

    /** Whether all lookup counts are zero. */
    boolean isForgotten() {
        return lookups.values().stream().allMatch(n -> n == 0);
    }

    static String name(Request request) {
        return name(request, InHeader.SIZE + request.opcode().argumentsSize(Protocol.MINOR, FLAGS));
    }

    /** The second name in a request that has two. */
    static String secondName(Request request) {
        int start = InHeader.SIZE + request.opcode().argumentsSize(Protocol.MINOR, FLAGS);
        return name(request, start + Name.encode(name(request)).length + 1);
    }

    private static String name(Request request, int start) {
        int end = start;
        while (request.head().get(JAVA_BYTE, end) != 0) {
            end++;
        }
        return Name.of(request.head(), start, end - start).toString();
    }

    /** All nodes that ever were, by node id. */
    Map<Long, Node> nodes() {
        return nodes;
    }

    /** Reuses a node id, if there is one, for another file: its generation changes. */
    void renew(long number) {
        Node node = nodes.get(number);
        if (node != null && node != root) {
            node.generation++;
        }
    }

    Node node(Request request) {
        return nodes.get(request.node());
    }

    int entry(Request request, Node node) {
        return entry(request, 0, node);
    }

    /** The same at an offset of the reply. */
    int entry(Request request, long base, Node node) {
        MemorySegment out = request.reply();
        out.asSlice(base, EntryOut.SIZE).fill((byte) 0);
        EntryOut.NODEID.set(out, base, node.number);
        EntryOut.GENERATION.set(out, base, node.generation);
        EntryOut.ENTRY_VALID.set(out, base, entrySeconds);
        EntryOut.ATTR_VALID.set(out, base, attributeSeconds);
        attributes(out, base + EntryOut.ATTR.offset(), node);
        lookups.merge(node.number, 1L, Long::sum);
        return EntryOut.SIZE;
    }

    /** A negative entry, which is valid for the entry timeout. */
    int negative(Request request) {
        request.reply().asSlice(0, EntryOut.SIZE).fill((byte) 0);
        EntryOut.ENTRY_VALID.set(request.reply(), entrySeconds);
        return EntryOut.SIZE;
    }

    int attributes(Request request, Node node) {
        MemorySegment out = request.reply();
        out.asSlice(0, AttrOut.SIZE).fill((byte) 0);
        AttrOut.ATTR_VALID.set(out, attributeSeconds);
        attributes(out, AttrOut.ATTR.offset(), node);
        return AttrOut.SIZE;
    }

    private static void attributes(MemorySegment out, long base, Node node) {
        AttrData.INO.set(out, base, node.number);
        AttrData.MODE.set(out, base, node.mode);
        AttrData.UID.set(out, base, node.uid);
        AttrData.GID.set(out, base, node.gid);
        AttrData.SIZE_FIELD.set(out, base, node.size);
        AttrData.MTIME.set(out, base, node.mtime);
        AttrData.NLINK.set(out, base, 1);
    }

    static int opened(Request request, int base, long handle, long openFlags) {
        OpenOut.FH.set(request.reply(), base, handle);
        OpenOut.OPEN_FLAGS.set(request.reply(), base, (int) openFlags);
        OpenOut.BACKING_ID.set(request.reply(), base, 0);
        return base + OpenOut.SIZE;
    }

    private int answer(Request request) {
        Answer scripted = answers.get(request.opcode());
        if (scripted != null) {
            return scripted.to(request);
        }
        return switch (request.opcode()) {
            case LOOKUP -> {
                Node child = node(request).children.get(name(request));
                if (child == null) {
                    throw FuseException.of(Errno.ENOENT);
                }
                yield entry(request, child);
            }
            case GETATTR -> attributes(request, node(request));
            case READLINK -> {
                byte[] target = Name.encode(node(request).target);
                MemorySegment.copy(target, 0, request.reply(), JAVA_BYTE, 0, target.length);
                yield target.length;
            }
            case OPEN -> opened(request, 0, 7, 0);
            case OPENDIR -> opened(request, 0, 7, directoryFlags);
            case FLUSH, RELEASE, RELEASEDIR -> 0;
            default -> throw FuseException.of(Errno.ENOSYS);
        };
    }

    @Override public Request newRequest(Opcode opcode, long node, Caller caller) {
        if (withoutMemory.contains(opcode)) {
            throw FuseException.of(Errno.ENOMEM);
        }
        return new Request(_ -> {}).start(opcode, node, caller, minor, flags);
    }

    @Override public void call(Request request) {
        calls.add(request.opcode());
        if (answered == 0) {
            throw FuseException.of(breaking);
        }
        answered--;
        int length = answer(request);
        if (!request.accepts(length)) {
            throw FuseException.of(Errno.EIO);
        }
        request.replied(length);
    }

    @Override public void submit(Request request, Consumer<Errno> done) {
        background.accept(() -> {
            try (request) {
                call(request);
                done.accept(Errno.OK);
            } catch (FuseException e) {
                done.accept(e.errno());
            }
        });
    }

    @Override public void post(Request request) {
        calls.add(request.opcode());
    }

    @Override public void forget(long node, long times) {
        calls.add(Opcode.FORGET);
        lookups.merge(node, -times, Long::sum);
    }

    @Override public Optional<BackingFile> backing(int id) {
        return Optional.ofNullable(backing.get(id));
    }

    @Override public ConnectionInfo negotiated() {
        return new ConnectionInfo(minor, flags, maxReadahead, 8192, maxPages, 12, 9, 1);
    }
}

package org.hexfuse.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.MessageFormat;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.RenameIn;
import org.hexfuse.abi.OpenOut;
import org.hexfuse.abi.StatxOut;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Slot;
import org.slf4j.Logger;

/**
 * One request on its way through a session: its slot, the objects that stand for it, and the one reply. Used again for the
 * next request, by one thread at a time; only {@link #interrupt} comes from others.
 */
final class Exchange {
    /** How many frames of a handler that does not return are logged. */
    private static final int STACK = 12;
    private static final MemorySegment NOBODY = Arena.global().allocate(InHeader.SIZE).asReadOnly();

    final Operations operations = new Operations(this);
    final DataReply dataReply = new DataReply();
    final DirReply dirReply = new DirReply();
    final DirPlusReply dirPlusReply = new DirPlusReply();

    private final SessionState state;
    /** Null between two requests. */
    private Slot slot;
    private boolean committed;
    private Opcode opcode;
    private Thread handler;
    private Thread interruptible;
    private volatile long unique;
    private long seenUnique;
    private int seen;
    private volatile boolean interrupted;

    Exchange(SessionState state) {
        this.state = state;
    }

    /**
     * Makes this the exchange of a request, on the thread that calls the filesystem.
     *
     * @param interruptThread whether {@link #interrupt} also interrupts the thread
     */
    void begin(Slot next, boolean interruptThread) {
        Thread thread = Thread.currentThread();
        synchronized (this) {
            slot = next;
            committed = false;
            interrupted = false;
            opcode = Opcode.byCode(next.opcode());
            handler = thread;
            interruptible = interruptThread ? thread : null;
            unique = next.unique();
        }
        if (state.wasInterrupted(next.unique())) {
            interrupt(next.unique());
        }
        if (state.wire().isTraceEnabled()) {
            Segments rest = next.rest();
            state.wire().trace("-> {}", MessageFormat.request(next.header(), next.arguments(), next.argumentsSize(),
                    rest.count() == 0 ? MemorySegment.NULL : rest.segment(0), rest.count() == 0 ? 0 : rest.offset(0),
                    rest.count() == 0 ? 0 : rest.length(0)));
        }
    }

    /** The request is finished. An interrupt of the thread that came for it does not outlive it. */
    void end() {
        boolean clear;
        synchronized (this) {
            unique = 0;
            clear = interruptible != null;
            interruptible = null;
            handler = null;
            slot = null;
        }
        if (clear) {
            Thread.interrupted();
        }
    }

    /** How often in a row the watchdog has seen the same request here; 0 without a request. For the watchdog only. */
    int inspect() {
        long now = unique;
        seen = now == 0 ? 0 : now == seenUnique ? seen + 1 : 1;
        seenUnique = now;
        return seen;
    }

    /** Whether the request runs on a thread of its own and holds no reader. */
    boolean ownsThread() {
        return opcode == Opcode.SETLKW;
    }

    /** The operation; null if it is unknown. */
    Opcode opcode() {
        return opcode;
    }

    /** Whether the calling thread runs this request, and has not answered it. */
    boolean isHandledHere() {
        return Thread.currentThread().equals(handler) && !committed && slot != null;
    }

    /** The node that the request is on. */
    long node() {
        return InHeader.NODEID.get(header());
    }

    /** The other directory of a RENAME; 0 for any other request. */
    long otherDirectory() {
        // Both kinds of RENAME begin with it.
        return opcode == Opcode.RENAME || opcode == Opcode.RENAME2 ? RenameIn.NEWDIR.get(slot.arguments()) : 0;
    }

    /** The request that runs, with the stack of its handler. */
    synchronized Optional<String> describe() {
        return unique == 0 || handler == null ? Optional.empty()
                : Optional.of(opcode + " of node " + Long.toUnsignedString(InHeader.NODEID.get(header())) + " on "
                        + handler.getName() + Arrays.stream(handler.getStackTrace()).limit(STACK)
                                .map(frame -> "\n    at " + frame).collect(Collectors.joining()));
    }

    /** Marks the request {@code id} as interrupted. Returns whether it runs here. */
    boolean interrupt(long id) {
        if (unique != id) {
            return false;
        }
        synchronized (this) {
            if (unique != id) {
                return false;
            }
            interrupted = true;
            if (interruptible != null) {
                interruptible.interrupt();
            }
            return true;
        }
    }

    /** Marks whatever runs here as interrupted: the session has ended. */
    synchronized void cancel() {
        interrupted = true;
        if (interruptible != null) {
            interruptible.interrupt();
        }
    }

    Slot slot() {
        return slot;
    }

    long unique() {
        return unique;
    }

    /** The request's header; zeros if there is no request, but something that a session's end or another request brings. */
    MemorySegment header() {
        return slot == null ? NOBODY : slot.header();
    }

    Session session() {
        return state.session();
    }

    boolean interrupted() {
        return interrupted;
    }

    int minor() {
        return state.minor();
    }

    Timeouts timeouts() {
        return state.timeouts();
    }

    /** Whether the reply, if the request has one, is sent. */
    boolean isCommitted() { return committed; }

    /** The length of the name that starts at {@code start} of the first piece behind the arguments. */
    int nameLength(long start) {
        Segments rest = slot.rest();
        long end = rest.count() == 0 ? 0 : rest.offset(0) + rest.length(0);
        for (long i = start; i < end; i++) {
            if (rest.segment(0).get(JAVA_BYTE, i) == 0) {
                return (int) (i - start);
            }
        }
        throw FuseException.of(Errno.EINVAL, "a request with a name that does not end");
    }

    void lookedUp(long node) {
        state.lookedUp(node);
    }

    void undoLookup(long node) {
        state.undoLookup(node);
    }

    /** The request has no reply. */
    void noReply() {
        committed = true;
        slot.release();
    }

    Errno ok() {
        return commit(Errno.OK, 0, 0);
    }

    Errno fail(Errno errno) {
        return commit(errno, 0, 0);
    }

    /** Replies with the first {@code size} bytes of the reply's structs. */
    Errno structs(int size) {
        return commit(Errno.OK, size, 0);
    }

    /** Replies with {@code size} bytes of structs and {@code data} bytes behind them. */
    Errno structs(int size, long data) {
        return commit(Errno.OK, size, data);
    }

    Errno data(long size) {
        return commit(Errno.OK, 0, size);
    }

    Errno bytes(byte[] bytes) {
        if (bytes.length > slot.replyCapacity()) {
            return fail(Errno.ERANGE);
        }
        slot.replyData(0).copyFrom(0, MemorySegment.ofArray(bytes), 0, bytes.length);
        return data(bytes.length);
    }

    void entry(Entry entry) {
        long node = entry.node();
        entry.write(slot.reply(), 0, minor(), state.timeouts());
        state.lookedUp(node);
        if (structs(EntryOut.STRUCT.size(minor())) != Errno.OK) {
            state.undoLookup(node);
        }
    }

    void created(Created created) {
        long node = created.entry().node();
        long handle = created.opened().handle();
        int entrySize = EntryOut.STRUCT.size(minor());
        created.entry().write(slot.reply(), 0, minor(), state.timeouts());
        created.opened().write(slot.reply(), entrySize);
        state.lookedUp(node);
        state.opened(node, handle, false);
        if (structs(entrySize + OpenOut.SIZE) != Errno.OK) {
            state.undoOpen(node, handle, false);
            state.undoLookup(node);
        }
    }

    void opened(long node, Opened opened, boolean directory) {
        opened.write(slot.reply(), 0);
        state.opened(node, opened.handle(), directory);
        if (structs(OpenOut.SIZE) != Errno.OK) {
            state.undoOpen(node, opened.handle(), directory);
        }
    }

    void attr(long node, Attr attr) {
        MemorySegment reply = slot.reply();
        Duration timeout = attr.timeout().orElse(state.timeouts().attr());
        AttrOut.ATTR_VALID.set(reply, timeout.getSeconds());
        AttrOut.ATTR_VALID_NSEC.set(reply, timeout.getNano());
        reply.set(JAVA_INT_UNALIGNED, AttrOut.ATTR_VALID_NSEC.offset() + 4L, 0);
        attr.write(reply, AttrOut.ATTR.offset(), node, minor());
        structs(AttrOut.STRUCT.size(minor()));
    }

    /** The same attributes for who asks when a file was made, which an older kernel does not. */
    void statx(long node, Attr attr) {
        MemorySegment reply = slot.reply();
        reply.asSlice(0, StatxOut.SIZE).fill((byte) 0);
        Duration timeout = attr.timeout().orElse(state.timeouts().attr());
        StatxOut.ATTR_VALID.set(reply, timeout.getSeconds());
        StatxOut.ATTR_VALID_NSEC.set(reply, timeout.getNano());
        attr.writeStatx(reply, StatxOut.STAT.offset(), node);
        structs(StatxOut.SIZE);
    }

    private Errno commit(Errno error, int structSize, long dataSize) {
        Logger wire = state.wire();
        if (wire.isTraceEnabled()) {
            wire.trace("<- {}",
                    MessageFormat.reply(slot.opcode(), slot.unique(), error, slot.reply(), structSize, dataSize));
        }
        committed = true;
        int opcode = slot.opcode();
        Errno result = slot.commit(error, structSize, dataSize);
        if (result != Errno.OK && result != Errno.ENOENT) {
            state.refused(opcode, result);
        }
        return result;
    }
}

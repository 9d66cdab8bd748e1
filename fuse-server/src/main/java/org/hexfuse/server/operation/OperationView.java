package org.hexfuse.server.operation;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Caller;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Operation;
import org.hexfuse.server.SecurityContext;
import org.hexfuse.server.Session;
import org.hexfuse.server.request.ForwardingRequest;
import org.hexfuse.server.request.HandmadeRequest;
import org.hexfuse.server.request.IncomingRequest;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;

/**
 * What all operations have, read from a request. A view holds nothing but the request, and what a {@link HandleView} replaces, so that one
 * object serves all requests of an exchange; the methods {@code with} view a request that forwards to this one.
 *
 * @param <O> the kind of the operation
 * @param <R> the result of the operation
 */
public abstract class OperationView<O extends Operation<O>, R> {
    private static final String SUFFIX = "View";

    private final IncomingRequest request;

    OperationView(IncomingRequest request) {
        this.request = request;
    }

    OperationView(Opcode opcode, long node) {
        this(new HandmadeRequest(opcode, node));
    }

    /** A view of {@code other}, whose opcode is that of this operation. */
    protected abstract O on(IncomingRequest other);

    /** The opcode of the request. */
    public final Opcode opcode() {
        return Opcode.byCode(request.opcode());
    }

    /** The node of the request. */
    public long node() {
        return InHeader.NODEID.get(request.header());
    }

    /** The session of the request. */
    public final Session session() {
        return request.session();
    }

    /** The user id of the request. */
    public final int uid() {
        return InHeader.UID.get(request.header());
    }

    /** The group id of the request. */
    public final int gid() {
        return InHeader.GID.get(request.header());
    }

    /** The process id of the request. */
    public final int pid() {
        return InHeader.PID.get(request.header());
    }

    /** The supplementary groups of the request. */
    public final List<Integer> supplementaryGroups() {
        return request.supplementaryGroups();
    }

    /** The security contexts of the request. */
    public final List<SecurityContext> securityContexts() {
        return request.securityContexts();
    }

    /** The unique id of the request. */
    public final long unique() {
        return request.unique();
    }

    /** Whether the request is interrupted. */
    public final boolean interrupted() {
        return request.interrupted();
    }

    /** What the request runs when it is interrupted. */
    public final void onInterrupt(Runnable action) {
        request.onInterrupt(action);
    }

    /** Whether the interrupt of the request interrupts its thread. */
    public final void interruptThread(boolean interrupt) {
        request.interruptThread(interrupt);
    }

    /** The same operation on another node. */
    public O withNode(long node) {
        MemorySegment header = copyOfHeader();
        InHeader.NODEID.set(header, node);
        return on(new ForwardingRequest(request) {
            @Override public MemorySegment header() {
                return header;
            }
        });
    }

    /** The same operation of another caller. */
    public final O withCaller(Caller caller, Integer... supplementaryGroups) {
        MemorySegment header = copyOfHeader();
        InHeader.UID.set(header, caller.uid());
        InHeader.GID.set(header, caller.gid());
        InHeader.PID.set(header, caller.pid());
        List<Integer> groups = List.of(supplementaryGroups);
        return on(new ForwardingRequest(request) {
            @Override public MemorySegment header() {
                return header;
            }

            @Override public List<Integer> supplementaryGroups() {
                return groups;
            }
        });
    }

    /** The same operation in another session. */
    public final O withSession(Session session) {
        return on(new ForwardingRequest(request) {
            @Override public Session session() {
                return session;
            }
        });
    }

    /** The same operation with another source of interrupts. */
    public final O withInterrupted(BooleanSupplier interrupted) {
        return on(new ForwardingRequest(request) {
            @Override public boolean interrupted() {
                return interrupted.getAsBoolean();
            }

            @Override public void onInterrupt(Runnable action) {
                if (interrupted()) {
                    action.run();
                } else {
                    super.onInterrupt(action);
                }
            }
        });
    }

    /** Defers the reply and calls {@code work} with it. */
    public final R later(Consumer<? super LateReply<R>> work) {
        work.accept(deferred());
        return pending();
    }

    /** Defers the reply. */
    @SuppressWarnings("unchecked") public final LateReply<R> deferred() {
        return (LateReply<R>) request.deferred();
    }

    /** The same operation with another late reply. */
    public final O withLater(Supplier<? extends LateReply<R>> later) {
        return on(new ForwardingRequest(request) {
            @Override public LateReply<?> deferred() {
                return later.get();
            }
        });
    }

    /** What the handler returns when the reply is deferred; nothing looks at it. */
    R pending() {
        return null;
    }

    /** The kind of the operation, its node and its caller. */
    @Override public final String toString() {
        String name = getClass().getSimpleName();
        return name.substring(0, name.length() - SUFFIX.length()) + "[node=" + Long.toUnsignedString(node()) + ", uid="
                + Integer.toUnsignedString(uid()) + ", gid=" + Integer.toUnsignedString(gid()) + ", pid=" + pid()
                + "]";
    }

    final IncomingRequest request() {
        return request;
    }

    /** The request that an operation is a view of. */
    static IncomingRequest requestOf(Operation<?> op) {
        return ((OperationView<?, ?>) op).request;
    }

    /** The opcode of the request that an operation is a view of. */
    public static Opcode opcodeOf(Operation<?> op) {
        return Opcode.byCode(InHeader.OPCODE.get(requestOf(op).header()));
    }

    final MemorySegment arguments() {
        return request.arguments();
    }

    final Segments rest() {
        return request.rest();
    }

    final int minor() {
        return request.minor();
    }

    /** The name at {@code index} of those that follow the argument struct. */
    final Name nameAt(int index) {
        Segments rest = request.rest();
        if (rest.count() == 0) {
            throw FuseException.of(Errno.EINVAL, "a request without a name");
        }
        long start = rest.offset(0);
        for (int i = 0; i < index; i++) {
            start += nameLength(rest, start) + 1;
        }
        return Name.of(rest.segment(0), start, nameLength(rest, start));
    }

    private static int nameLength(Segments rest, long start) {
        long end = rest.offset(0) + rest.length(0);
        for (long i = start; i < end; i++) {
            if (rest.segment(0).get(JAVA_BYTE, i) == 0) {
                return (int) (i - start);
            }
        }
        throw FuseException.of(Errno.EINVAL, "a request with a name that has no end");
    }

    private MemorySegment copyOfHeader() {
        MemorySegment copy = MemorySegment.ofArray(new byte[InHeader.SIZE]);
        MemorySegment.copy(request.header(), 0, copy, 0, InHeader.SIZE);
        return copy;
    }

    /** The same operation with a changed copy of the argument struct. */
    final O withArguments(Consumer<MemorySegment> change) {
        MemorySegment copy = changed(change);
        return on(new ForwardingRequest(request) {
            @Override public MemorySegment arguments() {
                return copy;
            }

            @Override public int argumentsSize() {
                return (int) copy.byteSize();
            }
        });
    }

    /** The same operation with a changed copy of the argument struct, followed by other bytes. */
    final O withArguments(Consumer<MemorySegment> change, byte[]... rest) {
        MemorySegment copy = changed(change);
        Segments bytes = join(rest);
        return on(new ForwardingRequest(request) {
            @Override public MemorySegment arguments() {
                return copy;
            }

            @Override public int argumentsSize() {
                return (int) copy.byteSize();
            }

            @Override public Segments rest() {
                return bytes;
            }
        });
    }

    private MemorySegment changed(Consumer<MemorySegment> change) {
        int sent = request.argumentsSize();
        MemorySegment copy = MemorySegment
                .ofArray(new byte[Math.max(sent, HandmadeRequest.size(Opcode.byCode(request.opcode())))]);
        MemorySegment.copy(request.arguments(), 0, copy, 0, sent);
        change.accept(copy);
        return copy;
    }

    /** The same operation with other names. */
    final O withNames(Name... names) {
        byte[][] parts = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            parts[i] = terminated(names[i]);
        }
        Segments bytes = join(parts);
        return on(new ForwardingRequest(request) {
            @Override public Segments rest() {
                return bytes;
            }
        });
    }

    /** The bytes of a name with a NUL behind them. */
    static byte[] terminated(Name name) {
        byte[] bytes = new byte[name.length() + 1];
        name.copyTo(MemorySegment.ofArray(bytes), 0);
        return bytes;
    }

    private static Segments join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return new Span().set(MemorySegment.ofArray(all), 0, length);
    }
}

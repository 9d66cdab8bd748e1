package org.hexfuse.server.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.*;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.RequestListener;
import org.hexfuse.server.observe.ServerListener;
import org.junit.jupiter.api.Test;

/** Decorators of a filesystem that defers its replies. */
class LateFilterTest {
    private final Late late = new Late();
    private final FutureReply<Entry> entry = new FutureReply<>();
    private final Lookup lookup = Lookup.of(1, Name.of("f")).withCaller(new Caller(5, 6, 7)).withLater(() -> entry);

    /** Gives every reply when {@link #giveAll} is called. */
    private static final class Late implements FuseFileSystem {
        final Queue<Runnable> replies = new ArrayDeque<>();

        @Override public Entry lookup(Lookup op) {
            return op.later(reply -> replies.add(() -> {
                if (op.name().is("f")) {
                    reply.reply(Entry.of(2, Attr.of(FileType.REGULAR, 0644).owner(op.uid(), op.gid()).build()));
                } else {
                    reply.fail(FuseException.of(Errno.ENOENT));
                }
            }));
        }

        @Override public void read(Read op, DataReply out) {
            op.later(reply -> replies.add(() -> {
                out.write("0123456789".getBytes(UTF_8), 0, op.size());
                reply.reply(null);
            }));
        }

        void giveAll() {
            replies.forEach(Runnable::run);
        }
    }

    @Test void idsOfALateResultAreMapped() throws Exception {
        IdMap map = IdMap.range(0, 1000, 100);
        new IdMapFileSystem(late, map, map).lookup(lookup);
        assertThat(entry.result()).isNotDone();
        late.giveAll();
        assertThat(entry.result().get().attr().uid()).isEqualTo(5);
        assertThat(entry.result().get().attr().gid()).isEqualTo(6);
    }

    @Test void aLateReadIsShort() throws Exception {
        var done = new FutureReply<Void>();
        byte[] bytes = new byte[10];
        DataReply out = DataReply.into(bytes);
        new FaultyFileSystem(late, 3, new Fault.ShortRead(_ -> true, 1))
                .read(Read.of(2, 0, 0, 10).withLater(() -> done), out);
        assertThat(out.written()).isZero();
        late.giveAll();
        assertThat(done.result()).isCompleted();
        assertThat(out.written()).isBetween(1L, 9L);
    }

    @Test void aLateReplyIsObservedWhenItIsGiven() throws Exception {
        List<String> events = new ArrayList<>();
        var observed = new ObservedFileSystem(late, new ServerListener() {
            @Override public RequestListener started(ObservedRequest request) {
                Opcode operation = request.operation();
                return (error, _, bytes) -> events.add(operation + " " + error + " " + bytes);
            }
        });
        observed.lookup(lookup);
        observed.lookup(lookup.withName(Name.of("g")).withLater(FutureReply::new));
        observed.read(Read.of(2, 0, 0, 10).withLater(FutureReply::new), DataReply.into(new byte[10]));
        assertThat(events).isEmpty();
        late.giveAll();
        assertThat(events).containsExactly("LOOKUP OK 0", "LOOKUP ENOENT 0", "READ OK 10");
    }

    @Test void aResultThatCannotBeChangedFailsTheRequest() {
        var failure = new IllegalStateException("a defect of a decorator");
        LateReply<String> changed = entry.map(_ -> {
            throw failure;
        });
        changed.reply("a result");
        assertThat(entry.result()).isCompletedExceptionally();
        assertThat(entry.result().exceptionNow()).isSameAs(failure);
    }

    @Test void anObservedFailureIsThrown() {
        List<Errno> errors = new ArrayList<>();
        var observed = new ObservedFileSystem(new FuseFileSystem() {}, new ServerListener() {
            @Override public RequestListener started(ObservedRequest request) {
                return (error, _, _) -> errors.add(error);
            }
        });
        assertThatThrownBy(() -> observed.getattr(GetAttr.of(1))).isInstanceOf(FuseException.class);
        assertThat(errors).containsExactly(Errno.ENOSYS);
    }

    @Test void faultsRefuseProbabilitiesThatAreNone() {
        assertThatThrownBy(() -> new Fault.ShortRead(_ -> true, 1.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Fault.Failure(_ -> true, Double.NaN, Errno.EIO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

package org.hexfuse.server.filter;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Deferrable;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.Forget;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.Operation;
import org.hexfuse.server.Read;
import org.hexfuse.server.Session;
import org.hexfuse.server.dispatch.Failures;
import org.hexfuse.server.dispatch.RequestReport;
import org.hexfuse.server.dispatch.SessionObserver;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.PanicHandler;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.server.operation.OperationView;

/**
 * Observes the operations of one layer of decorators, where {@link org.hexfuse.server.FuseServer.Builder#listener} observes the requests
 * of a server: what reaches this layer, and the time that the layers below take. The listener hears nothing of sessions, nor of late
 * replies that are dropped at a session's end.
 */
public final class ObservedFileSystem extends FilterFileSystem {
    private final SessionObserver observer;

    /** Observes the operations of {@code delegate}. */
    public ObservedFileSystem(FuseFileSystem delegate, ServerListener listener) {
        super(delegate);
        this.observer = new SessionObserver(listener, PanicHandler.LOG);
    }

    @Override protected <O extends Operation<O> & Deferrable<O, R>, R> R around(O op, Call<O, R> call)
            throws IOException, InterruptedException {
        boolean write = operation(op) == Opcode.WRITE;
        return observe(op, call, result -> write && result instanceof Integer count ? count : 0);
    }

    @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
        observe(op, passed -> {
            delegate().read(passed, out);
            return null;
        }, _ -> out.written());
    }

    @Override public void forget(Forget op) throws IOException, InterruptedException {
        var report = new RequestReport(observer);
        report.begin(new Observed(op));
        try {
            delegate().forget(op);
            report.answered(Errno.OK, 0);
        } finally {
            report.end();
        }
    }

    private <O extends Operation<O> & Deferrable<O, R>, R> R observe(O op, Call<O, R> call, ToLongFunction<R> bytes)
            throws IOException, InterruptedException {
        var report = new RequestReport(observer);
        report.begin(new Observed(op));
        var deferred = new AtomicBoolean();
        try {
            R result = call.run(op.withLater(() -> {
                var late = new ReportedReply<>(op.deferred(), report, bytes);
                deferred.set(true);
                return late;
            }));
            if (!deferred.get()) {
                end(report, Errno.OK, bytes.applyAsLong(result));
            }
            return result;
        } catch (Throwable e) {
            end(report, Failures.errno(e).orElse(Errno.EIO), 0);
            throw e;
        }
    }

    /** A handler may fail while another thread gives the reply. */
    private static void end(RequestReport report, Errno error, long bytes) {
        synchronized (report) {
            report.answered(error, bytes);
            report.end();
        }
    }

    /** Reports a late reply when it was given. */
    private record ReportedReply<R>(LateReply<R> origin, RequestReport report, ToLongFunction<R> bytes)
            implements
                LateReply<R> {
        @Override public Errno reply(R result) {
            long count = bytes.applyAsLong(result);
            Errno sent = origin.reply(result);
            end(report, Errno.OK, count);
            return sent;
        }

        @Override public Errno fail(Throwable failure) {
            Errno sent = origin.fail(failure);
            end(report, Failures.errno(failure).orElse(Errno.EIO), 0);
            return sent;
        }

        @Override public boolean interrupted() {
            return origin.interrupted();
        }

        @Override public void onInterrupt(Runnable action) {
            origin.onInterrupt(action);
        }
    }

    private static Opcode operation(Operation<?> op) {
        return ((OperationView<?, ?>) op).opcode();
    }

    /** An operation as a listener sees it. */
    private record Observed(Operation<?> op) implements ObservedRequest {
        @Override public Opcode operation() {
            return ObservedFileSystem.operation(op);
        }

        @Override public Session session() {
            return op.session();
        }

        @Override public long node() {
            return op.node();
        }

        @Override public long unique() {
            return op.unique();
        }

        @Override public int uid() {
            return op.uid();
        }

        @Override public int gid() {
            return op.gid();
        }

        @Override public int pid() {
            return op.pid();
        }
    }
}

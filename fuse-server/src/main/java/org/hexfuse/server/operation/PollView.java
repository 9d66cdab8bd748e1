package org.hexfuse.server.operation;

import java.util.Optional;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.PollFlag;
import org.hexfuse.abi.PollIn;
import org.hexfuse.server.Poll;
import org.hexfuse.server.PollWakeup;
import org.hexfuse.server.request.ForwardingRequest;
import org.hexfuse.server.request.IncomingRequest;

/** Poll over a request. */
public final class PollView extends OperationView<Poll, Integer> implements Poll {
    /** A view of {@code request}. */
    public PollView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public PollView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected Poll on(IncomingRequest request) {
        return new PollView(request);
    }

    @Override Integer pending() {
        return 0;
    }

    @Override public long handle() {
        return PollIn.FH.get(arguments());
    }

    @Override public int events() {
        return minor() < 21 ? 0 : PollIn.EVENTS.get(arguments());
    }

    @Override public Optional<PollWakeup> wakeup() {
        return PollFlag.SCHEDULE_NOTIFY.in(PollIn.FLAGS.get(arguments()))
                ? Optional.of(request().pollWakeup(PollIn.KH.get(arguments())))
                : Optional.empty();
    }

    @Override public Poll withHandle(long handle) {
        return withArguments(in -> PollIn.FH.set(in, handle));
    }

    @Override public Poll withEvents(int events) {
        return withArguments(in -> PollIn.EVENTS.set(in, events));
    }

    @Override public Poll withWakeup(PollWakeup wakeup) {
        return new PollView(new ForwardingRequest(request()) {
            @Override public PollWakeup pollWakeup(long kernelHandle) {
                return wakeup;
            }
        }).withArguments(in -> PollIn.FLAGS.set(in, (int) PollFlag.SCHEDULE_NOTIFY.mask()));
    }
}

package org.hexfuse.server.operation;

import java.util.OptionalLong;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadFlag;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.server.Read;
import org.hexfuse.server.request.IncomingRequest;

/** Read over a request. */
public final class ReadView extends HandleView<Read, Void> implements Read {
    /** A view of {@code request}. */
    public ReadView(IncomingRequest request) {
        this(request, false, 0);
    }

    private ReadView(IncomingRequest request, boolean hasOtherHandle, long otherHandle) {
        super(request, hasOtherHandle, otherHandle);
    }

    /** A view of a request made by hand. */
    public ReadView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override Read on(IncomingRequest other, boolean hasHandle, long handle) {
        return new ReadView(other, hasHandle, handle);
    }

    @Override public long handle() {
        return hasOtherHandle() ? otherHandle() : ReadIn.FH.get(arguments());
    }

    @Override public long offset() {
        return ReadIn.OFFSET.get(arguments());
    }

    @Override public int size() {
        return (int) Math.min(ReadIn.SIZE_FIELD.getUnsigned(arguments(), 0), request().replyCapacity());
    }

    @Override public OptionalLong lockOwner() {
        return minor() >= 9 && ReadFlag.LOCKOWNER.in(ReadIn.READ_FLAGS.get(arguments()))
                ? OptionalLong.of(ReadIn.LOCK_OWNER.get(arguments()))
                : OptionalLong.empty();
    }

    @Override public int flags() {
        return minor() < 9 ? 0 : ReadIn.FLAGS.get(arguments());
    }

    @Override public Read withRange(long offset, int size) {
        return withArguments(in -> {
            ReadIn.OFFSET.set(in, offset);
            ReadIn.SIZE_FIELD.set(in, size);
        });
    }

    @Override public Read withLockOwner(long owner) {
        return withArguments(in -> {
            ReadIn.READ_FLAGS.set(in, ReadIn.READ_FLAGS.get(in) | (int) ReadFlag.LOCKOWNER.mask());
            ReadIn.LOCK_OWNER.set(in, owner);
        });
    }

    @Override public Read withFlags(int flags) {
        return withArguments(in -> ReadIn.FLAGS.set(in, flags));
    }
}

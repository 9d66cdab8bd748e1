package org.hexfuse.server.operation;

import java.util.OptionalLong;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.WriteFlag;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.server.Write;
import org.hexfuse.server.request.IncomingRequest;
import org.hexfuse.transport.Segments;

/** Write over a request. */
public final class WriteView extends HandleView<Write, Integer> implements Write {
    /** A view of {@code request}. */
    public WriteView(IncomingRequest request) {
        this(request, false, 0);
    }

    private WriteView(IncomingRequest request, boolean hasOtherHandle, long otherHandle) {
        super(request, hasOtherHandle, otherHandle);
    }

    /** A view of a request made by hand. */
    public WriteView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override Write on(IncomingRequest other, boolean hasHandle, long handle) {
        return new WriteView(other, hasHandle, handle);
    }

    @Override Integer pending() {
        return 0;
    }

    @Override public long handle() {
        return hasOtherHandle() ? otherHandle() : WriteIn.FH.get(arguments());
    }

    @Override public long offset() {
        return WriteIn.OFFSET.get(arguments());
    }

    @Override public int size() {
        return WriteIn.SIZE_FIELD.get(arguments());
    }

    @Override public Segments data() {
        return rest();
    }

    @Override public boolean fromCache() {
        return WriteFlag.CACHE.in(WriteIn.WRITE_FLAGS.get(arguments()));
    }

    @Override public boolean killSuidgid() {
        return WriteFlag.KILL_SUIDGID.in(WriteIn.WRITE_FLAGS.get(arguments()));
    }

    @Override public OptionalLong lockOwner() {
        return minor() >= 9 && WriteFlag.LOCKOWNER.in(WriteIn.WRITE_FLAGS.get(arguments()))
                ? OptionalLong.of(WriteIn.LOCK_OWNER.get(arguments()))
                : OptionalLong.empty();
    }

    @Override public int flags() {
        return minor() < 9 ? 0 : WriteIn.FLAGS.get(arguments());
    }

    @Override public Write withOffset(long offset) {
        return withArguments(in -> WriteIn.OFFSET.set(in, offset));
    }

    @Override public Write withData(byte[] data) {
        return withArguments(in -> WriteIn.SIZE_FIELD.set(in, data.length), data);
    }

    @Override public Write withLockOwner(long owner) {
        return withArguments(in -> {
            WriteIn.WRITE_FLAGS.set(in, WriteIn.WRITE_FLAGS.get(in) | (int) WriteFlag.LOCKOWNER.mask());
            WriteIn.LOCK_OWNER.set(in, owner);
        });
    }

    @Override public Write withFlags(int flags) {
        return withArguments(in -> WriteIn.FLAGS.set(in, flags));
    }
}

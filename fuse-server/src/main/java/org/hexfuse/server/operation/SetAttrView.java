package org.hexfuse.server.operation;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.request.IncomingRequest;

/** SetAttr over a request. */
public final class SetAttrView extends OperationView<SetAttr, Attr> implements SetAttr {
    /** A view of {@code request}. */
    public SetAttrView(IncomingRequest request) {
        super(request);
    }

    /** A view of a request made by hand. */
    public SetAttrView(Opcode opcode, long node) {
        super(opcode, node);
    }

    @Override protected SetAttr on(IncomingRequest request) {
        return new SetAttrView(request);
    }

    @Override Attr pending() {
        return Attr.ofMode(0).build();
    }

    @Override public OptionalInt mode() {
        return has(SetattrFlag.MODE) ? OptionalInt.of(SetattrIn.MODE.get(arguments())) : OptionalInt.empty();
    }

    @Override public OptionalInt owner() {
        return has(SetattrFlag.UID) ? OptionalInt.of(SetattrIn.UID.get(arguments())) : OptionalInt.empty();
    }

    @Override public OptionalInt group() {
        return has(SetattrFlag.GID) ? OptionalInt.of(SetattrIn.GID.get(arguments())) : OptionalInt.empty();
    }

    @Override public OptionalLong size() {
        return has(SetattrFlag.SIZE) ? OptionalLong.of(SetattrIn.SIZE_FIELD.get(arguments())) : OptionalLong.empty();
    }

    @Override public Optional<Timespec> atime() {
        return has(SetattrFlag.ATIME_NOW) ? Optional.of(Timespec.now())
                : has(SetattrFlag.ATIME)
                        ? Optional.of(time(SetattrIn.ATIME.get(arguments()), SetattrIn.ATIMENSEC.get(arguments())))
                        : Optional.empty();
    }

    @Override public Optional<Timespec> mtime() {
        return has(SetattrFlag.MTIME_NOW) ? Optional.of(Timespec.now())
                : has(SetattrFlag.MTIME)
                        ? Optional.of(time(SetattrIn.MTIME.get(arguments()), SetattrIn.MTIMENSEC.get(arguments())))
                        : Optional.empty();
    }

    @Override public Optional<Timespec> ctime() {
        return has(SetattrFlag.CTIME)
                ? Optional.of(time(SetattrIn.CTIME.get(arguments()), SetattrIn.CTIMENSEC.get(arguments())))
                : Optional.empty();
    }

    @Override public OptionalLong handle() {
        return has(SetattrFlag.FH) ? OptionalLong.of(SetattrIn.FH.get(arguments())) : OptionalLong.empty();
    }

    @Override public OptionalLong lockOwner() {
        return has(SetattrFlag.LOCKOWNER) ? OptionalLong.of(SetattrIn.LOCK_OWNER.get(arguments()))
                : OptionalLong.empty();
    }

    @Override public boolean killSuidgid() {
        return has(SetattrFlag.KILL_SUIDGID);
    }

    @Override public SetAttr withMode(int mode) {
        return set(SetattrFlag.MODE, in -> SetattrIn.MODE.set(in, mode));
    }

    @Override public SetAttr withOwner(int owner) {
        return set(SetattrFlag.UID, in -> SetattrIn.UID.set(in, owner));
    }

    @Override public SetAttr withGroup(int group) {
        return set(SetattrFlag.GID, in -> SetattrIn.GID.set(in, group));
    }

    @Override public SetAttr withSize(long size) {
        return set(SetattrFlag.SIZE, in -> SetattrIn.SIZE_FIELD.set(in, size));
    }

    @Override public SetAttr withAtime(Timespec time) {
        return set(SetattrFlag.ATIME, in -> {
            SetattrIn.ATIME.set(in, time.seconds());
            SetattrIn.ATIMENSEC.set(in, time.nanos());
        }).without(SetattrFlag.ATIME_NOW);
    }

    @Override public SetAttr withMtime(Timespec time) {
        return set(SetattrFlag.MTIME, in -> {
            SetattrIn.MTIME.set(in, time.seconds());
            SetattrIn.MTIMENSEC.set(in, time.nanos());
        }).without(SetattrFlag.MTIME_NOW);
    }

    @Override public SetAttr withCtime(Timespec time) {
        return set(SetattrFlag.CTIME, in -> {
            SetattrIn.CTIME.set(in, time.seconds());
            SetattrIn.CTIMENSEC.set(in, time.nanos());
        });
    }

    @Override public SetAttr withHandle(long handle) {
        return set(SetattrFlag.FH, in -> SetattrIn.FH.set(in, handle));
    }

    @Override public SetAttr withLockOwner(long owner) {
        return set(SetattrFlag.LOCKOWNER, in -> SetattrIn.LOCK_OWNER.set(in, owner));
    }

    @Override public SetAttr without(SetattrFlag flag) {
        return withArguments(in -> SetattrIn.VALID.set(in, SetattrIn.VALID.get(in) & ~(int) flag.mask()));
    }

    @Override public boolean has(SetattrFlag flag) {
        return flag.in(SetattrIn.VALID.get(arguments()));
    }

    private SetAttr set(SetattrFlag flag, Consumer<MemorySegment> value) {
        return withArguments(in -> {
            SetattrIn.VALID.set(in, SetattrIn.VALID.get(in) | (int) flag.mask());
            value.accept(in);
        });
    }

    private static Timespec time(long seconds, int nanos) {
        if (nanos < 0 || nanos > 999_999_999) {
            throw FuseException.of(Errno.EINVAL, "a time with " + Integer.toUnsignedString(nanos) + " nanoseconds");
        }
        return new Timespec(seconds, nanos);
    }
}

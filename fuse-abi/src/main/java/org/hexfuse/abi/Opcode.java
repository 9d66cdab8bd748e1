package org.hexfuse.abi;

import java.util.List;
import java.util.Optional;

/**
 * The operations of the protocol, each with the shape of its request and of its reply.
 *
 * <p>A request is {@link InHeader}, the argument struct, the names, each with a NUL, and bulk data. A reply is
 * {@link OutHeader}, the reply structs one after another, and, where it is variable, more bytes.
 */
public enum Opcode {
    LOOKUP(shape(1, 0).names(1).reply(EntryOut.STRUCT)),
    FORGET(shape(2, 0).arguments(ForgetIn.STRUCT).noReply()),
    GETATTR(shape(3, 0).arguments(GetattrIn.STRUCT).reply(AttrOut.STRUCT)),
    SETATTR(shape(4, 1).arguments(SetattrIn.STRUCT).reply(AttrOut.STRUCT)),
    READLINK(shape(5, 0).variableReply()),
    SYMLINK(shape(6, 1).names(2).reply(EntryOut.STRUCT)),
    MKNOD(shape(8, 1).arguments(MknodIn.STRUCT).names(1).reply(EntryOut.STRUCT)),
    MKDIR(shape(9, 1).arguments(MkdirIn.STRUCT).names(1).reply(EntryOut.STRUCT)),
    UNLINK(shape(10, 1).names(1)),
    RMDIR(shape(11, 1).names(1)),
    RENAME(shape(12, 1).arguments(RenameIn.STRUCT).names(2)),
    LINK(shape(13, 1).arguments(LinkIn.STRUCT).names(1).reply(EntryOut.STRUCT)),
    OPEN(shape(14, 1).arguments(OpenIn.STRUCT).reply(OpenOut.STRUCT)),
    READ(shape(15, 1).arguments(ReadIn.STRUCT).variableReply()),
    WRITE(shape(16, 1).arguments(WriteIn.STRUCT).data().reply(WriteOut.STRUCT)),
    STATFS(shape(17, 0).reply(StatfsOut.STRUCT)),
    RELEASE(shape(18, 1).arguments(ReleaseIn.STRUCT)),
    FSYNC(shape(20, 1).arguments(FsyncIn.STRUCT)),
    SETXATTR(shape(21, 1).arguments(SetxattrIn.STRUCT).names(1).data()),
    GETXATTR(shape(22, 1).arguments(GetxattrIn.STRUCT).names(1).variableReply()),
    LISTXATTR(shape(23, 1).arguments(GetxattrIn.STRUCT).variableReply()),
    REMOVEXATTR(shape(24, 1).names(1)),
    FLUSH(shape(25, 1).arguments(FlushIn.STRUCT)),
    INIT(shape(26, 0).arguments(InitIn.STRUCT).reply(InitOut.STRUCT)),
    OPENDIR(shape(27, 1).arguments(OpenIn.STRUCT).reply(OpenOut.STRUCT)),
    READDIR(shape(28, 1).arguments(ReadIn.STRUCT).variableReply()),
    RELEASEDIR(shape(29, 1).arguments(ReleaseIn.STRUCT)),
    FSYNCDIR(shape(30, 2).arguments(FsyncIn.STRUCT)),
    GETLK(shape(31, 7).arguments(LkIn.STRUCT).reply(LkOut.STRUCT)),
    SETLK(shape(32, 7).arguments(LkIn.STRUCT)),
    SETLKW(shape(33, 7).arguments(LkIn.STRUCT)),
    ACCESS(shape(34, 3).arguments(AccessIn.STRUCT)),
    CREATE(shape(35, 3).arguments(CreateIn.STRUCT).names(1).reply(EntryOut.STRUCT, OpenOut.STRUCT)),
    INTERRUPT(shape(36, 7).arguments(InterruptIn.STRUCT)),
    BMAP(shape(37, 8).arguments(BmapIn.STRUCT).reply(BmapOut.STRUCT)),
    DESTROY(shape(38, 8)),
    IOCTL(shape(39, 11).arguments(IoctlIn.STRUCT).data().reply(IoctlOut.STRUCT).variableReply()),
    POLL(shape(40, 11).arguments(PollIn.STRUCT).reply(PollOut.STRUCT)),
    NOTIFY_REPLY(shape(41, 15).arguments(NotifyRetrieveIn.STRUCT).data().noReply()),
    BATCH_FORGET(shape(42, 16).arguments(BatchForgetIn.STRUCT).data().noReply()),
    FALLOCATE(shape(43, 19).arguments(FallocateIn.STRUCT)),
    READDIRPLUS(shape(44, 21).arguments(ReadIn.STRUCT).variableReply()),
    RENAME2(shape(45, 23).arguments(Rename2In.STRUCT).names(2)),
    LSEEK(shape(46, 24).arguments(LseekIn.STRUCT).reply(LseekOut.STRUCT)),
    COPY_FILE_RANGE(shape(47, 28).arguments(CopyFileRangeIn.STRUCT).reply(WriteOut.STRUCT)),
    SETUPMAPPING(shape(48, 31).arguments(SetupmappingIn.STRUCT)),
    REMOVEMAPPING(shape(49, 31).arguments(RemovemappingIn.STRUCT).data()),
    SYNCFS(shape(50, 34).arguments(SyncfsIn.STRUCT)),
    TMPFILE(shape(51, 37).arguments(CreateIn.STRUCT).names(1).reply(EntryOut.STRUCT, OpenOut.STRUCT)),
    STATX(shape(52, 39).arguments(StatxIn.STRUCT).reply(StatxOut.STRUCT)),
    COPY_FILE_RANGE_64(shape(53, 45).arguments(CopyFileRangeIn.STRUCT).reply(CopyFileRangeOut.STRUCT)),
    CUSE_INIT(shape(4096, 12).arguments(CuseInitIn.STRUCT).reply(CuseInitOut.STRUCT).variableReply());

    private static final Opcode[] BY_CODE = byCodes();

    private final Shape shape;

    Opcode(Shape shape) {
        this.shape = shape;
    }

    /** The operation with the number {@code code}, if this version of the protocol has one. */
    public static Optional<Opcode> of(int code) {
        return Optional.ofNullable(byCode(code));
    }

    /** As {@link #of}, without allocation: null if there is none. */
    public static Opcode byCode(int code) {
        if (code >= 0 && code < BY_CODE.length) {
            return BY_CODE[code];
        }
        return code == CUSE_INIT.code() ? CUSE_INIT : null;
    }

    /** The number in {@link InHeader#OPCODE}. */
    public int code() {
        return shape.code;
    }

    /** The minor version of the protocol that introduced it. */
    public int since() {
        return shape.since;
    }

    /** The argument struct, if it has one. */
    public Optional<Struct> arguments() {
        return Optional.ofNullable(shape.arguments);
    }

    /**
     * The size of the argument struct in bytes, by the outcome of INIT.
     *
     * @param minor the minor version of the protocol
     * @param flags the masks of the {@link InitFlag}s that both ends have
     */
    public int argumentsSize(int minor, long flags) {
        if (this == SETXATTR && !InitFlag.SETXATTR_EXT.in(flags)) {
            return SetxattrIn.COMPAT_SIZE;
        }
        return shape.arguments == null ? 0 : shape.arguments.size(minor);
    }

    /** The number of names after the argument struct. */
    public int names() {
        return shape.names;
    }

    /** Whether bulk data follows. */
    public boolean hasData() {
        return shape.data;
    }

    /** The structs of the reply, in order. */
    public List<Struct> replyStructs() {
        return shape.reply;
    }

    /** The size of the reply structs in bytes in protocol 7.{@code minor}. */
    public int replySize(int minor) {
        int size = 0;
        for (int i = 0; i < shape.reply.size(); i++) {
            size += shape.reply.get(i).size(minor);
        }
        return size;
    }

    /** Whether a variable number of bytes follows the reply's structs. */
    public boolean replyVariable() {
        return shape.variableReply;
    }

    /** Whether there is a reply. */
    public boolean expectsReply() {
        return shape.expectsReply;
    }

    private static Shape shape(int code, int since) {
        return new Shape(code, since);
    }

    private static Opcode[] byCodes() {
        var table = new Opcode[64];
        for (Opcode opcode : values()) {
            if (opcode != CUSE_INIT) {
                table[opcode.code()] = opcode;
            }
        }
        return table;
    }

    /** Builds the description of a constant. */
    private static final class Shape {
        final int code;
        final int since;
        Struct arguments;
        int names;
        boolean data;
        List<Struct> reply = List.of();
        boolean variableReply;
        boolean expectsReply = true;

        Shape(int code, int since) {
            this.code = code;
            this.since = since;
        }

        Shape arguments(Struct struct) {
            arguments = struct;
            return this;
        }

        Shape names(int count) {
            names = count;
            return this;
        }

        Shape data() {
            data = true;
            return this;
        }

        Shape reply(Struct... structs) {
            reply = List.of(structs);
            return this;
        }

        Shape variableReply() {
            variableReply = true;
            return this;
        }

        Shape noReply() {
            expectsReply = false;
            return this;
        }
    }
}

package org.hexfuse.server.dispatch;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.BmapOut;
import org.hexfuse.abi.CopyFileRangeOut;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileLock;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetxattrOut;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.IoctlOut;
import org.hexfuse.abi.KStatfs;
import org.hexfuse.abi.LkOut;
import org.hexfuse.abi.LseekOut;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.OpenOut;
import org.hexfuse.abi.PollOut;
import org.hexfuse.abi.StatfsOut;
import org.hexfuse.abi.StatxOut;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Created;
import org.hexfuse.server.Entry;
import org.hexfuse.server.IoctlResult;
import org.hexfuse.server.Opened;
import org.hexfuse.server.reply.ReplyStructs;
import org.hexfuse.server.table.ReferenceTable;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;
import org.hexfuse.transport.spi.RateLimitedLog;

/**
 * From the result of an operation to its reply, whether the handler returns it or a late reply brings it. Lookups and handles are
 * counted before the reply that grants them is sent, and taken back if the kernel does not receive it.
 */
final class Replies {
    private static final RateLimitedLog LIMITED = new RateLimitedLog(Loggers.of(Replies.class));
    private static final Logger LOG = Loggers.of(Replies.class);

    private Replies() {}

    /** Replies late, with a result of the type that the operation has. */
    static Errno reply(Exchange x, Object result) {
        return switch (x.operation()) {
            case LOOKUP, SYMLINK, MKNOD, MKDIR, LINK -> entry(x, (Entry) result);
            case GETATTR, SETATTR -> attr(x, (Attr) result);
            case STATX -> statx(x, (Attr) result);
            case READLINK -> name(x, (Name) result);
            case OPEN, OPENDIR -> opened(x, (Opened) result);
            case CREATE, TMPFILE -> created(x, (Created) result);
            case READ -> x.data(x.dataReply.written());
            case WRITE -> written(x, (Integer) result);
            case STATFS -> statfs(x, (StatVfs) result);
            case GETXATTR -> value(x, (byte[]) result);
            case LISTXATTR -> names(x, (List<?>) result);
            case READDIR -> x.data(x.dirReply.finish());
            case READDIRPLUS -> entries(x);
            case GETLK -> lock(x, (LockRange) result);
            case LSEEK -> offset(x, (Long) result);
            case COPY_FILE_RANGE, COPY_FILE_RANGE_64 -> copied(x, (Long) result);
            case BMAP -> block(x, (Long) result);
            case IOCTL -> ioctl(x, (IoctlResult) result);
            case POLL -> events(x, (Integer) result);
            case UNLINK, RMDIR, RENAME, RENAME2, RELEASE, RELEASEDIR, FSYNC, FSYNCDIR, FLUSH, SETXATTR, REMOVEXATTR,
                    SETLK, SETLKW, ACCESS, FALLOCATE, SYNCFS -> x.ok();
            case FORGET, BATCH_FORGET, INIT, INTERRUPT, DESTROY, NOTIFY_REPLY, SETUPMAPPING, REMOVEMAPPING,
                    CUSE_INIT -> throw new IllegalStateException(x.operation() + " has no late reply");
        };
    }

    /** Replies with the errno of a failure, or with none where the operation has no reply. */
    static Errno fail(Exchange x, Throwable failure) {
        return fail(x, errno(x, x.isCommitted() ? 0 : x.node(), failure));
    }

    /** The errno of a failure. A defect is handed to the panic handler, so the caller holds no lock. */
    static Errno errno(Exchange x, long node, Throwable failure) {
        Optional<Errno> errno = Failures.errno(failure);
        if (errno.isEmpty()) {
            x.panicked(node, failure);
        } else if (!(failure instanceof FuseException)) {
            LOG.debug("{} is answered {}", x.operation(), errno.get(), failure);
        }
        return errno.orElse(Errno.EIO);
    }

    /** Replies with the errno of a failure, unless the request was answered. */
    static Errno fail(Exchange x, Errno why) {
        if (x.operation() == Opcode.READDIRPLUS) {
            x.dirPlusReply.undo();
        }
        return x.isCommitted() ? Errno.OK : refuse(x, why);
    }

    /** Replies with an error, or with nothing where the operation has no reply. */
    static Errno refuse(Exchange x, Errno why) {
        if (why == Errno.ENOSYS && x.operation() == Opcode.OPEN && InitFlag.NO_OPEN_SUPPORT.in(x.info().flags())
                && x.minor() < Protocol.RELEASES_CREATED) {
            x.references().releasesNoFile();
        }
        if (x.operation().expectsReply()) {
            return x.fail(why);
        }
        x.noReply();
        return Errno.OK;
    }

    /** Takes back what a result would have granted, had it been sent: a lookup, a handle. */
    static void undo(Exchange x, Object result) {
        ReferenceTable references = x.references();
        switch (result) {
            case Entry entry -> undoLookup(references, entry);
            case Opened opened -> references.refuseOpen(x.node(), opened.handle(), x.operation() == Opcode.OPENDIR);
            case Created created -> {
                references.refuseOpen(created.entry().node(), created.opened().handle(), false);
                undoLookup(references, created.entry());
            }
            case null, default -> {
                if (x.operation() == Opcode.READDIRPLUS) {
                    x.dirPlusReply.undo();
                }
            }
        }
    }

    private static void undoLookup(ReferenceTable references, Entry entry) {
        references.lookedUp(entry.node());
        references.undoLookup(entry.node());
    }

    static Errno entry(Exchange x, Entry entry) {
        ReferenceTable references = x.references();
        long node = entry.node();
        ReplyStructs.entry(x.slot().reply(), 0, entry, x.minor(), x.info().timeouts());
        references.lookedUp(node);
        Errno sent = x.structs(EntryOut.STRUCT.size(x.minor()));
        if (sent != Errno.OK) {
            references.undoLookup(node);
        }
        return sent;
    }

    static Errno created(Exchange x, Created created) {
        ReferenceTable references = x.references();
        long node = created.entry().node();
        long handle = created.opened().handle();
        int entrySize = EntryOut.STRUCT.size(x.minor());
        references.lookedUp(node);
        int backingId;
        try {
            backingId = references.backingId(node, created.opened());
        } catch (FuseException e) {
            references.refuseOpen(node, handle, false);
            references.undoLookup(node);
            return refuseBacking(x, e);
        }
        references.opened(node, handle, false);
        ReplyStructs.entry(x.slot().reply(), 0, created.entry(), x.minor(), x.info().timeouts());
        ReplyStructs.opened(x.slot().reply(), entrySize, created.opened(), backingId);
        Errno sent = x.structs(entrySize + OpenOut.SIZE);
        if (sent != Errno.OK) {
            references.undoOpen(node, handle, false);
            references.undoLookup(node);
        }
        return sent;
    }

    static Errno opened(Exchange x, Opened opened) {
        ReferenceTable references = x.references();
        long node = x.node();
        boolean directory = x.operation() == Opcode.OPENDIR;
        int backingId;
        try {
            backingId = directory ? 0 : references.backingId(node, opened);
        } catch (FuseException e) {
            references.refuseOpen(node, opened.handle(), directory);
            return refuseBacking(x, e);
        }
        references.opened(node, opened.handle(), directory);
        ReplyStructs.opened(x.slot().reply(), 0, opened, backingId);
        Errno sent = x.structs(OpenOut.SIZE);
        if (sent != Errno.OK) {
            references.undoOpen(node, opened.handle(), directory);
        }
        return sent;
    }

    private static Errno refuseBacking(Exchange x, FuseException why) {
        LIMITED.warn("backing", "the kernel refuses the backing file of an open file: " + why.getMessage());
        return x.fail(why.errno());
    }

    static Errno attr(Exchange x, Attr attr) {
        ReplyStructs.attrOut(x.slot().reply(), attr, x.node(), x.minor(), x.info().timeouts());
        return x.structs(AttrOut.STRUCT.size(x.minor()));
    }

    static Errno statx(Exchange x, Attr attr) {
        ReplyStructs.statxOut(x.slot().reply(), attr, x.node(), x.info().timeouts());
        return x.structs(StatxOut.SIZE);
    }

    static Errno name(Exchange x, Name name) {
        return bytes(x, name.bytes());
    }

    private static Errno bytes(Exchange x, byte[] bytes) {
        if (bytes.length > x.replyCapacity()) {
            return x.fail(Errno.ERANGE);
        }
        x.slot().replyData(0).copyFrom(0, MemorySegment.ofArray(bytes), 0, bytes.length);
        return x.data(bytes.length);
    }

    static Errno written(Exchange x, int count) {
        WriteOut.SIZE_FIELD.set(x.slot().reply(), count);
        zero(x, WriteOut.SIZE_FIELD.size(), WriteOut.SIZE);
        return x.structs(WriteOut.SIZE);
    }

    static Errno statfs(Exchange x, StatVfs stat) {
        int size = StatfsOut.STRUCT.size(x.minor());
        MemorySegment reply = x.slot().reply();
        reply.asSlice(0, size).fill((byte) 0);
        KStatfs.BLOCKS.set(reply, stat.blocks());
        KStatfs.BFREE.set(reply, stat.bfree());
        KStatfs.BAVAIL.set(reply, stat.bavail());
        KStatfs.FILES.set(reply, stat.files());
        KStatfs.FFREE.set(reply, stat.ffree());
        KStatfs.BSIZE.set(reply, (int) Math.min(stat.frsize(), Integer.MAX_VALUE));
        KStatfs.NAMELEN.set(reply, stat.namemax());
        if (size >= KStatfs.SIZE) {
            KStatfs.FRSIZE.set(reply, (int) Math.min(stat.frsize(), Integer.MAX_VALUE));
        }
        return x.structs(size);
    }

    /** Replies with the value of an extended attribute, or with its length if the request has no room for it. */
    static Errno value(Exchange x, byte[] value) {
        return sized(x, x.operations.getXattr.size(), value);
    }

    /** The same with the list of names, each with a NUL behind it. */
    static Errno names(Exchange x, List<?> names) {
        var joined = new ByteArrayOutputStream();
        for (Object name : names) {
            joined.writeBytes(((Name) name).bytes());
            joined.write(0);
        }
        return sized(x, x.operations.listXattr.size(), joined.toByteArray());
    }

    private static Errno sized(Exchange x, int size, byte[] value) {
        if (size == 0) {
            GetxattrOut.SIZE_FIELD.set(x.slot().reply(), value.length);
            zero(x, GetxattrOut.SIZE_FIELD.size(), GetxattrOut.SIZE);
            return x.structs(GetxattrOut.SIZE);
        }
        return value.length > Integer.toUnsignedLong(size) ? x.fail(Errno.ERANGE) : bytes(x, value);
    }

    /** Replies with the entries of READDIRPLUS. The lookups of those that the kernel did not receive do not count. */
    static Errno entries(Exchange x) {
        Errno sent = x.data(x.dirPlusReply.written());
        if (sent == Errno.OK) {
            x.dirPlusReply.sent();
        } else {
            x.dirPlusReply.undo();
        }
        return sent;
    }

    static Errno lock(Exchange x, LockRange found) {
        MemorySegment out = x.slot().reply();
        FileLock.START.set(out, found.start());
        FileLock.END.set(out, found.end());
        FileLock.TYPE.set(out, found.type().code());
        FileLock.PID.set(out, found.pid());
        return x.structs(LkOut.SIZE);
    }

    static Errno offset(Exchange x, long offset) {
        LseekOut.OFFSET.set(x.slot().reply(), offset);
        return x.structs(LseekOut.SIZE);
    }

    /** The older form of the operation has a reply of 32 bits. */
    static Errno copied(Exchange x, long copied) {
        if (x.operation() == Opcode.COPY_FILE_RANGE) {
            return written(x, (int) copied);
        }
        CopyFileRangeOut.BYTES_COPIED.set(x.slot().reply(), copied);
        return x.structs(CopyFileRangeOut.SIZE);
    }

    static Errno block(Exchange x, long block) {
        BmapOut.BLOCK.set(x.slot().reply(), block);
        return x.structs(BmapOut.SIZE);
    }

    static Errno ioctl(Exchange x, IoctlResult result) {
        if (result.isRetry()) {
            Segments memory = x.slot().replyData(IoctlOut.SIZE);
            x.dataReply.set(memory, memory.size());
        }
        ReplyStructs.ioctl(x.slot().reply(), result, x.dataReply);
        return x.structs(IoctlOut.SIZE, x.dataReply.written());
    }

    static Errno events(Exchange x, int events) {
        PollOut.REVENTS.set(x.slot().reply(), events);
        zero(x, PollOut.REVENTS.size(), PollOut.SIZE);
        return x.structs(PollOut.SIZE);
    }

    private static void zero(Exchange x, int from, int to) {
        x.slot().reply().asSlice(from, (long) to - from).fill((byte) 0);
    }
}

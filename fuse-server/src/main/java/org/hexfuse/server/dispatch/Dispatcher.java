package org.hexfuse.server.dispatch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.hexfuse.abi.BatchForgetIn;
import org.hexfuse.abi.BmapOut;
import org.hexfuse.abi.CopyFileRangeOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileLock;
import org.hexfuse.abi.ForgetIn;
import org.hexfuse.abi.ForgetOne;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetxattrOut;
import org.hexfuse.abi.InterruptIn;
import org.hexfuse.abi.IoctlOut;
import org.hexfuse.abi.KStatfs;
import org.hexfuse.abi.LseekOut;
import org.hexfuse.abi.LkOut;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.PollOut;
import org.hexfuse.abi.SetxattrIn;
import org.hexfuse.abi.StatfsOut;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Ioctl;
import org.hexfuse.server.IoctlResult;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.Release;
import org.hexfuse.server.ReleaseDir;
import org.hexfuse.server.Read;
import org.hexfuse.server.init.ConnectionInfo;
import org.hexfuse.server.notify.LinkNotifier;
import org.hexfuse.server.operation.Operations;
import org.hexfuse.server.reply.DataReplyWriter;
import org.hexfuse.server.reply.DirPlusReplyWriter;
import org.hexfuse.server.reply.DirReplyWriter;
import org.hexfuse.server.reply.ReplyStructs;
import org.hexfuse.server.table.KernelReferences;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the method of a filesystem that a request asks for and replies with what comes of it. Whatever a filesystem throws
 * becomes an answer; whatever a kernel sends that makes no sense becomes EINVAL or ENOSYS.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);

    private final FuseFileSystem fileSystem;
    private final ConnectionInfo info;
    private final KernelReferences references;
    private final InFlight inFlight;
    private final LinkNotifier notifier;

    /** For the requests of one session. */
    public Dispatcher(FuseFileSystem fileSystem, ConnectionInfo info, KernelReferences references, InFlight inFlight,
            LinkNotifier notifier) {
        this.fileSystem = fileSystem;
        this.info = info;
        this.references = references;
        this.inFlight = inFlight;
        this.notifier = notifier;
    }

    /** Answers the request of an exchange, on the calling thread, before it returns. */
    public void dispatch(Exchange x) {
        Opcode opcode = Opcode.byCode(x.slot().opcode());
        try {
            if (opcode == null) {
                x.fail(Errno.ENOSYS);
            } else if (x.slot().argumentsSize() < opcode.argumentsSize(info.minor(), info.flags())) {
                refuse(x, opcode, Errno.EINVAL);
            } else {
                call(x, opcode);
            }
        } catch (Throwable e) {
            failed(x, opcode, e);
        }
    }

    private void refuse(Exchange x, Opcode opcode, Errno why) {
        if (opcode.expectsReply()) {
            x.fail(why);
        } else {
            x.noReply();
        }
    }

    private void failed(Exchange x, Opcode opcode, Throwable failure) {
        Errno answer = Failures.errno(failure).orElse(null);
        if (answer == null) {
            LIMITED.error(failure.getClass(), "the filesystem failed in " + opcode + " of node " + nodeOf(x)
                    + ", which is answered EIO", failure);
            answer = Errno.EIO;
        } else if (!(failure instanceof FuseException)) {
            LOG.debug("{} is answered {}", opcode, answer, failure);
        }
        if (!x.isCommitted()) {
            refuse(x, opcode, answer);
        }
    }

    private static String nodeOf(Exchange x) {
        return x.isCommitted() ? "a request that was answered" : Long.toUnsignedString(x.operations.getAttr.node());
    }

    private void call(Exchange x, Opcode opcode) throws IOException, InterruptedException {
        Operations op = x.operations;
        switch (opcode) {
            case LOOKUP -> x.entry(fileSystem.lookup(op.lookup));
            case FORGET -> forget(x);
            case BATCH_FORGET -> batchForget(x);
            case GETATTR -> x.attr(op.getAttr.node(), fileSystem.getattr(op.getAttr));
            case SETATTR -> x.attr(op.setAttr.node(), fileSystem.setattr(op.setAttr));
            case READLINK -> x.bytes(fileSystem.readlink(op.readLink).bytes());
            case SYMLINK -> x.entry(fileSystem.symlink(op.symLink));
            case MKNOD -> x.entry(fileSystem.mknod(op.mkNod));
            case MKDIR -> x.entry(fileSystem.mkdir(op.mkDir));
            case UNLINK -> done(x, () -> fileSystem.unlink(op.unlink));
            case RMDIR -> done(x, () -> fileSystem.rmdir(op.rmDir));
            case RENAME, RENAME2 -> done(x, () -> fileSystem.rename(op.rename));
            case LINK -> x.entry(fileSystem.link(op.link));
            case OPEN -> x.opened(op.open.node(), fileSystem.open(op.open), false);
            case OPENDIR -> x.opened(op.openDir.node(), fileSystem.opendir(op.openDir), true);
            case READ -> read(x);
            case WRITE -> write(x);
            case STATFS -> statfs(x);
            case RELEASE -> release(x);
            case RELEASEDIR -> releasedir(x);
            case FSYNC -> done(x, () -> fileSystem.fsync(op.fsync));
            case FSYNCDIR -> done(x, () -> fileSystem.fsyncdir(op.fsyncDir));
            case FLUSH -> done(x, () -> fileSystem.flush(op.flush));
            case SETXATTR -> setxattr(x);
            case GETXATTR -> sized(x, op.getXattr.size(), fileSystem.getxattr(op.getXattr));
            case LISTXATTR -> sized(x, op.listXattr.size(), join(fileSystem.listxattr(op.listXattr)));
            case REMOVEXATTR -> done(x, () -> fileSystem.removexattr(op.removeXattr));
            case READDIR -> readdir(x);
            case READDIRPLUS -> readdirplus(x);
            case GETLK -> getlk(x);
            case SETLK, SETLKW -> done(x, () -> fileSystem.setlk(op.lock));
            case ACCESS -> done(x, () -> fileSystem.access(op.access));
            case CREATE -> x.created(fileSystem.create(op.create));
            case TMPFILE -> x.created(fileSystem.tmpfile(op.tmpFile));
            case INTERRUPT -> interrupt(x);
            case DESTROY -> x.ok();
            case FALLOCATE -> done(x, () -> fileSystem.fallocate(op.fallocate));
            case LSEEK -> lseek(x);
            case COPY_FILE_RANGE, COPY_FILE_RANGE_64 -> copyFileRange(x, opcode);
            case SYNCFS -> done(x, () -> fileSystem.syncfs(op.syncFs));
            case INIT -> x.fail(Errno.EIO);
            case NOTIFY_REPLY -> notifyReply(x);
            case BMAP -> bmap(x);
            case IOCTL -> ioctl(x);
            case POLL -> poll(x);
            case STATX -> x.statx(op.getAttr.node(), fileSystem.getattr(op.getAttr));
            case SETUPMAPPING, REMOVEMAPPING, CUSE_INIT -> x.fail(Errno.ENOSYS);
        }
    }

    /** A call of a filesystem that gives nothing back. */
    private interface Action {
        void run() throws IOException, InterruptedException;
    }

    private static void done(Exchange x, Action action) throws IOException, InterruptedException {
        action.run();
        x.ok();
    }

    private void forget(Exchange x) {
        long node = x.operations.getAttr.node();
        long count = ForgetIn.NLOOKUP.get(x.slot().arguments());
        x.noReply();
        references.forget(node, count);
    }

    private void batchForget(Exchange x) {
        long count = BatchForgetIn.COUNT.getUnsigned(x.slot().arguments(), 0);
        Segments rest = x.slot().rest();
        byte[] pairs = new byte[(int) Math.min(count * ForgetOne.SIZE, rest.size() / ForgetOne.SIZE * ForgetOne.SIZE)];
        rest.copyTo(0, pairs, 0, pairs.length);
        x.noReply();
        var memory = MemorySegment.ofArray(pairs);
        for (int at = 0; at < pairs.length; at += ForgetOne.SIZE) {
            references.forget(ForgetOne.NODEID.get(memory, at), ForgetOne.NLOOKUP.get(memory, at));
        }
    }

    private void interrupt(Exchange x) {
        long unique = InterruptIn.UNIQUE.get(x.slot().arguments());
        x.noReply();
        inFlight.interrupt(unique);
    }

    private void read(Exchange x) throws IOException, InterruptedException {
        Read op = x.operations.read;
        DataReplyWriter out = x.dataReply.set(x.slot().replyData(0), Integer.toUnsignedLong(op.size()));
        fileSystem.read(op, out);
        x.data(out.written());
    }

    private void write(Exchange x) throws IOException, InterruptedException {
        long announced = WriteIn.SIZE_FIELD.getUnsigned(x.slot().arguments(), 0);
        if (announced != x.slot().rest().size()) {
            throw FuseException.of(Errno.EINVAL);
        }
        written(x, fileSystem.write(x.operations.write));
    }

    private static void written(Exchange x, int count) {
        WriteOut.SIZE_FIELD.set(x.slot().reply(), count);
        zero(x, WriteOut.SIZE_FIELD.size(), WriteOut.SIZE);
        x.structs(WriteOut.SIZE);
    }

    private void statfs(Exchange x) throws IOException, InterruptedException {
        int size = StatfsOut.STRUCT.size(info.minor());
        StatVfs stat = fileSystem.statfs(x.operations.statFs);
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
        x.structs(size);
    }

    private void release(Exchange x) throws IOException, InterruptedException {
        Release op = x.operations.release;
        references.released(op.node(), op.handle(), false);
        fileSystem.release(op);
        x.ok();
    }

    private void releasedir(Exchange x) throws IOException, InterruptedException {
        ReleaseDir op = x.operations.releaseDir;
        references.released(op.node(), op.handle(), true);
        fileSystem.releasedir(op);
        x.ok();
    }

    private void setxattr(Exchange x) throws IOException, InterruptedException {
        long size = SetxattrIn.SIZE_FIELD.getUnsigned(x.slot().arguments(), 0);
        if (size > x.slot().rest().size()) {
            throw FuseException.of(Errno.EINVAL);
        }
        fileSystem.setxattr(x.operations.setXattr);
        x.ok();
    }

    private static byte[] join(List<Name> names) {
        var joined = new ByteArrayOutputStream();
        for (Name name : names) {
            joined.writeBytes(name.bytes());
            joined.write(0);
        }
        return joined.toByteArray();
    }

    /** Replies with {@code value}, or with its length alone if that is what was asked for. */
    private static void sized(Exchange x, int size, byte[] value) {
        if (size == 0) {
            GetxattrOut.SIZE_FIELD.set(x.slot().reply(), value.length);
            zero(x, GetxattrOut.SIZE_FIELD.size(), GetxattrOut.SIZE);
            x.structs(GetxattrOut.SIZE);
        } else if (value.length > Integer.toUnsignedLong(size)) {
            x.fail(Errno.ERANGE);
        } else {
            x.bytes(value);
        }
    }

    private void readdir(Exchange x) throws IOException, InterruptedException {
        ReadDir op = x.operations.readDir;
        DirReplyWriter out = x.dirReply.set(x.slot().replyData(0), Integer.toUnsignedLong(op.size()), op.node(),
                op.offset());
        fileSystem.readdir(op, out);
        x.data(out.finish());
    }

    private void readdirplus(Exchange x) throws IOException, InterruptedException {
        ReadDir op = x.operations.readDir;
        DirPlusReplyWriter out = x.dirPlusReply.set(x.slot().replyData(0), Integer.toUnsignedLong(op.size()),
                info.minor(), info.timeouts());
        try {
            fileSystem.readdirplus(op, out);
            if (x.data(out.written()) == Errno.OK) {
                out.sent();
            }
        } finally {
            // What the kernel did not receive does not count, whether the reply was refused or never made.
            out.undo();
        }
    }

    private void getlk(Exchange x) throws IOException, InterruptedException {
        LockRange found = fileSystem.getlk(x.operations.lock);
        MemorySegment out = x.slot().reply();
        FileLock.START.set(out, found.start());
        FileLock.END.set(out, found.end());
        FileLock.TYPE.set(out, found.type().code());
        FileLock.PID.set(out, found.pid());
        x.structs(LkOut.SIZE);
    }

    private void lseek(Exchange x) throws IOException, InterruptedException {
        LseekOut.OFFSET.set(x.slot().reply(), fileSystem.lseek(x.operations.lseek));
        x.structs(LseekOut.SIZE);
    }

    /** The older form of the operation answers in 32 bits. */
    private void copyFileRange(Exchange x, Opcode opcode) throws IOException, InterruptedException {
        long copied = fileSystem.copyFileRange(x.operations.copyFileRange);
        if (opcode == Opcode.COPY_FILE_RANGE) {
            written(x, (int) copied);
        } else {
            CopyFileRangeOut.BYTES_COPIED.set(x.slot().reply(), copied);
            x.structs(CopyFileRangeOut.SIZE);
        }
    }

    private void notifyReply(Exchange x) {
        notifier.retrieved(x.slot());
        x.noReply();
    }

    private void bmap(Exchange x) throws IOException, InterruptedException {
        BmapOut.BLOCK.set(x.slot().reply(), fileSystem.bmap(x.operations.bmap));
        x.structs(BmapOut.SIZE);
    }

    private void ioctl(Exchange x) throws IOException, InterruptedException {
        Ioctl op = x.operations.ioctl;
        Segments memory = x.slot().replyData(IoctlOut.SIZE);
        DataReplyWriter out = x.dataReply.set(memory, Integer.toUnsignedLong(op.room()));
        IoctlResult result = fileSystem.ioctl(op, out);
        DataReplyWriter data = result.isRetry() ? x.dataReply.set(memory, memory.size()) : out;
        ReplyStructs.ioctl(x.slot().reply(), result, data);
        x.structs(IoctlOut.SIZE, data.written());
    }

    private void poll(Exchange x) throws IOException, InterruptedException {
        PollOut.REVENTS.set(x.slot().reply(), fileSystem.poll(x.operations.poll));
        zero(x, PollOut.REVENTS.size(), PollOut.SIZE);
        x.structs(PollOut.SIZE);
    }

    private static void zero(Exchange x, int from, int to) {
        x.slot().reply().asSlice(from, (long) to - from).fill((byte) 0);
    }
}

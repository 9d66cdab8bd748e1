package org.hexfuse.server.dispatch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.BatchForgetIn;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.ForgetIn;
import org.hexfuse.abi.ForgetOne;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InterruptIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetxattrIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Release;
import org.hexfuse.server.ReleaseDir;
import org.hexfuse.server.init.SessionInfo;
import org.hexfuse.server.notify.LinkNotifier;
import org.hexfuse.server.operation.Operations;
import org.hexfuse.server.table.ReferenceTable;
import org.hexfuse.transport.Segments;

/**
 * Calls the method of the filesystem that a request is for, and replies with its result unless the method has deferred the reply.
 * Whatever a filesystem throws becomes an errno; a malformed request is answered EINVAL, an unknown one ENOSYS.
 */
public final class Dispatcher {
    private final FuseFileSystem fileSystem;
    private final SessionInfo info;
    private final ReferenceTable references;
    private final InFlight inFlight;
    private final LinkNotifier notifier;

    /** For the requests of one session. */
    public Dispatcher(FuseFileSystem fileSystem, SessionInfo info, ReferenceTable references, InFlight inFlight,
            LinkNotifier notifier) {
        this.fileSystem = fileSystem;
        this.info = info;
        this.references = references;
        this.inFlight = inFlight;
        this.notifier = notifier;
    }

    /** Runs the request of an exchange on the calling thread. It is replied to when this returns, or its reply is deferred. */
    public void dispatch(Exchange x) {
        Opcode opcode = x.operation();
        try {
            if (opcode == null) {
                refuse(x, Errno.ENOSYS);
            } else if (x.argumentsSize() < opcode.argumentsSize(info.minor(), info.flags())) {
                refuse(x, Errno.EINVAL);
            } else {
                call(x, opcode);
            }
        } catch (Throwable e) {
            if (x.late() == null) {
                if (x.mayReply()) {
                    Replies.fail(x, e);
                }
            } else {
                x.late().failHandler(e);
            }
        }
    }

    private static void refuse(Exchange x, Errno why) {
        if (!x.mayReply()) {
            return;
        }
        if (x.operation() == null) {
            x.fail(why);
        } else {
            Replies.refuse(x, why);
        }
    }

    private void call(Exchange x, Opcode opcode) throws IOException, InterruptedException {
        Operations op = x.operations;
        switch (opcode) {
            case LOOKUP -> reply(x, fileSystem.lookup(op.lookup), Replies::entry);
            case FORGET -> forget(x);
            case BATCH_FORGET -> batchForget(x);
            case GETATTR -> reply(x, fileSystem.getattr(op.getAttr), Replies::attr);
            case SETATTR -> reply(x, fileSystem.setattr(op.setAttr), Replies::attr);
            case READLINK -> reply(x, fileSystem.readlink(op.readLink), Replies::name);
            case SYMLINK -> reply(x, fileSystem.symlink(op.symLink), Replies::entry);
            case MKNOD -> reply(x, fileSystem.mknod(op.mkNod), Replies::entry);
            case MKDIR -> reply(x, fileSystem.mkdir(op.mkDir), Replies::entry);
            case UNLINK -> run(x, () -> fileSystem.unlink(op.unlink));
            case RMDIR -> run(x, () -> fileSystem.rmdir(op.rmDir));
            case RENAME, RENAME2 -> run(x, () -> fileSystem.rename(op.rename));
            case LINK -> reply(x, fileSystem.link(op.link), Replies::entry);
            case OPEN -> reply(x, fileSystem.open(op.open), Replies::opened);
            case OPENDIR -> reply(x, fileSystem.opendir(op.openDir), Replies::opened);
            case READ -> read(x);
            case WRITE -> write(x);
            case STATFS -> reply(x, fileSystem.statfs(op.statFs), Replies::statfs);
            case RELEASE -> release(x);
            case RELEASEDIR -> releasedir(x);
            case FSYNC -> run(x, () -> fileSystem.fsync(op.fsync));
            case FSYNCDIR -> run(x, () -> fileSystem.fsyncdir(op.fsyncDir));
            case FLUSH -> run(x, () -> fileSystem.flush(op.flush));
            case SETXATTR -> setxattr(x);
            case GETXATTR -> reply(x, fileSystem.getxattr(op.getXattr), Replies::value);
            case LISTXATTR -> reply(x, fileSystem.listxattr(op.listXattr), Replies::names);
            case REMOVEXATTR -> run(x, () -> fileSystem.removexattr(op.removeXattr));
            case READDIR -> readdir(x);
            case READDIRPLUS -> readdirplus(x);
            case GETLK -> reply(x, fileSystem.getlk(op.lock), Replies::lock);
            case SETLK, SETLKW -> run(x, () -> fileSystem.setlk(op.lock));
            case ACCESS -> run(x, () -> fileSystem.access(op.access));
            case CREATE -> reply(x, fileSystem.create(op.create), Replies::created);
            case TMPFILE -> reply(x, fileSystem.tmpfile(op.tmpFile), Replies::created);
            case INTERRUPT -> interrupt(x);
            case DESTROY -> done(x);
            case FALLOCATE -> run(x, () -> fileSystem.fallocate(op.fallocate));
            case LSEEK -> reply(x, fileSystem.lseek(op.lseek), Replies::offset);
            case COPY_FILE_RANGE,
                    COPY_FILE_RANGE_64 -> reply(x, fileSystem.copyFileRange(op.copyFileRange), Replies::copied);
            case SYNCFS -> run(x, () -> fileSystem.syncfs(op.syncFs));
            case INIT -> refuse(x, Errno.EIO);
            case NOTIFY_REPLY -> notifyReply(x);
            case BMAP -> reply(x, fileSystem.bmap(op.bmap), Replies::block);
            case IOCTL -> ioctl(x);
            case POLL -> reply(x, fileSystem.poll(op.poll), Replies::events);
            case STATX -> reply(x, fileSystem.getattr(op.getAttr), Replies::statx);
            case SETUPMAPPING, REMOVEMAPPING, CUSE_INIT -> refuse(x, Errno.ENOSYS);
        }
    }

    /** Replies with a result of one type. */
    private interface Reply<R> {
        Errno send(Exchange x, R result);
    }

    /** Whether the result of the handler that has returned is the reply. */
    private static boolean replies(Exchange x) {
        return x.late() == null && x.mayReply();
    }

    /** The result of a handler that has deferred its reply is a placeholder. */
    private static <R> void reply(Exchange x, R result, Reply<R> reply) {
        if (replies(x)) {
            reply.send(x, result);
        }
    }

    /** A call of a method without a result. */
    private interface Action {
        void run() throws IOException, InterruptedException;
    }

    private static void run(Exchange x, Action action) throws IOException, InterruptedException {
        action.run();
        done(x);
    }

    private static void done(Exchange x) {
        if (replies(x)) {
            x.ok();
        }
    }

    private void forget(Exchange x) {
        long node = x.node();
        long count = ForgetIn.NLOOKUP.get(x.arguments());
        x.noReply();
        references.forget(node, count);
    }

    private void batchForget(Exchange x) {
        long count = BatchForgetIn.COUNT.getUnsigned(x.arguments(), 0);
        Segments rest = x.rest();
        byte[] pairs = new byte[(int) Math.min(count * ForgetOne.SIZE, rest.size() / ForgetOne.SIZE * ForgetOne.SIZE)];
        rest.copyTo(0, pairs, 0, pairs.length);
        x.noReply();
        var memory = MemorySegment.ofArray(pairs);
        for (int at = 0; at < pairs.length; at += ForgetOne.SIZE) {
            references.forget(ForgetOne.NODEID.get(memory, at), ForgetOne.NLOOKUP.get(memory, at));
        }
    }

    private void interrupt(Exchange x) {
        long unique = InterruptIn.UNIQUE.get(x.arguments());
        x.noReply();
        inFlight.interrupt(unique);
    }

    private void notifyReply(Exchange x) {
        notifier.retrieved(x.slot());
        x.noReply();
    }

    private void read(Exchange x) throws IOException, InterruptedException {
        x.openReply();
        fileSystem.read(x.operations.read, x.dataReply);
        if (replies(x)) {
            x.data(x.dataReply.written());
        }
    }

    private void write(Exchange x) throws IOException, InterruptedException {
        long announced = WriteIn.SIZE_FIELD.getUnsigned(x.arguments(), 0);
        if (announced != x.rest().size()) {
            throw FuseException.of(Errno.EINVAL);
        }
        int count = fileSystem.write(x.operations.write);
        if (replies(x)) {
            Replies.written(x, count);
        }
    }

    private void release(Exchange x) throws IOException, InterruptedException {
        Release op = x.operations.release;
        references.released(op.node(), op.handle(), false);
        fileSystem.release(op);
        done(x);
    }

    private void releasedir(Exchange x) throws IOException, InterruptedException {
        ReleaseDir op = x.operations.releaseDir;
        references.released(op.node(), op.handle(), true);
        fileSystem.releasedir(op);
        done(x);
    }

    private void setxattr(Exchange x) throws IOException, InterruptedException {
        long size = SetxattrIn.SIZE_FIELD.getUnsigned(x.arguments(), 0);
        if (size > x.rest().size()) {
            throw FuseException.of(Errno.EINVAL);
        }
        fileSystem.setxattr(x.operations.setXattr);
        done(x);
    }

    private void readdir(Exchange x) throws IOException, InterruptedException {
        x.openReply();
        fileSystem.readdir(x.operations.readDir, x.dirReply);
        if (replies(x)) {
            x.data(x.dirReply.finish());
        }
    }

    private void readdirplus(Exchange x) throws IOException, InterruptedException {
        x.openReply();
        fileSystem.readdirplus(x.operations.readDir, x.dirPlusReply);
        if (replies(x)) {
            Replies.entries(x);
        }
    }

    private void ioctl(Exchange x) throws IOException, InterruptedException {
        x.openReply();
        reply(x, fileSystem.ioctl(x.operations.ioctl, x.dataReply), Replies::ioctl);
    }
}

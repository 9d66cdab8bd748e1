package org.hexfuse.server;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.hexfuse.abi.Caller;

/**
 * A request, as a filesystem sees it. An operation that a session hands to a method is valid until that method returns, on any
 * thread, and is then used for another request; names, values and callers that it returned may be kept.
 *
 * <p>Each kind of operation has a method {@code of}, which makes one by hand, as for a unit test, and methods whose names begin
 * with {@code with}, which make another operation of the same kind from this one, as for a {@link FilterFileSystem}. An
 * operation made from another one has everything of it that was not replaced, reads it from there, and is valid as long.
 *
 * <p>An operation made by hand comes from process 0 of root, on {@link Session#detached}, and is not interrupted.
 *
 * <p>Not meant to be implemented elsewhere: later versions of the protocol add accessors.
 *
 * @param <O> the kind of the operation
 */
public sealed interface Operation<O extends Operation<O>>
        permits Access, Bmap, CopyFileRange, Create, Fallocate, Flush, Forget, Fsync, FsyncDir, GetAttr, GetXattr,
        Ioctl, Link, ListXattr, Lock, Lookup, Lseek, MkDir, MkNod, Open, OpenDir, Poll, Read, ReadDir, ReadLink,
        Release,
        ReleaseDir, RemoveXattr, Rename, RmDir, SetAttr, SetXattr, StatFs, SymLink, SyncFs, TmpFile, Unlink, Write {
    /** The node that the operation is on: for names, the directory that they are in. */
    long node();

    /** The session of the kernel that sent the request. */
    Session session();

    /** The caller; all zeros for FORGET, and for what a session's end releases. */
    default Caller caller() {
        return new Caller(uid(), gid(), pid());
    }

    /** The user id of the caller. */
    int uid();

    /** The group id of the caller. */
    int gid();

    /** The process id of the caller, 0 if it is not known in the server's namespace. */
    int pid();

    /**
     * Supplementary groups of the caller, as far as the kernel sends them: for operations that create a node the group of the
     * directory, if {@link org.hexfuse.abi.InitFlag#CREATE_SUPP_GROUP} was enabled.
     */
    List<Integer> supplementaryGroups();

    /**
     * The security contexts of a new node, if {@link org.hexfuse.abi.InitFlag#SECURITY_CTX} was enabled and the kernel has a
     * security module that sends them.
     */
    List<SecurityContext> securityContexts();

    /** The unique id of the request; 0 if there is none. */
    long unique();

    /**
     * Whether the caller was interrupted, or the session has ended: answer soon, with EINTR if the operation had no effect. The
     * thread is interrupted as well where {@link FuseFileSystem#interruptsThreads} or {@link #interruptThread} says so.
     */
    boolean interrupted();

    /**
     * Runs {@code action} once, when the caller is interrupted or the session ends; at once if that has happened. It runs on a thread
     * that reads requests and must not wait, and not when the reply has been given before. The reply is still to be given.
     */
    void onInterrupt(Runnable action);

    /**
     * Whether an interrupt of the caller, or the session's end, interrupts the calling thread until the handler returns: for
     * this operation in place of what {@link FuseFileSystem#interruptsThreads} says. If it has happened, the thread is interrupted
     * now. Has no effect on other threads than that of the handler, nor where a caller's thread runs the handler.
     */
    void interruptThread(boolean interrupt);

    /** The same operation on another node. */
    O withNode(long node);

    /** The same operation of another caller. */
    O withCaller(Caller caller, Integer... supplementaryGroups);

    /** The same operation in another session. */
    O withSession(Session session);

    /** The same operation with another source of {@link #interrupted}. */
    O withInterrupted(BooleanSupplier interrupted);
}

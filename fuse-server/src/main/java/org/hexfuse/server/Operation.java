package org.hexfuse.server;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Name;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Slot;

/** A request, as a filesystem sees it. Valid until the method that was given it returns, then used for another request. */
public abstract sealed class Operation
        permits Access, Bmap, CopyFileRange, Create, Fallocate, Flush, Forget, Fsync, FsyncDir, GetAttr, GetXattr,
        Ioctl,
        Link, ListXattr, Lock, Lookup, Lseek, MkDir, MkNod, Open, OpenDir, Poll, Read, ReadDir, ReadLink, Release,
        ReleaseDir, RemoveXattr, Rename, RmDir, SetAttr, SetXattr, StatFs, SymLink, SyncFs, TmpFile, Unlink, Write {
    private Exchange exchange;

    Operation() {}

    /** Makes this the operation of another request. */
    final void bind(Exchange next) {
        this.exchange = next;
    }

    /** The node that the operation is on: for names, the directory that they are in. */
    public long node() {
        return InHeader.NODEID.get(exchange.header());
    }

    /** Which kernel asks. */
    public final Session session() {
        return exchange.session();
    }

    /** Who asks; all zeros when nobody does, as for what is given back at a session's end, and for all that FORGET says. */
    public final Caller caller() {
        return new Caller(uid(), gid(), pid());
    }

    /** The user id of who asks. */
    public final int uid() {
        return InHeader.UID.get(exchange.header());
    }

    /** The group id of who asks. */
    public final int gid() {
        return InHeader.GID.get(exchange.header());
    }

    /** The process id of who asks, 0 if it is not known here. */
    public final int pid() {
        return InHeader.PID.get(exchange.header());
    }

    /**
     * Groups that who asks is in beside {@link #gid}, as far as the kernel tells: for what makes a node, that of the directory,
     * if {@link org.hexfuse.abi.InitFlag#CREATE_SUPP_GROUP} was taken.
     */
    public final List<Integer> supplementaryGroups() {
        return extensions().groups();
    }

    /**
     * What a new node is to be marked with, if {@link org.hexfuse.abi.InitFlag#SECURITY_CTX} was taken and the kernel has a
     * security module that says so.
     */
    public final List<SecurityContext> securityContexts() {
        return extensions().contexts();
    }

    private Extensions extensions() {
        return new Extensions(exchange.slot().rest(), InHeader.TOTAL_EXTLEN.getUnsigned(exchange.slot().header(), 0));
    }

    /** The number that names the request until it is answered; 0 when there is none. */
    public final long unique() {
        return exchange.unique();
    }

    /**
     * Whether the caller was interrupted and would have its answer soon; EINTR is a fine one. A thread that runs a filesystem
     * that says it blocks is interrupted as well.
     */
    public final boolean interrupted() {
        return exchange.interrupted();
    }

    /** The kind of the operation, its node and its caller. */
    @Override public final String toString() {
        return getClass().getSimpleName() + "[node=" + Long.toUnsignedString(node()) + ", uid="
                + Integer.toUnsignedString(uid())
                + ", gid=" + Integer.toUnsignedString(gid()) + ", pid=" + pid() + "]";
    }

    final Slot slot() {
        return exchange.slot();
    }

    final MemorySegment arguments() {
        return exchange.slot().arguments();
    }

    /** The protocol's minor version, on which the shape of some structs depends. */
    final int minor() {
        return exchange.minor();
    }

    /** The name at {@code index} of those that follow the argument struct. */
    final Name nameAt(int index) {
        Segments rest = exchange.slot().rest();
        long start = rest.offset(0);
        for (int i = 0; i < index; i++) {
            start += exchange.nameLength(start) + 1;
        }
        return Name.of(rest.segment(0), start, exchange.nameLength(start));
    }
}

package org.hexfuse.server;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.operation.SetAttrView;

/** SETATTR: changes attributes of {@link #node}. An attribute that keeps its value is empty. */
public non-sealed interface SetAttr extends Operation<SetAttr>, Deferrable<SetAttr, Attr> {
    /** An operation made by hand, which changes nothing. */
    static SetAttr of(long node) {
        return new SetAttrView(Opcode.SETATTR, node);
    }

    /** The new permissions; the file type that comes with them does not change. */
    OptionalInt mode();

    /** The new owner. */
    OptionalInt owner();

    /** The new group. */
    OptionalInt group();

    /** The new size in bytes. */
    OptionalLong size();

    /** The new time of last access; the time of the server's clock for UTIME_NOW. */
    Optional<Timespec> atime();

    /** The new time of last modification; the time of the server's clock for UTIME_NOW. */
    Optional<Timespec> mtime();

    /** The new time of last change, which only kernels with a writeback cache send. */
    Optional<Timespec> ctime();

    /** The handle of the file, if the caller has it open and the kernel sends it. */
    OptionalLong handle();

    /** The lock owner of the caller, for a size that is set; empty where the kernel does not send it. */
    OptionalLong lockOwner();

    /** Whether the kernel sets a flag, such as {@link SetattrFlag#MTIME_NOW} for a time that is the present. */
    boolean has(SetattrFlag flag);

    /** Whether to clear set-user-ID and set-group-ID. */
    boolean killSuidgid();

    /** The same operation that sets the permissions. */
    SetAttr withMode(int mode);

    /** The same operation that sets the owner. */
    SetAttr withOwner(int owner);

    /** The same operation that sets the group. */
    SetAttr withGroup(int group);

    /** The same operation that sets the size. */
    SetAttr withSize(long size);

    /** The same operation that sets the time of last access. */
    SetAttr withAtime(Timespec time);

    /** The same operation that sets the time of last modification. */
    SetAttr withMtime(Timespec time);

    /** The same operation that sets the time of last change. */
    SetAttr withCtime(Timespec time);

    /** The same operation with a handle. */
    SetAttr withHandle(long handle);

    /** The same operation with a lock owner. */
    SetAttr withLockOwner(long owner);

    /** The same operation that leaves an attribute as it is. */
    SetAttr without(SetattrFlag flag);
}

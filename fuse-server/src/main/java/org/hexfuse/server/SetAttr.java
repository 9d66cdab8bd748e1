package org.hexfuse.server;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.hexfuse.abi.FileType;
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

    /**
     * The attributes of a file after this change, as Linux's own filesystems make it: with all that is set, with the time of change
     * {@code now}, and without the set-user-ID and set-group-ID bits that a change of owner or size clears. Truncating the content is
     * left to the filesystem.
     */
    default Attr applyTo(Attr before, Timespec now) {
        Attr.Builder after = before.toBuilder().ctime(ctime().orElse(now));
        boolean directory = FileType.DIRECTORY.is(before.mode());
        boolean changesOwner = owner().isPresent() || group().isPresent();
        int kept = before.mode();
        if ((changesOwner && !directory) || (size().isPresent() && killSuidgid())) {
            kept &= (kept & 010) == 0 ? ~04000 : ~06000;
        }
        after.mode(mode().isPresent() ? (before.mode() & FileType.MODE_MASK) | (mode().getAsInt() & 07777) : kept);
        after.owner(owner().orElse(before.uid()), group().orElse(before.gid()));
        size().ifPresent(bytes -> after.resize(bytes).mtime(now));
        atime().ifPresent(after::atime);
        mtime().ifPresent(after::mtime);
        return after.build();
    }

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

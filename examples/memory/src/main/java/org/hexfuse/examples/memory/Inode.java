package org.hexfuse.examples.memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.hexfuse.posix.Timespec;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.AccessControlList;

/**
 * A node: its attributes and its reference counts: links, lookup count, open handles. Its monitor guards them. It is small,
 * since there are many: times are shared values, and extended attributes are allocated with the first one.
 */
abstract sealed class Inode permits Directory, RegularFile, SpecialFile, SymbolicLink {
    static final int SET_UID = 04000;
    static final int SET_GID = 02000;

    private static final int PERMISSIONS = 07777;
    private static final int NINE_PERMISSIONS = 0777;
    private static final int GROUP_EXECUTE = 010;
    private static final int MOST_LINKS = 65_000;

    private final long number;
    private final Space space;
    private int mode;
    private int uid;
    private int gid;
    private Timespec atime;
    private Timespec mtime;
    private Timespec ctime;
    private ExtendedAttributes xattrs = ExtendedAttributes.NONE;

    private int links;
    private int handles;
    private long lookups;
    private boolean linkable;
    private boolean gone;

    /** The attributes of a new node. */
    record Birth(long number, int mode, Owner owner, Timespec time, Space space, Inheritance lists) {}

    Inode(Birth birth, int links) {
        this.number = birth.number;
        this.space = birth.space;
        this.mode = birth.mode;
        this.uid = birth.owner.uid();
        this.gid = birth.owner.gid();
        this.atime = birth.time;
        this.mtime = birth.time;
        this.ctime = birth.time;
        this.links = links;
        if (!birth.lists.isEmpty()) {
            inherit(birth.lists);
        }
    }

    private void inherit(Inheritance lists) {
        var all = new ExtendedAttributes(space);
        try {
            all.setList(AccessControlList.ACCESS, lists.access());
            all.setList(AccessControlList.DEFAULT, lists.forChildren());
        } catch (FuseException e) {
            all.clear();
            throw e;
        }
        xattrs = all;
    }

    final long number() {
        return number;
    }

    /** The size of the content in bytes. */
    abstract long size();

    /** Frees the content; called once, when the node has no reference any more. */
    abstract void discardContent();

    long allocated() {
        return 0;
    }

    int device() {
        return 0;
    }

    /** Truncates or extends the content to {@code size} bytes. */
    void truncate(long size) {
        throw FuseException.of(Errno.EINVAL);
    }

    final synchronized Stat stat() {
        return new Stat(number, mode, links, uid, gid, device(), size(), allocated(), atime, mtime, ctime);
    }

    final synchronized int mode() {
        return mode;
    }

    final synchronized Owner owner() {
        return new Owner(uid, gid);
    }

    final synchronized boolean isUnlinked() { return links == 0; }

    /** Applies a change, all of it or nothing, and returns the new attributes. */
    final synchronized Stat change(Change change, Timespec now) {
        change.size().ifPresent(size -> {
            truncate(size);
            mtime = now;
        });
        if ((change.changesOwner() && !(this instanceof Directory))
                || (change.size().isPresent() && change.dropsPrivileges())) {
            dropPrivileges();
        }
        uid = change.uid().orElse(uid);
        gid = change.gid().orElse(gid);
        change.mode().ifPresent(this::changeMode);
        atime = change.atime().orElse(atime);
        mtime = change.mtime().orElse(mtime);
        ctime = change.ctime().orElse(now);
        return stat();
    }

    private void changeMode(int bits) {
        mode = (mode & ~PERMISSIONS) | (bits & PERMISSIONS);
        xattrs.list(AccessControlList.ACCESS).ifPresent(
                list -> xattrs.setList(AccessControlList.ACCESS, Optional.of(list.withMode(bits))));
    }

    /** The default list of this directory. */
    final synchronized Optional<AccessControlList> listForChildren() {
        return xattrs.list(AccessControlList.DEFAULT);
    }

    /**
     * Sets or removes the access list. The mode reflects it; a minimal list is stored as the mode only.
     *
     * @param dropsSetGid whether to clear set-group-ID, since the caller is not a member of the group
     */
    final synchronized void setAccessList(Optional<AccessControlList> list, boolean dropsSetGid, Timespec now) {
        checkTakesLists();
        setList(AccessControlList.ACCESS, list.filter(each -> !each.isMode()));
        if (list.isPresent()) {
            mode = (mode & ~(dropsSetGid ? NINE_PERMISSIONS | SET_GID : NINE_PERMISSIONS)) | list.get().mode();
        }
        ctime = now;
    }

    /** Sets or removes the default list of a directory; EACCES for other types. */
    final synchronized void setListForChildren(Optional<AccessControlList> list, Timespec now) {
        checkTakesLists();
        if (!(this instanceof Directory)) {
            if (list.isPresent()) {
                throw FuseException.of(Errno.EACCES);
            }
            return;
        }
        setList(AccessControlList.DEFAULT, list);
        ctime = now;
    }

    private void checkTakesLists() {
        checkNotGone();
        if (this instanceof SymbolicLink) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
    }

    private void setList(Name name, Optional<AccessControlList> list) {
        if (list.isPresent() && xattrs == ExtendedAttributes.NONE) {
            xattrs = new ExtendedAttributes(space);
        }
        xattrs.setList(name, list);
    }

    final synchronized void accessed(Timespec now) {
        atime = now;
    }

    /** Sets mtime and ctime. */
    final synchronized void modified(Timespec now, boolean dropsPrivileges) {
        mtime = now;
        ctime = now;
        if (dropsPrivileges) {
            dropPrivileges();
        }
    }

    /** Sets ctime. */
    final synchronized void changed(Timespec now) {
        ctime = now;
    }

    /** Clears set-user-ID, set-group-ID and capabilities after a write by another user or a change of owner. */
    private void dropPrivileges() {
        mode &= (mode & GROUP_EXECUTE) == 0 ? ~SET_UID : ~(SET_UID | SET_GID);
        xattrs.removeCapability();
    }

    final synchronized byte[] xattr(Name name) {
        return xattrs.get(name);
    }

    final synchronized List<Name> xattrNames() {
        return xattrs.names();
    }

    /** Sets an extended attribute; {@code flags} as in {@code setxattr(2)}. */
    final synchronized void setXattr(Name name, byte[] value, int flags, Timespec now) {
        checkNotGone();
        ExtendedAttributes all = xattrs == ExtendedAttributes.NONE ? new ExtendedAttributes(space) : xattrs;
        all.set(name, value, flags);
        xattrs = all;
        ctime = now;
    }

    final synchronized void removeXattr(Name name, Timespec now) {
        xattrs.remove(name);
        ctime = now;
    }

    /** Increments the lookup count. */
    final synchronized void lookedUp() {
        checkNotGone();
        lookups++;
    }

    /** Decrements the lookup count; returns, once, whether the node has no reference any more. */
    final synchronized boolean forget(long count) {
        lookups = count < 0 ? 0 : Math.max(0, lookups - count);
        return ends();
    }

    /** Increments the number of open handles. */
    final synchronized void opened() {
        checkNotGone();
        handles++;
    }

    /** Decrements the number of open handles; returns, once, whether the node has no reference any more. */
    final synchronized boolean closed() {
        handles = Math.max(0, handles - 1);
        return ends();
    }

    /** Increments the link count; EMLINK if there are too many, ENOENT if it is 0. */
    final synchronized void linked(Timespec now) {
        if (gone || (links == 0 && !linkable)) {
            throw FuseException.of(Errno.ENOENT);
        }
        if (links >= MOST_LINKS) {
            throw FuseException.of(Errno.EMLINK);
        }
        links++;
        ctime = now;
    }

    /** Decrements the link count, of a directory to 0; returns, once, whether the node has no reference any more. */
    final synchronized boolean unlinked(Timespec now) {
        links = this instanceof Directory ? 0 : links - 1;
        linkable = false;
        ctime = now;
        return ends();
    }

    /** Drops the initial link of an unnamed node, which may be linked later. */
    final synchronized void makeNameless() {
        links = 0;
        linkable = true;
    }

    /** Adds to the link count for the {@code ..} of subdirectories. */
    final synchronized void adjustLinks(int difference) {
        links += difference;
    }

    /** Frees all space of the node. */
    final void discard() {
        synchronized (this) {
            xattrs.clear();
            xattrs = ExtendedAttributes.NONE;
        }
        discardContent();
    }

    /** Writes the attributes, without the mode, and the reference counts. */
    final synchronized void save(DataOutput out) throws IOException {
        out.writeInt(uid);
        out.writeInt(gid);
        Stored.time(atime, out);
        Stored.time(mtime, out);
        Stored.time(ctime, out);
        out.writeInt(links);
        out.writeInt(handles);
        out.writeLong(lookups);
        out.writeBoolean(linkable);
        xattrs.save(out);
    }

    /** Reads what {@link #save} has written. */
    final synchronized void restore(int savedMode, DataInput in) throws IOException {
        mode = savedMode;
        uid = in.readInt();
        gid = in.readInt();
        atime = Stored.time(in);
        mtime = Stored.time(in);
        ctime = Stored.time(in);
        links = in.readInt();
        handles = in.readInt();
        lookups = in.readLong();
        linkable = in.readBoolean();
        var all = new ExtendedAttributes(space);
        all.restore(in);
        xattrs = all.names().isEmpty() ? ExtendedAttributes.NONE : all;
    }

    final Space space() {
        return space;
    }

    private boolean ends() {
        boolean now = !gone && links == 0 && handles == 0 && lookups == 0;
        gone |= now;
        return now;
    }

    private void checkNotGone() {
        if (gone) {
            throw FuseException.of(Errno.ESTALE);
        }
    }
}

package org.hexfuse.examples.memory;

import java.util.List;
import java.util.Optional;
import org.hexfuse.posix.Timespec;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.AccessControlList;

/**
 * A node: its attributes, and what keeps it alive, which is names, lookups by kernels, and open handles. Its monitor guards
 * them. It is small, since there are many: times are shared values, and extended attributes exist once there is one.
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

    /** What every node is born with. */
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

    /** The content's size in bytes. */
    abstract long size();

    /** Gives back what the content takes; called once, when nothing keeps the node any more. */
    abstract void discardContent();

    long allocated() {
        return 0;
    }

    int device() {
        return 0;
    }

    /** Makes the content {@code size} bytes long. */
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

    /** Makes the change, all or nothing, and returns the attributes after it. */
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

    /** The list that what is made in this directory begins with. */
    final synchronized Optional<AccessControlList> listForChildren() {
        return xattrs.list(AccessControlList.DEFAULT);
    }

    /**
     * Sets the list that says who may do what, or takes it away. The mode shows what it says; one that says no more than a mode
     * can is kept as that alone.
     *
     * @param dropsSetGid whether set-group-ID goes, as the caller is not in the group
     */
    final synchronized void setAccessList(Optional<AccessControlList> list, boolean dropsSetGid, Timespec now) {
        checkTakesLists();
        setList(AccessControlList.ACCESS, list.filter(each -> !each.isMode()));
        if (list.isPresent()) {
            mode = (mode & ~(dropsSetGid ? NINE_PERMISSIONS | SET_GID : NINE_PERMISSIONS)) | list.get().mode();
        }
        ctime = now;
    }

    /** Sets the list that what is made in this directory begins with, or takes it away: EACCES if it is no directory. */
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

    /** The content changed. */
    final synchronized void modified(Timespec now, boolean dropsPrivileges) {
        mtime = now;
        ctime = now;
        if (dropsPrivileges) {
            dropPrivileges();
        }
    }

    /** Something other than the content changed. */
    final synchronized void changed(Timespec now) {
        ctime = now;
    }

    /** A file that others wrote to, or own now, must not run with the rights of who owned it. */
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

    /** Sets an extended attribute; {@code flags} as of {@code setxattr(2)}. */
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

    /** Counts a lookup. */
    final synchronized void lookedUp() {
        checkNotGone();
        lookups++;
    }

    /** Takes lookups back; returns whether nothing keeps the node any more, once. */
    final synchronized boolean forget(long count) {
        lookups = count < 0 ? 0 : Math.max(0, lookups - count);
        return ends();
    }

    /** Counts an open handle. */
    final synchronized void opened() {
        checkNotGone();
        handles++;
    }

    /** Takes an open handle back; returns whether nothing keeps the node any more, once. */
    final synchronized boolean closed() {
        handles = Math.max(0, handles - 1);
        return ends();
    }

    /** Counts a name: EMLINK if there are too many, ENOENT if the last one is gone. */
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

    /** Takes a name back, of a directory its only one; returns whether nothing keeps the node any more, once. */
    final synchronized boolean unlinked(Timespec now) {
        links = this instanceof Directory ? 0 : links - 1;
        linkable = false;
        ctime = now;
        return ends();
    }

    /** Takes the name back that a node is born with, which may have another later. */
    final synchronized void makeNameless() {
        links = 0;
        linkable = true;
    }

    /** Counts the name {@code ..} of directories that came, or went. */
    final synchronized void adjustLinks(int difference) {
        links += difference;
    }

    /** Gives back all that the node takes. */
    final void discard() {
        synchronized (this) {
            xattrs.clear();
            xattrs = ExtendedAttributes.NONE;
        }
        discardContent();
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

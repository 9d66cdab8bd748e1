package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.DeviceNumber;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;
import org.hexfuse.server.tree.Listed;

/**
 * The attributes of view {@code unix}. Only the default provider sets them by their numbers; of others the principals are used, whose
 * names tests and servers choose as numbers.
 */
final class UnixView extends FileView {
    private static final String COMMON = "unix:mode,isDirectory,isSymbolicLink,ino,dev,nlink,rdev,size,lastModifiedTime,lastAccessTime,ctime,creationTime,";

    private final boolean isDefault;
    private final PosixView principals;
    private final Owners owners;
    private final String attributes;
    /** The device of the root: files of others have inode numbers mixed with theirs. */
    private volatile Long device;

    UnixView(boolean isDefault, Owners owners, Missing missing) {
        super(missing);
        this.isDefault = isDefault;
        this.owners = owners;
        this.principals = new PosixView(owners, missing);
        this.attributes = COMMON + (isDefault ? "uid,gid" : "owner,group");
    }

    @Override Attr read(Path path) throws IOException {
        Map<String, Object> all = Files.readAttributes(path, attributes, SELF);
        int mode = typed(number(all, "mode").intValue(), (boolean) all.get("isDirectory"),
                (boolean) all.get("isSymbolicLink"));
        Attr.Builder attr = Attr.ofMode(mode).ino(ino(number(all, "ino").longValue(), number(all, "dev").longValue()))
                .nlink(number(all, "nlink").intValue()).size(number(all, "size").longValue())
                .rdev(rdev(number(all, "rdev").longValue()))
                .times(time((FileTime) all.get("lastAccessTime")), time((FileTime) all.get("lastModifiedTime")),
                        changed((FileTime) all.get("ctime"), (FileTime) all.get("lastModifiedTime")))
                .btime(time((FileTime) all.get("creationTime")));
        if (isDefault) {
            attr.owner(number(all, "uid").intValue(), number(all, "gid").intValue());
        } else {
            attr.owner(owners.uid((UserPrincipal) all.get("owner")), owners.gid((GroupPrincipal) all.get("group")));
        }
        return attr.build();
    }

    /** Some providers have the time of creation for that of change. */
    private Timespec changed(FileTime change, FileTime modification) {
        return time(isDefault || change.compareTo(modification) > 0 ? change : modification);
    }

    /** Some providers have a mode without the file type. */
    private static int typed(int mode, boolean directory, boolean symlink) {
        FileType otherwise = directory ? FileType.DIRECTORY : symlink ? FileType.SYMLINK : FileType.REGULAR;
        int bits = symlink ? PERMISSIONS : mode;
        return (mode & FileType.MODE_MASK) == 0 ? otherwise.mode() | bits : mode;
    }

    private static Number number(Map<String, Object> all, String name) {
        return (Number) all.get(name);
    }

    private long ino(long number, long dev) {
        Long root = device;
        if (root == null) {
            device = root = dev;
        }
        // An odd multiplier spreads the device over the high bits, where numbers of inodes are 0.
        long mixed = dev == root ? number : number ^ (dev * 0x9E3779B97F4A7C15L);
        return mixed == 0 ? 1 : mixed;
    }

    /** As the C library packs a number: the low bits are those of the kernel, the high ones behind them. */
    private static int rdev(long number) {
        int major = (int) (number >>> 8 & 0xfff) | (int) (number >>> 32 & ~0xfff);
        int minor = (int) (number & 0xff) | (int) (number >>> 12 & ~0xff);
        return DeviceNumber.of(major, minor);
    }

    @Override FileType type(Path path) throws IOException {
        return BasicView.type(Files.readAttributes(path, BasicFileAttributes.class, SELF));
    }

    @Override Listed listed(Name name, Path path) throws IOException {
        Attr attr = read(path);
        return new Listed(name, FileType.ofMode(attr.mode()).orElse(FileType.REGULAR), attr.ino());
    }

    @Override void chown(Path path, int owner, int group) throws IOException {
        if (!isDefault) {
            principals.chown(path, owner, group);
            return;
        }
        Map<String, Object> all = Files.readAttributes(path, "unix:uid,gid", SELF);
        if (number(all, "uid").intValue() != owner) {
            Files.setAttribute(path, "unix:uid", owner, SELF);
        }
        if (number(all, "gid").intValue() != group) {
            Files.setAttribute(path, "unix:gid", group, SELF);
        }
    }

    /** Follows a symbolic link, since the kernel never changes the mode of one, and opening a FIFO would wait. */
    @Override void chmod(Path path, int mode) throws IOException {
        if (isDefault) {
            Files.setAttribute(path, "unix:mode", mode & (SPECIAL | PERMISSIONS));
        } else {
            principals.chmod(path, mode);
        }
    }

    @Override boolean keepsSpecial() { return isDefault; }
}

package org.hexfuse.nio.server;

import static java.nio.file.attribute.PosixFilePermission.GROUP_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.GROUP_READ;
import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OWNER_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.Attr;
import org.hexfuse.server.tree.Listed;

/**
 * The attributes that the files of a provider have: all of a Unix, those of POSIX, or the basic ones with permissions and an owner
 * made up. Symbolic links are not followed, unless a method says so.
 */
abstract sealed class FileView permits UnixView, PosixView, BasicView, ZipView {
    static final LinkOption[] SELF = {LinkOption.NOFOLLOW_LINKS};
    /** The bits that a {@link PosixFilePermission} stands for. */
    static final int PERMISSIONS = 0777;
    /** What a mode has beside them: set-user-ID, set-group-ID, sticky. */
    static final int SPECIAL = 07000;
    /** From the bit 0400 on. */
    private static final List<PosixFilePermission> ORDER = List.of(OWNER_READ, OWNER_WRITE, OWNER_EXECUTE, GROUP_READ,
            GROUP_WRITE, GROUP_EXECUTE, OTHERS_READ, OTHERS_WRITE, OTHERS_EXECUTE);

    final Missing missing;

    FileView(Missing missing) {
        this.missing = missing;
    }

    /** The best view that the provider of a path has. */
    static FileView of(Path root, Owners owners, Missing missing) {
        Set<String> views = root.getFileSystem().supportedFileAttributeViews();
        boolean isDefault = root.getFileSystem().provider().getScheme().equals("file");
        if (views.contains("unix")) {
            return new UnixView(isDefault, owners, missing);
        }
        return views.contains("zip") ? new ZipView(owners, missing)
                : views.contains("posix") ? new PosixView(owners, missing)
                        : new BasicView(owners, root.getFileSystem().isReadOnly(), missing);
    }

    /** The attributes of a file. */
    abstract Attr read(Path path) throws IOException;

    /** The type of a file, which costs less than all attributes. */
    abstract FileType type(Path path) throws IOException;

    /** A name of a listing, with the inode number if the provider has one. */
    Listed listed(Name name, Path path) throws IOException {
        return Listed.of(name, type(path));
    }

    /** Sets owner and group of a file that has others. */
    abstract void chown(Path path, int owner, int group) throws IOException;

    /** Sets the permissions of a file, which is no symbolic link. */
    abstract void chmod(Path path, int mode) throws IOException;

    /** Whether a mode has bits that the provider can't store. */
    boolean keepsSpecial() {
        return false;
    }

    /** Sets times; an empty one stays. */
    void utimens(Path path, Optional<Timespec> access, Optional<Timespec> modification) throws IOException {
        BasicFileAttributeView view = Files.getFileAttributeView(path, BasicFileAttributeView.class, SELF);
        if (view == null) {
            throw missing.unsupported("times of files");
        }
        view.setTimes(modification.map(FileView::fileTime).orElse(null),
                access.map(FileView::fileTime).orElse(null), null);
    }

    private static FileTime fileTime(Timespec time) {
        return FileTime.from(time.toInstant());
    }

    static Timespec time(FileTime time) {
        return time == null ? Timespec.EPOCH : Timespec.of(time.toInstant());
    }

    static int bits(Set<PosixFilePermission> permissions) {
        int bits = 0;
        for (int i = 0; i < ORDER.size(); i++) {
            bits |= permissions.contains(ORDER.get(i)) ? 0400 >> i : 0;
        }
        return bits;
    }

    static Set<PosixFilePermission> permissions(int mode) {
        var permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < ORDER.size(); i++) {
            if ((mode & (0400 >> i)) != 0) {
                permissions.add(ORDER.get(i));
            }
        }
        return permissions;
    }
}

package org.hexfuse.testkit.posix;

import org.hexfuse.posix.StatVfs;
import java.util.List;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.FileHandle;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;

/**
 * The system calls of a program on one filesystem, on behalf of one user.
 *
 * <p>Paths begin with a slash and with the root of the filesystem; bytes that are not UTF-8 are escaped as {@link Name#of(String)}
 * has it. Errors are {@link FuseException}s with the errno of the system call. Any thread may call any method.
 */
public interface PosixClient extends AutoCloseable {
    /** The same filesystem for another user, with a umask. It is closed with this client. */
    PosixClient as(Credentials user);

    /** The user of the calls. */
    Credentials credentials();

    /** {@code stat(2)}. */
    Stat stat(String path);

    /** {@code lstat(2)}. */
    Stat lstat(String path);

    /** {@code access(2)}: EACCES unless the user has all permissions of the mask: R_OK 4, W_OK 2, X_OK 1, F_OK 0. */
    void access(String path, int mask);

    /** {@code statvfs(3)}. */
    StatVfs statfs(String path);

    /** Opens a file, for reading unless the flags say otherwise; the umask applies to {@code mode}. */
    PosixFile open(String path, int mode, OpenFlag... flags);

    /** Opens an existing file. */
    default PosixFile open(String path, OpenFlag... flags) {
        return open(path, 0, flags);
    }

    /** Creates a file exclusively and opens it for reading and writing, with the mode 0666 and the umask. */
    default PosixFile create(String path) {
        return open(path, 0666, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.EXCLUSIVE);
    }

    /** {@code open_by_handle_at(2)}: opens a file or directory for reading, as root. */
    PosixFile openByHandle(FileHandle handle);

    /** O_TMPFILE: creates an unnamed file and opens it for reading and writing. */
    PosixFile tmpfile(String directory, int mode, OpenFlag... flags);

    /** Links an open file. */
    void link(PosixFile file, String path);

    /** Opens a directory to list it. */
    PosixDirectory opendir(String path);

    /** Makes a directory; the umask applies to {@code mode}. */
    void mkdir(String path, int mode);

    /**
     * Makes a file of the type in {@code mode}, to which the umask applies.
     *
     * @param device the number of a device file, in the encoding of {@link Stat#rdev}
     */
    void mknod(String path, int mode, int device);

    /** Makes a symbolic link at {@code path}, with any target. */
    void symlink(String target, String path);

    /** The target of a symbolic link. */
    String readlink(String path);

    /** Makes a hard link; a symbolic link at {@code existing} is not followed. */
    void link(String existing, String path);

    /** Unlinks a file. */
    void unlink(String path);

    /** Removes an empty directory. */
    void rmdir(String path);

    /** Renames, with the flags of {@code renameat2(2)}: 1 not to replace, 2 to exchange. */
    void rename(String from, String to, int flags);

    /** Renames. */
    default void rename(String from, String to) {
        rename(from, to, 0);
    }

    /** Changes permissions; follows symbolic links. */
    void chmod(String path, int mode);

    /** Changes the owner and the group; follows symbolic links; -1 keeps an id. */
    void chown(String path, int uid, int gid);

    /** The same, without following a symbolic link. */
    void lchown(String path, int uid, int gid);

    /** Sets times; follows symbolic links. */
    void utimens(String path, Timestamp accessed, Timestamp modified);

    /** The same, without following a symbolic link. */
    void lutimens(String path, Timestamp accessed, Timestamp modified);

    /** Truncates a file, or extends it by a hole. */
    void truncate(String path, long size);

    /** The value of an extended attribute. */
    byte[] getxattr(String path, String name);

    /** Sets an extended attribute, with the flags of {@code setxattr(2)}: XATTR_CREATE 1, XATTR_REPLACE 2. */
    void setxattr(String path, String name, byte[] value, int flags);

    /** The names of the extended attributes. */
    List<Name> listxattr(String path);

    /** Removes an extended attribute. */
    void removexattr(String path, String name);

    /** The value of an extended attribute of a symbolic link. */
    byte[] lgetxattr(String path, String name);

    /** Sets an extended attribute of a symbolic link. */
    void lsetxattr(String path, String name, byte[] value, int flags);

    /** {@code syncfs(2)}. */
    void sync();

    /** Closes this client and those of other users. Their open files stay open, and the filesystem stays mounted. */
    @Override void close();
}

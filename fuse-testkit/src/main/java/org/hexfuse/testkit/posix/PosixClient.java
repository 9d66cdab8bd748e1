package org.hexfuse.testkit.posix;

import org.hexfuse.posix.StatVfs;
import java.util.List;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;

/**
 * What a program does with one filesystem: the system calls, by their names, on behalf of one user.
 *
 * <p>Paths begin with a slash and with the root of the filesystem; bytes that are no UTF-8 are escaped as {@link Name#of(String)}
 * has it. Errors are {@link FuseException}s with the errno of the system call. Any thread may call any method.
 */
public interface PosixClient extends AutoCloseable {
    /** The same filesystem for another user, with that user's umask. It is open as long as this client is. */
    PosixClient as(Credentials user);

    /** Who makes the calls. */
    Credentials credentials();

    /** Attributes, through symbolic links. */
    Stat stat(String path);

    /** Attributes, of a symbolic link itself. */
    Stat lstat(String path);

    /** EACCES unless the user may do what the bits say: 4 read, 2 write, 1 execute; 0 asks whether there is anything. */
    void access(String path, int mask);

    /** The size and room of the filesystem. */
    StatVfs statfs(String path);

    /** Opens a file, for reading if the flags don't say otherwise; {@code mode} is less the umask. */
    PosixFile open(String path, int mode, OpenFlag... flags);

    /** Opens a file that is there. */
    default PosixFile open(String path, OpenFlag... flags) {
        return open(path, 0, flags);
    }

    /** Makes a file that must be new and opens it to read and write, with the mode 0666 less the umask. */
    default PosixFile create(String path) {
        return open(path, 0666, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.EXCLUSIVE);
    }

    /** Opens a file that has no name, to read and write. */
    PosixFile tmpfile(String directory, int mode, OpenFlag... flags);

    /** Gives an open file a name. */
    void link(PosixFile file, String path);

    /** Opens a directory to list it. */
    PosixDirectory opendir(String path);

    /** Makes a directory; {@code mode} is less the umask. */
    void mkdir(String path, int mode);

    /**
     * Makes a file of a type that {@code mode} says, which is less the umask.
     *
     * @param device what a device file stands for, in the encoding of {@link Stat#rdev}
     */
    void mknod(String path, int mode, int device);

    /** Makes a symbolic link at {@code path}, with any text in it. */
    void symlink(String target, String path);

    /** The text in a symbolic link. */
    String readlink(String path);

    /** One more name for a file; a symbolic link at {@code existing} is not followed. */
    void link(String existing, String path);

    /** Takes a name that is not a directory's. */
    void unlink(String path);

    /** Takes an empty directory away. */
    void rmdir(String path);

    /** Renames, with the flags of {@code renameat2(2)}: 1 not to replace, 2 to exchange. */
    void rename(String from, String to, int flags);

    /** Renames. */
    default void rename(String from, String to) {
        rename(from, to, 0);
    }

    /** Changes permissions, through symbolic links. */
    void chmod(String path, int mode);

    /** Changes the owner and the group, through symbolic links; -1 leaves one as it is. */
    void chown(String path, int uid, int gid);

    /** The same, of a symbolic link itself. */
    void lchown(String path, int uid, int gid);

    /** Sets times, through symbolic links. */
    void utimens(String path, Timestamp accessed, Timestamp modified);

    /** The same, of a symbolic link itself. */
    void lutimens(String path, Timestamp accessed, Timestamp modified);

    /** Cuts a file, or extends it by a hole. */
    void truncate(String path, long size);

    /** The value of an extended attribute. */
    byte[] getxattr(String path, String name);

    /** Sets an extended attribute: with 1 as a new one, with 2 in place of one that is there, with 0 either way. */
    void setxattr(String path, String name, byte[] value, int flags);

    /** The names of the extended attributes. */
    List<Name> listxattr(String path);

    /** Takes an extended attribute away. */
    void removexattr(String path, String name);

    /** The value of an extended attribute of a symbolic link itself. */
    byte[] lgetxattr(String path, String name);

    /** Sets an extended attribute of a symbolic link itself. */
    void lsetxattr(String path, String name, byte[] value, int flags);

    /** Waits until the whole filesystem is safe. */
    void sync();

    /** Ends this client and its views. What they have opened is closed by whoever opened it, and the filesystem stays mounted. */
    @Override void close();
}
